"""A release told to Dagster: the partition is materialised, overruled checks warn, what depends on it is requested."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from platform_assets.automation.quarantine_job import QuarantineDecision, quarantine_decision
from platform_assets.components.resources import WorkspaceResource
from platform_assets.pipeline import Product, Workspace
from platform_assets.pipeline.dataset import materialise_dataset
from platform_assets.pipeline.materialisation import Refused
from platform_assets.pipeline.quarantine import entries, find_entry
from platform_assets.pipeline.quarantine_entry import Entry
from platform_assets.settings import load_settings

FLIGHTS = dg.AssetKey("flights")
WHY = "the doubled flights are real"
Decide = Callable[..., dg.ExecuteInProcessResult]


@pytest.fixture
def refused(workspace: Workspace, product: Product, deliver_some: Callable[..., list[Path]]) -> Entry:
    """February, with one flight twice."""
    flights = deliver_some(workspace.landing, "2013-02")[-1]
    lines = flights.read_text().splitlines(keepends=True)
    flights.write_text("".join([*lines, lines[1]]))
    with pytest.raises(Refused):
        materialise_dataset(workspace, product, "flights", "2013-02")
    return entries(workspace.lake)[-1]


@pytest.fixture
def decide(instance: dg.DagsterInstance, tmp_path: Path) -> Decide:
    """Runs the job as the launchpad does."""
    settings = load_settings({"PLATFORM_DATA": str(tmp_path)})

    def run(entry: Entry, decision: str, **more: Any) -> dg.ExecuteInProcessResult:
        config = {
            "quarantine_id": entry.quarantine_id,
            "decision": decision,
            "reason": WHY,
            "who": "ada@example.org",
            **more,
        }
        return quarantine_decision.execute_in_process(
            run_config={"ops": {"decide_on_quarantine": {"config": config}}},
            resources={"workspace": WorkspaceResource.from_settings(settings)},
            instance=instance,
            raise_on_error=False,
        )

    return run


def test_a_released_partition_is_materialised_with_who_and_why(
    refused: Entry, decide: Decide, instance: dg.DagsterInstance, workspace: Workspace
) -> None:
    result = decide(refused, "release")

    assert result.success
    assert instance.get_materialized_partitions(FLIGHTS) == {"2013-02"}
    event = instance.get_latest_materialization_event(FLIGHTS)
    assert event is not None
    assert event.asset_materialization is not None
    metadata = {name: value.value for name, value in event.asset_materialization.metadata.items()}
    assert (metadata["released by"], metadata["release reason"]) == ("ada@example.org", WHY)
    assert metadata["dagster/row_count"] == workspace.lake.read("flight_delay.flights").num_rows
    assert metadata["snapshot"] == str(workspace.lake.snapshot_id("flight_delay.flights"))
    assert metadata["run"] == result.run_id
    assert "dagster/data_version" in (event.asset_materialization.tags or {})
    assert find_entry(workspace.lake, refused.quarantine_id).status == "released"


def test_an_overruled_check_warns_for_its_partition(
    refused: Entry, decide: Decide, instance: dg.DagsterInstance, definitions: dg.Definitions
) -> None:
    decide(refused, "release")

    key = dg.AssetCheckKey(FLIGHTS, "contract_keys")
    assert key in definitions.resolve_asset_graph().asset_check_keys
    record = instance.event_log_storage.get_latest_asset_check_execution_by_key([key])[key]
    assert record.event is not None
    evaluation = record.event.dagster_event.asset_check_evaluation_data
    assert (evaluation.passed, evaluation.severity, evaluation.partition) == (
        False,
        dg.AssetCheckSeverity.WARN,
        "2013-02",
    )
    assert evaluation.description.startswith(f"Released in spite of it by ada@example.org: {WHY}")


def test_what_depends_on_a_released_partition_is_requested(
    refused: Entry,
    decide: Decide,
    instance: dg.DagsterInstance,
    definitions: dg.Definitions,
    materialised: Callable[..., None],
) -> None:
    materialised("planes", "airports")
    materialised("weather", partition="2013-02")
    materialised("weather", "flights", partition="2013-01")
    cursor = None
    for release in (False, True):
        if release:
            assert decide(refused, "release").success
        result = dg.evaluate_automation_conditions(
            definitions, instance, cursor=cursor, evaluation_time=datetime(2014, 6, 1, tzinfo=UTC)
        )
        cursor = result.cursor
        requested = set(result.get_requested_partitions(dg.AssetKey("flight_features")))
        assert ("2013-02" in requested) == release


def test_a_discard_materialises_nothing(
    refused: Entry, decide: Decide, instance: dg.DagsterInstance, workspace: Workspace
) -> None:
    assert decide(refused, "discard").success

    assert instance.get_materialized_partitions(FLIGHTS) == set()
    assert find_entry(workspace.lake, refused.quarantine_id).status == "discarded"


def test_a_decision_that_is_refused_fails_the_run_with_the_message(refused: Entry, decide: Decide) -> None:
    decide(refused, "discard")

    result = decide(refused, "release")

    (step,) = [event for event in result.all_events if event.event_type == dg.DagsterEventType.STEP_FAILURE]
    assert f"Quarantine {refused.quarantine_id} was already discarded, by ada@example.org" in str(
        step.step_failure_data.user_failure_data.description
    )


def test_a_decision_without_a_name_fails_the_run(refused: Entry, decide: Decide) -> None:
    result = decide(refused, "release", who="")

    (step,) = [event for event in result.all_events if event.event_type == dg.DagsterEventType.STEP_FAILURE]
    assert "does not say who makes it" in str(step.step_failure_data.user_failure_data.description)


def test_the_launchpad_explains_each_field() -> None:
    assert QuarantineDecision.model_fields.keys() == {"quarantine_id", "decision", "reason", "who", "over_newer"}
    assert all(field.description for field in QuarantineDecision.model_fields.values())
