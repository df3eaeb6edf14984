"""Bad input in a Dagster run: the failed step says what to do, the right check fails, nothing is materialised."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from platform_assets.components.resources import MlflowResource, WorkspaceResource
from platform_assets.lake import Lake
from platform_assets.pipeline.product import DEFS_FOLDER
from platform_assets.settings import load_settings

FLIGHTS = dg.AssetKey("flights")
Lines = list[str]
Put = Callable[[Path, str, str, bytes | Lines], Path]
SomeLines = Callable[[str, str], Lines]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """PLATFORM_DATA of all runs of this module."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture(scope="module")
def run(data: Path, instance: dg.DagsterInstance) -> Callable[[str], dg.ExecuteInProcessResult]:
    """Materialises a month of the real asset ``flights``."""
    settings = load_settings({"PLATFORM_DATA": str(data)})
    resources = {
        "workspace": WorkspaceResource.from_settings(settings),
        "mlflow_tracking": MlflowResource(tracking_uri=settings.tracking_uri),
    }
    declared = dg.load_from_defs_folder(path_within_project=DEFS_FOLDER)
    job = dg.Definitions.merge(declared, dg.Definitions(resources=resources)).resolve_implicit_global_asset_job_def()

    def materialise(month: str) -> dg.ExecuteInProcessResult:
        return job.execute_in_process(
            instance=instance, asset_selection=[FLIGHTS], partition_key=month, raise_on_error=False
        )

    return materialise


def published(data: Path) -> int | None:
    lake = Lake(data / "lake")
    return lake.snapshot_id("flight_delay.flights") if lake.exists("flight_delay.flights") else None


def test_a_bad_file_fails_the_run_with_one_clear_message_and_the_right_check(
    run: Callable[[str], dg.ExecuteInProcessResult],
    instance: dg.DagsterInstance,
    data: Path,
    bad: Any,
    some_lines: SomeLines,
    put: Put,
) -> None:
    before = published(data)
    put(data / "landing", "flights", "2013-02", bad.spoil(some_lines("flights", "2013-02")))

    result = run("2013-02")

    assert not result.success
    (step,) = [event for event in result.all_events if event.event_type == dg.DagsterEventType.STEP_FAILURE]
    description = step.step_failure_data.user_failure_data.description
    assert description.startswith("flights 2013-02")
    assert bad.rule in description
    assert bad.remedy in description
    assert "Nothing was published" in description
    errors = [
        check
        for check in result.get_asset_check_evaluations()
        if not check.passed and check.severity == dg.AssetCheckSeverity.ERROR
    ]
    assert tuple(check.asset_check_key.name for check in errors) == bad.checks
    assert bad.rule in str(errors[0].metadata["message"].value)
    assert [event for event in result.all_events if event.is_step_materialization] == []
    assert "2013-02" not in instance.get_materialized_partitions(FLIGHTS)
    assert published(data) == before
    kept = sorted((data / "lake" / "quarantine" / "flight_delay.flights" / "2013-02").iterdir())[-1]
    assert (kept / "2013-02.csv").read_bytes() == (data / "landing" / "flights" / "2013-02.csv").read_bytes()


def test_the_month_after_a_refused_one_is_materialised_with_its_checks_passed(
    run: Callable[[str], dg.ExecuteInProcessResult],
    instance: dg.DagsterInstance,
    data: Path,
    some_lines: SomeLines,
    put: Put,
) -> None:
    put(data / "landing", "flights", "2013-02", b"")
    assert not run("2013-02").success
    march = some_lines("flights", "2013-03")
    put(data / "landing", "flights", "2013-03", march)

    result = run("2013-03")

    assert result.success
    (event,) = result.asset_materializations_for_node("flights")
    assert event.metadata["dagster/row_count"].value == len(march) - 1
    assert instance.get_materialized_partitions(FLIGHTS) == {"2013-03"}
    warned = [check.asset_check_key.name for check in result.get_asset_check_evaluations() if not check.passed]
    assert warned == ["contract_volume"]


def test_a_month_that_was_not_delivered_fails_without_any_check(
    run: Callable[[str], dg.ExecuteInProcessResult], data: Path
) -> None:
    before = published(data)

    result = run("2013-12")

    (step,) = [event for event in result.all_events if event.event_type == dg.DagsterEventType.STEP_FAILURE]
    assert step.step_failure_data.user_failure_data.description.startswith("flights 2013-12 has not been delivered: ")
    assert published(data) == before
