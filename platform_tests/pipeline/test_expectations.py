"""Expectations in a materialisation: nothing heavy is imported, results are kept, failed rows reach the quarantine."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from platform_assets.cli import platform
from platform_assets.lake.partitions import WHOLE_TABLE
from platform_assets.pipeline import Product, Workspace, load_product
from platform_assets.pipeline.data_docs import NothingJudged, refresh_data_docs
from platform_assets.pipeline.dataset import materialise_dataset
from platform_assets.pipeline.materialisation import Materialisation, Refused
from platform_assets.pipeline.quarantine import Decision, entries
from platform_assets.pipeline.release import release
from platform_assets.quality.expectations.stored import EXPECTATION_RESULTS, read_results

STAYS = """
type: platform_assets.components.Dataset
attributes:
  name: stays
  description: One night of a guest.
  owner: team:hotel
  keys: [number]
  partitions: {column: night, start: 2013-01}
  arrival: {file: "stays/{partition}.csv", format: csv}
  columns:
    - {name: number, type: long, nullable: false, description: Booking.}
    - {name: night, type: timestamp, nullable: false, description: Which night (UTC).}
    - {name: price, type: double, description: In euros.}
    - {name: guest, type: string, description: Who.PERSONAL}
  expectations:
    - type: expect_column_values_to_be_between
      arguments: {column: price, min_value: 0, max_value: 1000}
    - type: expect_column_mean_to_be_between
      arguments: {column: price, min_value: 50, max_value: 100}
      on_violation: warn
