"""Rates of change through real materialisations: growth passes, a jump of the ratio is refused, not published."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from checks import answers

from platform_assets.automation.alerting import alerts_sensor
from platform_assets.automation.released import tells
from platform_assets.components.dataset import dataset_asset
from platform_assets.components.resources import WorkspaceResource
from platform_assets.lake import Lake
from platform_assets.pipeline import Product, load_product
from platform_assets.pipeline.alerts import read_alerts
from platform_assets.pipeline.quarantine import Decision, entries
from platform_assets.pipeline.release import release
from platform_assets.quality.alert import Alert
from platform_assets.settings import load_settings

STAFF = """
type: platform_assets.components.Dataset
attributes:
  name: staff
  description: One person paid in a month.
  owner: team:pay
  partitions: {every: month, column: paid, start: 2013-01}
  arrival: {file: "staff/{partition}.csv"}
  keys: [number]
  columns:
    - {name: number, type: long, nullable: false, description: Who.}
    - {name: paid, type: timestamp, nullable: false, description: When (UTC).}
    - {name: salary, type: double, description: In euros.}
  rate_of_change:
    - name: missing_salaries
      description: Some people are paid by others; their share hardly changes.
      metric: salary.nulls / rows
      strategy: {kind: relative_change, at_least: 0.5, at_most: 2}
      on_breach: block
    - name: number_of_missing
      description: Grows with the table, so it is the wrong thing to watch.
      metric: salary.nulls
      strategy: {kind: relative_change, at_least: 0.5, at_most: 2}
"""

Pay = Callable[[str, int, int], dg.ExecuteInProcessResult]


@pytest.fixture
def staff(tmp_path: Path) -> Product:
    folder = tmp_path / "defs" / "staff"
    folder.mkdir(parents=True)
    (folder / "defs.yaml").write_text(STAFF, encoding="utf-8")
    return load_product("staff", folder.parent)


@pytest.fixture
def pay(tmp_path: Path, staff: Product, instance: dg.DagsterInstance) -> Pay:
    """Delivers and materialises a month: ``pay("2013-01", rows, missing)``."""
    settings = load_settings({"PLATFORM_DATA": str(tmp_path / "data")})

    def month(partition: str, rows: int, missing: int) -> dg.ExecuteInProcessResult:
        file = tmp_path / "data" / "landing" / "staff" / f"{partition}.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        lines = (f"{at},{partition}-05T00:00:00Z,{'' if at < missing else 1000 + at}\n" for at in range(rows))
        file.write_text("".join(["number,paid,salary\n", *lines]), encoding="utf-8")
        return dg.materialize(
            [dataset_asset(staff, staff.datasets["staff"])],
            partition_key=partition,
            resources={"workspace": WorkspaceResource.from_settings(settings)},
            instance=instance,
            raise_on_error=False,
        )

    return month


def verdicts(result: dg.ExecuteInProcessResult) -> dict[str, Any]:
    rules = {name: check for name, check in answers(result).items() if "verdict" in check.metadata}
    return {name: check.metadata["verdict"].value for name, check in rules.items()}


def test_the_ratio_stays_fine_as_the_table_grows_tenfold_and_its_jump_is_refused(pay: Pay, tmp_path: Path) -> None:
    first = pay("2013-01", 100, 5)
    grown = pay("2013-02", 1000, 52)
    published = Lake(tmp_path / "data" / "lake").snapshot_id("staff.staff")
    jumped = pay("2013-03", 1000, 150)

    assert first.success
    assert verdicts(first) == {"missing_salaries": "cannot_tell", "number_of_missing": "cannot_tell"}
    assert answers(first)["missing_salaries"].severity == dg.AssetCheckSeverity.WARN
    assert grown.success
    assert verdicts(grown) == {"missing_salaries": "ok", "number_of_missing": "anomaly"}
    assert not jumped.success
    check = answers(jumped)["missing_salaries"]
    assert (check.passed, check.severity, check.partition) == (False, dg.AssetCheckSeverity.ERROR, "2013-03")
    assert "salary.nulls / rows is 0.15 in 2013-03; expected 0.026 to 0.104" in str(check.description)
    assert "data:image/svg+xml;base64," in str(check.metadata["plot"].value)
    assert check.metadata["history"].value == {"2013-01": 0.05, "2013-02": 0.052}
    lake = Lake(tmp_path / "data" / "lake")
    assert lake.snapshot_id("staff.staff") == published
    (entry,) = lake.read("platform.quarantine").to_pylist()
    assert entry["partition"] == "2013-03"
    assert "missing_salaries: Unusually high" in entry["rules"]


def test_making_a_month_again_compares_it_with_earlier_months_only(pay: Pay) -> None:
    pay("2013-01", 100, 5)
    pay("2013-02", 100, 6)
    pay("2013-03", 100, 7)

    again = pay("2013-02", 100, 50)

    assert not again.success
    assert answers(again)["missing_salaries"].metadata["history"].value == {"2013-01": 0.05}


def test_a_missing_month_is_a_gap_of_the_history(pay: Pay) -> None:
    pay("2013-01", 100, 5)

    late = pay("2013-03", 100, 6)

    assert answers(late)["missing_salaries"].metadata["history"].value == {"2013-01": 0.05, "2013-02": None}
    assert "of 2013-01)" in str(answers(late)["missing_salaries"].description)


def test_a_release_ends_the_alert_of_the_refused_partition_with_who_and_why(
    pay: Pay, staff: Product, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    workspace = WorkspaceResource.from_settings(load_settings({"PLATFORM_DATA": str(tmp_path / "data")}))
    sensor, cursor = alerts_sensor(staff), None

    def tick() -> Alert:
        nonlocal cursor
        with dg.build_sensor_context(instance, cursor=cursor, resources={"workspace": workspace}) as context:
            cursor = sensor.evaluate_tick(context).cursor
        (found,) = [each for each in read_alerts(workspace.open("test").lake) if each.rule == "missing_salaries"]
        return found

    pay("2013-01", 100, 5)
    pay("2013-02", 100, 50)
    begun = tick()
    (entry,) = entries(workspace.open("test").lake)

    decision = Decision("ada", "half of the staff is paid by the new company")
    release(workspace.open("test"), [staff], entry.quarantine_id, decision, tells(instance))
    ended = tick()

    assert (begun.partition, begun.is_open, begun.resolution) == ("2013-02", True, None)
    assert (ended.alert_id, ended.resolved_partition) == (begun.alert_id, "2013-02")
    assert str(ended.resolution).startswith(
        "Released in spite of it by ada: half of the staff is paid by the new company What the audit said: Unusually"
    )


def test_rules_are_checks_of_the_asset_that_block_as_declared(staff: Product) -> None:
    specs = {spec.name: spec for spec in dataset_asset(staff, staff.datasets["staff"]).check_specs}

    assert (specs["missing_salaries"].blocking, specs["number_of_missing"].blocking) == (True, False)
    assert "salary.nulls / rows" in str(specs["missing_salaries"].description)
