"""The job ``retention``: what it does to the lake, and what Dagster shows of it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from platform_assets.components.resources import WorkspaceResource
from platform_assets.lake import Lake, month_window
from platform_assets.pipeline import load_product
from platform_assets.pipeline.training import rows_under
from platform_assets.settings import load_settings

MONTHS = ("2008-01", "2013-01", "2013-02")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Weather of two months of 2013 and one that is more than the declared five years older."""
    lake = Lake(tmp_path / "lake")
    contract = load_product("flight_delay").datasets["weather"]
    for month in MONTHS:
        window = month_window(month, "time_hour")
        rows = rows_under(contract, [{"time_hour": window.start + timedelta(hours=hour)} for hour in range(3)])
        lake.publish_rows(contract.table("flight_delay"), window, rows, {})
    return lake


@pytest.fixture
def run(
    definitions: dg.Definitions, instance: dg.DagsterInstance, tmp_path: Path
) -> Callable[..., dg.ExecuteInProcessResult]:
    """Runs the job with a configuration of its op."""
    workspace = WorkspaceResource.from_settings(load_settings({"PLATFORM_DATA": str(tmp_path)}))

    def execute(**config: Any) -> dg.ExecuteInProcessResult:
        return definitions.resolve_job_def("retention").execute_in_process(
            instance=instance,
            resources={"workspace": workspace},
            run_config={"ops": {"apply_retention": {"config": config}}},
            raise_on_error=False,
        )

    return execute


def test_months_older_than_declared_expire_and_their_asset_says_so(
    lake: Lake, run: Callable[..., dg.ExecuteInProcessResult], instance: dg.DagsterInstance
) -> None:
    result = run()

    assert result.success
    left = lake.read("flight_delay.weather")["time_hour"].to_pylist()
    assert {f"{moment:%Y-%m}" for moment in left} == {"2013-01", "2013-02"}
    events = instance.fetch_observations(dg.AssetKey("weather"), limit=10).records
    seen = {record.partition_key: record.asset_observation for record in events}
    assert seen["2008-01"].metadata["retention"].value == "expired: its rows are gone"
    assert "rows of 2008-01" in seen[None].metadata["retention"].value
    assert lake.provenance("flight_delay.weather")["retention"] == "expired 2008-01"
    assert lake.provenance("flight_delay.weather")["run-id"] == result.run_id


def test_the_run_shows_bytes_and_cost_of_every_table(lake: Lake, run: Callable[..., dg.ExecuteInProcessResult]) -> None:
    done = run()

    [output] = [event for event in done.all_events if event.event_type_value == "STEP_OUTPUT"]
    metadata = output.step_output_data.metadata
    assert "| flight_delay.weather | rows of 2008-01 |" in metadata["tables"].value
    assert metadata["bytes before"].value > metadata["bytes after"].value > 0
    assert metadata["dollars a month now"].value == 0


def test_one_table_can_be_chosen(lake: Lake, run: Callable[..., dg.ExecuteInProcessResult]) -> None:
    failed = run(tables=["flight_delay.nothing"])

    assert not failed.success
    [failure] = [event for event in failed.all_events if event.event_type_value == "STEP_FAILURE"]
    assert "Table 'flight_delay.nothing' does not exist" in str(failure.step_failure_data.user_failure_data)
    assert lake.read("flight_delay.weather").num_rows == 9
    assert run(tables=["flight_delay.weather"]).success


def test_the_schedule_runs_every_night_by_default(definitions: dg.Definitions) -> None:
    schedule = definitions.resolve_schedule_def("retention_nightly")

    assert schedule.default_status == dg.DefaultScheduleStatus.RUNNING
    assert schedule.cron_schedule == "40 3 * * *"


def test_what_retention_says_of_an_asset_requests_nothing(
    definitions: dg.Definitions, instance: dg.DagsterInstance, materialised: Callable[..., None]
) -> None:
    materialised("planes", "airports")
    materialised("flights", "weather", "flight_features", partition="2013-01")
    first = dg.evaluate_automation_conditions(definitions, instance)

    instance.report_runless_asset_event(dg.AssetObservation("flights", metadata={"retention": "1 version"}))
    instance.report_runless_asset_event(dg.AssetObservation("flights", partition="2013-01"))

    assert dg.evaluate_automation_conditions(definitions, instance, cursor=first.cursor).total_requested == 0
    materialised("flights", partition="2013-01")
    assert dg.evaluate_automation_conditions(definitions, instance, cursor=first.cursor).total_requested == 1