"""
HEADER = "number,night,price,guest\n"
NIGHT = "2013-02-01T00:00:00Z"
PRIVATE = ", personal: {protect: generalise, to: prefix, characters: 1}"

FRESH = """
import json, sys
from pathlib import Path
from platform_assets.notebook import open_workspace
from platform_assets.pipeline import load_product
from platform_assets.pipeline.dataset import materialise_dataset
from platform_assets.settings import load_settings
workspace = open_workspace(load_settings({"PLATFORM_DATA": sys.argv[1]}))
done = materialise_dataset(workspace, load_product("flight_delay"), "flights", "2013-02")
told = {check.name: check.details.get("answered by") for check in done.checks if check.name.startswith("expect")}
print("TOLD " + json.dumps({"answered by": told, "imported": "great_expectations" in sys.modules}))
"""


def hotel(folder: Path, personal: str = "") -> Product:
    (folder / "hotel").mkdir(parents=True)
    (folder / "hotel" / "defs.yaml").write_text(STAYS.replace("PERSONAL", personal))
    return load_product("hotel", folder)


def deliver(workspace: Workspace, *prices: str) -> None:
    file = workspace.landing / "stays" / "2013-02.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = [f"{number},{NIGHT},{price},Guest{number}\n" for number, price in enumerate(prices)]
    file.write_text(HEADER + "".join(rows))


def release_to(workspace: Workspace, product: Product, quarantine_id: str, **options: Any) -> Materialisation:
    decision = Decision("ada", "a suite")
    return release(workspace, [product], quarantine_id, decision, lambda contract, done: None, **options)


@pytest.mark.slow
def test_a_month_whose_expectations_a_profile_answers_never_imports_great_expectations(
    tmp_path: Path, deliver_some: Callable[..., list[Path]]
) -> None:
    deliver_some(tmp_path / "landing", "2013-02")

    done = subprocess.run(
        [sys.executable, "-c", FRESH, str(tmp_path)], capture_output=True, text=True, check=False, timeout=300
    )

    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, Any] = json.loads(done.stdout.split("TOLD ")[1])
    assert len(told["answered by"]) == 3
    assert set(told["answered by"].values()) == {"profile"}
    assert told["imported"] is False


def test_results_of_a_published_partition_are_kept_with_its_snapshot(workspace: Workspace, tmp_path: Path) -> None:
    product = hotel(tmp_path / "defs")
    deliver(workspace, "80", "90")

    done = materialise_dataset(workspace, product, "stays", "2013-02")

    (stored,) = read_results(workspace.lake, "hotel.stays")
    assert stored.published
    assert [each["success"] for each in stored.results] == [True, True]
    page = workspace.reports / "hotel" / "data_docs" / "index.html"
    assert done.facts["data docs"] == f"{page} (built by: platform quality docs hotel)"


@pytest.mark.parametrize("personal", ["", PRIVATE], ids=["plain", "personal"])
def test_rows_that_break_a_blocking_expectation_reach_the_quarantine(
    workspace: Workspace, tmp_path: Path, personal: str
) -> None:
    product = hotel(tmp_path / "defs", personal)
    deliver(workspace, "80", "90", "-1", *["2000"] * 9)

    with pytest.raises(Refused, match="expect_column_values_to_be_between__price"):
        materialise_dataset(workspace, product, "stays", "2013-02")

    (rule,) = entries(workspace.lake)[-1].broken_rules
    assert (rule.code, rule.rows, len(rule.samples)) == ("expect_column_values_to_be_between__price", 10, 5)
    assert all("price=-1.0" in row or "price=2000.0" in row for row in rule.samples)
    assert all(("guest=" in row) is (personal == "") for row in rule.samples)
    (stored,) = read_results(workspace.lake, "hotel.stays")
    assert not stored.published


def test_a_release_is_visible_in_the_results_that_had_refused_the_rows(workspace: Workspace, tmp_path: Path) -> None:
    product = hotel(tmp_path / "defs")
    deliver(workspace, "80", "2000")
    with pytest.raises(Refused):
        materialise_dataset(workspace.for_run("refusing"), product, "stays", "2013-02")
    entry = entries(workspace.lake)[-1]

    done = release_to(workspace, product, entry.quarantine_id)

    rows = workspace.lake.read(EXPECTATION_RESULTS.name).to_pylist()
    assert {row["snapshot_id"] for row in rows} == {done.publication.snapshot_id}
    assert {(row["released_by"], row["release_reason"], row["run_id"]) for row in rows} == {
        ("ada", "a suite", "refusing")
    }
    assert all(row["released_at"] > row["judged_at"] for row in rows)
    assert {row["success"] for row in rows} == {False}
    (stored,) = read_results(workspace.lake, "hotel.stays")
    assert (stored.published, stored.released) == (True, "ada: a suite")


def test_results_of_a_newer_delivery_stay_as_they_are(workspace: Workspace, tmp_path: Path) -> None:
    product = hotel(tmp_path / "defs")
    deliver(workspace, "80", "2000")
    with pytest.raises(Refused):
        materialise_dataset(workspace.for_run("refusing"), product, "stays", "2013-02")
    deliver(workspace, "80", "90")
    newer = materialise_dataset(workspace.for_run("newer"), product, "stays", "2013-02").publication.snapshot_id

    release_to(workspace, product, entries(workspace.lake)[-1].quarantine_id, over_newer=True)

    rows = workspace.lake.read(EXPECTATION_RESULTS.name).to_pylist()
    assert {(row["snapshot_id"], row["run_id"], row["released_by"]) for row in rows} == {(newer, "newer", None)}


def test_results_of_an_older_release_of_the_platform_can_be_released(workspace: Workspace, tmp_path: Path) -> None:
    product = hotel(tmp_path / "defs")
    deliver(workspace, "80", "2000")
    with pytest.raises(Refused):
        materialise_dataset(workspace, product, "stays", "2013-02")
    rows = workspace.lake.read(EXPECTATION_RESULTS.name).select(range(12))
    older = replace(EXPECTATION_RESULTS, columns=EXPECTATION_RESULTS.columns[:12])
    workspace.lake.iceberg(EXPECTATION_RESULTS.name).catalog.drop_table(EXPECTATION_RESULTS.name)
    workspace.lake.publish_rows(older, WHOLE_TABLE, rows, {})
    assert read_results(workspace.lake, "hotel.stays")[0].released == ""

    release_to(workspace, product, entries(workspace.lake)[-1].quarantine_id)

    assert read_results(workspace.lake, "hotel.stays")[0].released == "ada: a suite"


@pytest.mark.slow
def test_data_docs_show_every_partition_and_refusal(workspace: Workspace, tmp_path: Path) -> None:
    product = hotel(tmp_path / "defs")
    with pytest.raises(NothingJudged, match="no expectation of hotel was answered yet"):
        refresh_data_docs(workspace, product)
    deliver(workspace, "80", "-1")
    with pytest.raises(Refused):
        materialise_dataset(workspace, product, "stays", "2013-02")

    first = refresh_data_docs(workspace, product)

    text = first.read_text()
    assert "1 of 2 held" not in text
    assert "0 of 2 held" in text
    assert "expect_column_values_to_be_between__price" in text
    assert "refused" in text
    (page,) = (first.parent / "validations").rglob("*.html")
    assert page.relative_to(first.parent).as_posix() in text
    told = page.read_text()
    assert "-1.0" in told
    assert "must be greater than or equal to" in told
    assert "great-expectations-web-assets" not in told
    release_to(workspace, product, entries(workspace.lake)[-1].quarantine_id)
    assert "released by ada: a suite" in refresh_data_docs(workspace, product).read_text()


def test_the_command_names_a_product_that_does_not_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATFORM_DATA", str(tmp_path))

    told = CliRunner().invoke(platform, ["quality", "docs", "hotel"])

    assert told.exit_code == 1
    assert "there is no product 'hotel'. Products here: flight_delay." in told.output
