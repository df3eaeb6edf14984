"""The alerts sensor: real answers of checks on an instance become rows of platform.alerts, once an edge."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluationPlanned
from dagster._core.events import DagsterEventType

from platform_assets.learning.partitions import offset

SENSOR = "flight_delay_alerts"
Answer = Callable[..., None]


@pytest.fixture
def answer(instance: dg.DagsterInstance) -> Answer:
    """A check of a partition is answered, as by its asset: ``answer("2013-02", "anomaly")``."""

    def report(partition: str, verdict: str, asset: str = "flights", check: str = "cancelled_share") -> None:
        instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(
                asset_key=dg.AssetKey(asset),
                check_name=check,
                passed=verdict in ("ok", "stable"),
                severity=dg.AssetCheckSeverity.WARN,
                description=f"{verdict} in {partition}",
                metadata={"verdict": verdict},
                partition=partition,
            )
        )

    return report


@pytest.fixture
def alerts(tmp_path: Path) -> Callable[[], list[tuple[str, str, str | None]]]:
    """Rows of the table: asset, partition in which it began, partition in which it ended."""
    from platform_assets.lake import Lake
    from platform_assets.pipeline.alerts import read_alerts

    return lambda: [(a.asset, a.partition, a.resolved_partition) for a in read_alerts(Lake(tmp_path / "lake"))]


def check_event(instance: dg.DagsterInstance, run_id: str, partition: str, verdict: str | None = None) -> None:
    """What a run reports of the check: that it is going to be answered, or its answer."""
    key, name = dg.AssetKey("flights"), "cancelled_share"
    if verdict is None:
        subset = dg.StaticPartitionsDefinition([partition]).subset_with_partition_keys([partition])
        kind = DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED
        data: Any = AssetCheckEvaluationPlanned(asset_key=key, check_name=name, partitions_subset=subset)
    else:
        kind = DagsterEventType.ASSET_CHECK_EVALUATION
        data = dg.AssetCheckEvaluation(
            asset_key=key, check_name=name, passed=False, metadata={"verdict": verdict}, partition=partition
        )
    instance.report_dagster_event(dg.DagsterEvent(kind.value, "job", event_specific_data=data), run_id=run_id)


def states(ticked: Any) -> list[tuple[str, str]]:
    return [(event.partition, event.metadata["state"].value) for event in ticked.asset_events]


def test_nothing_answered_is_nothing_to_do(tick: Callable[..., Any]) -> None:
    assert tick(SENSOR).skip_message == "No check that can raise an alert was answered."


def test_a_breach_is_told_once_when_it_begins_and_once_when_it_ends(
    tick: Callable[..., Any], answer: Answer, alerts: Callable[[], Any]
) -> None:
    told, cursor = [], None
    for partition, verdict in (
        ("2013-01", "cannot_tell"),
        ("2013-02", "anomaly"),
        ("2013-03", "anomaly"),
        ("2013-04", "ok"),
    ):
        answer(partition, verdict)
        ticked = tick(SENSOR, cursor)
        cursor = ticked.cursor
        told.append(states(ticked))

    assert told == [[], [("2013-02", "open")], [], [("2013-04", "resolved")]]
    assert alerts() == [("flights", "2013-02", "2013-04")]
    assert tick(SENSOR, cursor).skip_message


def test_what_happened_between_two_ticks_is_followed_in_its_order_and_drift_counts_too(
    tick: Callable[..., Any], answer: Answer, alerts: Callable[[], Any]
) -> None:
    for partition, verdict in (("2013-02", "anomaly"), ("2013-03", "ok"), ("2013-06", "anomaly")):
        answer(partition, verdict)
    answer("2013-06", "drift", "flight_delay_drift_report", "no_drift")

    ticked = tick(SENSOR)

    assert sorted(alerts(), key=str) == [
        ("flight_delay_drift_report", "2013-06", None),
        ("flights", "2013-02", "2013-03"),
        ("flights", "2013-06", None),
    ]
    assert set(json.loads(ticked.cursor)) == {"flights:cancelled_share", "flight_delay_drift_report:no_drift"}
    (drift,) = [event for event in ticked.asset_events if event.asset_key.path == ["flight_delay_drift_report"]]
    assert drift.metadata["owner"].value == "team:data-science"
    assert drift.metadata["on breach"].value == "retrain"


def test_none_of_the_answers_of_a_long_outage_is_lost(
    tick: Callable[..., Any], answer: Answer, alerts: Callable[[], Any]
) -> None:
    """Many times as many as one query reads."""
    answer("2013-01", "ok")
    cursor = tick(SENSOR).cursor
    verdicts = ["anomaly", *["ok"] * 60, "anomaly", "anomaly", *["ok"] * 60]
    for months, verdict in enumerate(verdicts, start=1):
        answer(offset("2013-01", months), verdict)

    ticked = tick(SENSOR, cursor)

    assert alerts() == [("flights", "2013-02", "2013-03"), ("flights", "2018-03", "2018-05")]
    assert tick(SENSOR, ticked.cursor).skip_message


def test_an_answer_is_seen_although_a_run_that_was_requested_later_is_still_on_its_way(
    tick: Callable[..., Any], alerts: Callable[[], Any], instance: dg.DagsterInstance
) -> None:
    runs = {"2013-01": "one", "2013-02": "two", "2013-03": "three"}
    for partition, run_id in runs.items():
        check_event(instance, run_id, partition)
    check_event(instance, runs["2013-01"], "2013-01", "ok")
    cursor = tick(SENSOR).cursor

    check_event(instance, runs["2013-02"], "2013-02", "anomaly")
    tick(SENSOR, cursor)

    assert alerts() == [("flights", "2013-02", None)]


def test_an_answer_without_verdict_is_looked_at_once(
    tick: Callable[..., Any], answer: Answer, instance: dg.DagsterInstance
) -> None:
    instance.report_runless_asset_event(
        dg.AssetCheckEvaluation(
            asset_key=dg.AssetKey("flights"), check_name="cancelled_share", passed=True, partition="2013-01"
        )
    )

    assert tick(SENSOR, tick(SENSOR).cursor).skip_message


def test_a_lost_cursor_changes_no_alert(tick: Callable[..., Any], answer: Answer, alerts: Callable[[], Any]) -> None:
    for partition, verdict in (("2013-02", "anomaly"), ("2013-03", "ok"), ("2013-06", "anomaly")):
        answer(partition, verdict)
    tick(SENSOR)
    before = alerts()

    again = tick(SENSOR)

    assert (alerts(), again.asset_events) == (before, [])
