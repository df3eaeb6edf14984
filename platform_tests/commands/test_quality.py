"""``platform quality profile``: what people and programs are told of stored profiles, and what they did wrong."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner, Result

from platform_assets.cli import platform
from platform_assets.lake import Lake
from platform_assets.lake.partitions import Values
from platform_assets.quality.profile import profile_batches
from platform_assets.quality.profile_table import PROFILES, profile_table_rows

TABLE = "shop.sales"
MONTHS = {
    "2013-01": {"price": [1.0, 2.0, None], "kind": ["tea", "bun", "tea"]},
    "2013-02": {"price": [3.0, 4.0, 1234.5], "kind": ["tea", None, "tea"]},
    "2013-03": {"price": [5.0], "kind": ["bun"]},
}
Platform = Callable[..., Result]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A deployment whose lake has profiles of three months, and no data at all."""
    folder = tmp_path_factory.mktemp("deployment")
    lake = Lake(folder / "lake")
    staged = []
    for month, columns in MONTHS.items():
        sold = pa.array([datetime(2013, int(month[-1]), 5, 12, tzinfo=UTC)] * len(columns["price"]))
        found = profile_batches(pa.table({**columns, "sold": sold}).to_batches())
        staged.append(lake.stage_rows(PROFILES, profile_table_rows(found, TABLE, month, 7, "a run")))
    lake.publish(PROFILES, Values((("table", TABLE),)), staged, {})
    return folder


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """Runs ``platform quality profile ...`` in that deployment."""
    monkeypatch.setenv("PLATFORM_DATA", str(folder))
    return lambda *arguments: CliRunner().invoke(platform, ["quality", "profile", *arguments])


def answered(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_all_partitions_are_merged_by_default(run: Platform) -> None:
    told = answered(run(TABLE, "--json"))

    assert {name: told[name] for name in ("table", "first", "last", "rows")} == {
        "table": TABLE,
        "first": "2013-01",
        "last": "2013-03",
        "rows": 7,
    }
    columns = {column["column"]: column for column in told["columns"]}
    assert sorted(columns) == ["kind", "price", "sold"]
    assert columns["kind"]["frequent"] == [["tea", 4], ["bun", 2]]
    assert "sketch" not in columns["kind"]


@pytest.mark.parametrize(
    ("window", "rows", "highest"), [("2013-01..2013-02", 6, 1234.5), ("2013-03", 1, 5.0), ("2012-01..2013-01", 3, 2.0)]
)
def test_a_window_holds_its_partitions_alone(run: Platform, window: str, rows: int, highest: float) -> None:
    told = answered(run(TABLE, "--window", window, "--column", "price", "--json"))

    assert [(column["column"], column["max"]) for column in told["columns"]] == [("price", highest)]
    assert told["rows"] == rows


def test_people_see_a_line_a_column(run: Platform) -> None:
    result = run(TABLE, "--window", "2013-01..2013-02")

    assert result.exit_code == 0, result.output
    assert f"{TABLE}, 2013-01..2013-02: 6 rows" in result.output
    lines = {line.split("│")[1].strip(): line for line in result.output.splitlines() if "│" in line}
    assert "tea (4), bun (1)" in lines["kind"]
    assert "16.67" in lines["price"]
    assert "2013-01-05T12:00:00+00:00" in lines["sold"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("shop.nothing",), "nothing was ever published to 'shop.nothing'. Choose one of: platform.profiles."),
        (("platform.profiles",), "'platform.profiles' has no profile yet. Materialize its asset"),
        (("sails",), "no asset has a table 'sails'. Choose one of:"),
        ((TABLE, "--window", "2014-01..2014-02"), "in 2014-01..2014-02 has a profile; there are 2013-01..2013-03."),
        ((TABLE, "--window", "2013-02..2013-01"), "is no window. Write a partition, or the first and the last"),
        ((TABLE, "--window", "2013-02.."), "'2013-02..' is no window."),
        ((TABLE, "--column", "prize"), "has no profile of 'prize'. Choose from: kind, price, sold."),
    ],
)
def test_a_mistake_is_told_with_its_remedy(run: Platform, arguments: tuple[str, ...], words: str) -> None:
    result = run(*arguments)

    assert result.exit_code != 0
    assert words in " ".join(result.output.split())
    assert "Traceback" not in result.output
