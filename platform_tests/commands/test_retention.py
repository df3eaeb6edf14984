"""``platform retention`` on a small lake: what people and programs are told, and what is gone afterwards."""

import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner, Result

from platform_assets.cli import platform
from platform_assets.lake import Lake, month_window
from platform_assets.pipeline import load_product
from platform_assets.pipeline.training import rows_under

TABLE = "flight_delay.weather"
Platform = Callable[..., Result]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Weather of one month, published twice, and a staged file that was left behind two days ago."""
    lake = Lake(tmp_path / "lake")
    contract = load_product("flight_delay").datasets["weather"]
    spec, window = contract.table("flight_delay"), month_window("2013-01", "time_hour")

    def readings(count: int) -> pa.Table:
        return rows_under(contract, [{"time_hour": window.start + timedelta(hours=hour)} for hour in range(count)])

    for count in (5, 3):
        lake.publish_rows(spec, window, readings(count), {})
    left = lake.stage_rows(spec, readings(2))
    long_ago = time.time() - 2 * 24 * 3600
    os.utime(left, (long_ago, long_ago))
    return lake


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """Runs ``platform retention ...`` on that lake."""
    monkeypatch.setenv("PLATFORM_DATA", str(tmp_path))
    return lambda *arguments: CliRunner().invoke(platform, ["retention", *arguments])


def figures(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.output))


def test_a_plan_says_what_goes_and_changes_nothing(lake: Lake, run: Platform) -> None:
    before = lake.store.list(lake.store.root)

    result = run("plan")

    assert result.exit_code == 0, result.output
    assert TABLE in result.output
    assert "1 unused file" in result.output
    assert lake.store.list(lake.store.root) == before


def test_a_plan_for_a_later_day_names_versions_that_will_have_run_out(lake: Lake, run: Platform) -> None:
    day = f"{datetime.now(UTC) + timedelta(days=40):%Y-%m-%d}"

    [weather] = figures(run("plan", "--table", "weather", "--today", day, "--json"))["tables"]

    assert (weather["table"], weather["snapshots"], weather["orphans"]) == (TABLE, 1, 1)
    assert weather["after"]["bytes"] < weather["before"]["bytes"]


def test_prices_of_s3_can_be_asked_for_before_moving_there(lake: Lake, run: Platform) -> None:
    local = figures(run("plan", "--json"))["total"]
    s3 = figures(run("plan", "--prices", "s3", "--json"))["total"]

    assert local["before"]["monthly_dollars"] == 0
    assert s3["before"]["monthly_dollars"] > s3["after"]["monthly_dollars"] > 0


def test_apply_does_what_the_plan_says(lake: Lake, run: Platform) -> None:
    [planned] = figures(run("plan", "--json"))["tables"]

    [done] = figures(run("apply", "--table", TABLE, "--json"))["tables"]

    assert done["deleted_files"] == planned["orphans"] == 1
    assert done["now"]["bytes"] == planned["before"]["bytes"] - done["deleted_bytes"]
    assert lake.read(TABLE).num_rows == 3
    assert "nothing" in run("apply").output


def test_lifecycle_rules_follow_the_declaration(lake: Lake, run: Platform) -> None:
    rules = {rule["ID"]: rule for rule in figures(run("lifecycle", "--warehouse", "s3://company/lake"))["Rules"]}

    declared = load_product("flight_delay").datasets["flights"].retention
    assert declared is not None
    assert rules["archive-flight_delay.flights"]["Filter"] == {"Prefix": "lake/flight_delay/flights/data/"}
    assert rules["archive-flight_delay.flights"]["Transitions"] == [
        {"Days": declared.archive_after_days, "StorageClass": declared.archive_class}
    ]


def test_lifecycle_rules_of_a_folder_are_refused_with_the_remedy(lake: Lake, run: Platform) -> None:
    result = run("lifecycle")

    assert result.exit_code == 1
    assert "not on S3" in result.output
    assert "--warehouse s3://bucket/prefix" in result.output


def test_a_table_that_does_not_exist_is_refused(lake: Lake, run: Platform) -> None:
    result = run("plan", "--table", "flight_delay.nothing")

    assert result.exit_code == 1
    assert "Table 'flight_delay.nothing' does not exist" in result.output
