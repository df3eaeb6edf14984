"""The retraining sensor: which partitions it decides on, and how a decision is told."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from platform_assets.learning import partitions

SENSOR = "flight_delay_retraining_policy"
FEATURES, CHAMPION = "flight_features", "flight_delay_champion"
PREDICTIONS, PERFORMANCE = "flight_delay_predictions", "flight_delay_performance"
DRIFT_REPORT = "flight_delay_drift_report"

Materialised = Callable[..., None]
Publish = Callable[..., None]
Tick = Callable[..., Any]


@pytest.fixture
def publish(tmp_path: Path, product: Any) -> Publish:
    """Puts one row a partition into a table of the model, as its step would have; only what a decision reads."""
    from platform_assets.lake import Lake
    from platform_assets.lake.partitions import scope_of
    from platform_assets.pipeline import model_tables, performance_tables
    from platform_assets.pipeline.training import rows_under

    lake = Lake(tmp_path / "lake")
    model = product.models["flight_delay"]
    contracts = {
        "champion": model_tables.champions_contract(model),
        "drift_report": model_tables.drift_contract(model),
        "performance": performance_tables.performance_contract(model),
        "model": model_tables.trainings_contract(model),
    }
    filler = {"string": "-", "int": 1, "long": 1, "double": 0.5, "boolean": True, "timestamp": datetime.now(UTC)}

    def write(kind: str, partition: str, **values: Any) -> None:
        contract = contracts[kind]
        row = {column.name: filler[column.type] for column in contract.columns}
        row |= {"month": partitions.window(partition)[0], **values}
        spec = contract.table(product.name)
        lake.publish_rows(spec, scope_of(spec, partition), rows_under(contract, [row]), {})

    return write


@pytest.fixture
def champion(publish: Publish, materialised: Materialised) -> None:
    """A first champion, trained as of February with a validation AUC of 0.75; it has scored February."""
    for month in ("2013-01", "2013-02"):
        materialised(FEATURES, partition=month)
    publish("model", "2013-02")
    publish("champion", "2013-02", validation_auc=0.75)
    publish("drift_report", "2013-02", partition_verdict="stable")
    materialised(CHAMPION)
    materialised(PREDICTIONS, DRIFT_REPORT, partition="2013-02")


@pytest.fixture
def month_done(publish: Publish, materialised: Materialised) -> Callable[..., None]:
    """A month was delivered and processed: its drift is known, and how good the month before had been predicted."""

    def done(month: str, *, drift: str = "stable", auc: float = 0.74) -> None:
        before = partitions.previous_partition(month)
        publish("drift_report", month, partition_verdict=drift)
        publish("performance", before, auc=auc)
        materialised(FEATURES, PREDICTIONS, DRIFT_REPORT, partition=month)
        materialised(PERFORMANCE, partition=before)

    return done


def decision(answer: Any) -> tuple[str, str]:
    """Partition and code of the one decision that a tick reported."""
    (event,) = answer.asset_events
    assert event.asset_key == dg.AssetKey("flight_delay_retraining")
    return event.partition, event.metadata["decision"].value


@pytest.fixture
def unknown_aircraft(tmp_path: Path, product: Any) -> Callable[[str, int], None]:
    """Stores the profile of a month's features in which so many of a hundred flights have an unknown aircraft."""
    import pyarrow as pa

    from platform_assets.lake import Lake
    from platform_assets.lake.partitions import Values
    from platform_assets.quality.profile import profile_batches
    from platform_assets.quality.profile_table import PROFILES, profile_table_rows

    def profiled(month: str, unknown: int) -> None:
        seats = pa.array([None] * unknown + [100] * (100 - unknown), pa.int64())
        profile = profile_batches(pa.table({"seats": seats}).to_batches())
        table = product.table(FEATURES)
        rows = profile_table_rows(profile, table, month, 1, "run")
        Lake(tmp_path / "lake").publish_rows(PROFILES, Values((("table", table), ("partition", month))), rows, {})

    return profiled


def test_nothing_waits_for_a_decision_on_an_empty_instance(tick: Tick) -> None:
    answer = tick(SENSOR)

    assert answer.run_requests == []
    assert answer.skip_message == "No partition waits for a decision."


def test_the_month_before_the_first_with_labels_is_not_decided_on(tick: Tick, materialised: Materialised) -> None:
    materialised(FEATURES, partition="2013-01")

    assert tick(SENSOR).skip_message == "No partition waits for a decision."


def test_a_month_waits_until_the_months_that_a_training_would_learn_from_are_there(
    tick: Tick, materialised: Materialised
) -> None:
    materialised(FEATURES, partition="2013-02")

    assert tick(SENSOR).skip_message == "No partition waits for a decision."

    materialised(FEATURES, partition="2013-01")

    assert decision(tick(SENSOR)) == ("2013-02", "first_model")


def test_without_a_champion_the_first_month_with_labels_asks_for_the_first_model(
    tick: Tick, materialised: Materialised
) -> None:
    materialised(FEATURES, partition="2013-01")
    materialised(FEATURES, partition="2013-02")

    answer = tick(SENSOR)

    assert decision(answer) == ("2013-02", "first_model")
    (request,) = answer.run_requests
    assert request.partition_key == "2013-02"
    assert {key.to_user_string() for key in request.asset_selection} == {
        "flight_delay_model",
        CHAMPION,
        PREDICTIONS,
        DRIFT_REPORT,
    }


def test_a_training_carries_why_it_was_asked_for(tick: Tick, materialised: Materialised) -> None:
    materialised(FEATURES, partition="2013-01")
    materialised(FEATURES, partition="2013-02")

    answer = tick(SENSOR)

    (request,), (event,) = answer.run_requests, answer.asset_events
    assert request.tags["platform/retraining_decision"] == "first_model"
    assert request.tags["platform/retraining_reason"] == event.metadata["reason"].value
    assert "There is no champion" in event.metadata["reason"].value
    assert event.metadata["retrain"].value is True
    assert event.metadata["evidence"].value["labelled_partitions"] == 1


def test_a_partition_is_decided_on_once(tick: Tick, materialised: Materialised) -> None:
    materialised(FEATURES, partition="2013-01")
    materialised(FEATURES, partition="2013-02")

    cursor = tick(SENSOR).cursor

    assert json.loads(cursor) == ["2013-02"]
    assert tick(SENSOR, cursor).asset_events == []
    assert tick(SENSOR, cursor).run_requests == []


def test_partitions_are_decided_on_oldest_first_one_a_tick(tick: Tick, materialised: Materialised) -> None:
    for month in ("2013-04", "2013-02", "2013-01", "2013-03"):
        materialised(FEATURES, partition=month)

    cursor, decided = None, []
    for _ in range(3):
        answer = tick(SENSOR, cursor)
        cursor = answer.cursor
        decided.append(decision(answer)[0])

    assert decided == ["2013-02", "2013-03", "2013-04"]


@pytest.mark.usefixtures("champion")
def test_a_month_waits_while_the_training_that_an_earlier_one_asked_for_runs(
    tick: Tick, month_done: Callable[..., None], instance: dg.DagsterInstance
) -> None:
    training = dg.DagsterRun("training", status=dg.DagsterRunStatus.STARTED, tags={"dagster/sensor_name": SENSOR})
    instance.add_run(training)
    month_done("2013-03")

    waiting = tick(SENSOR, json.dumps(["2013-02"]))
    instance.report_run_failed(training)

    assert "2013-03 waits for the training" in waiting.skip_message
    assert decision(tick(SENSOR, json.dumps(["2013-02"])))[0] == "2013-03"


@pytest.mark.usefixtures("champion")
def test_with_a_champion_a_month_waits_for_its_drift_report(
    tick: Tick, materialised: Materialised, publish: Publish
) -> None:
    cursor = json.dumps(["2013-02"])
    materialised(FEATURES, PREDICTIONS, partition="2013-03")
    materialised(PERFORMANCE, partition="2013-02")
    waiting = tick(SENSOR, cursor)

    publish("drift_report", "2013-03", partition_verdict="stable")
    materialised(DRIFT_REPORT, partition="2013-03")

    assert waiting.skip_message == "No partition waits for a decision."
    assert decision(tick(SENSOR, cursor))[0] == "2013-03"


@pytest.mark.usefixtures("champion")
def test_with_a_champion_a_month_waits_for_the_performance_that_its_delivery_makes_known(
    tick: Tick, materialised: Materialised
) -> None:
    cursor = json.dumps(["2013-02"])
    materialised(FEATURES, PREDICTIONS, DRIFT_REPORT, partition="2013-03")
    waiting = tick(SENSOR, cursor)

    materialised(PERFORMANCE, partition="2013-02")

    assert waiting.skip_message == "No partition waits for a decision."
    assert decision(tick(SENSOR, cursor))[0] == "2013-03"


@pytest.mark.usefixtures("champion")
def test_a_decision_against_training_is_on_record_and_requests_nothing(
    tick: Tick, month_done: Callable[..., None]
) -> None:
    month_done("2013-03")

    answer = tick(SENSOR, json.dumps(["2013-02"]))

    assert decision(answer) == ("2013-03", "cool_down")
    assert answer.run_requests == []


@pytest.mark.usefixtures("champion")
@pytest.mark.parametrize(
    ("figures", "code"),
    [({}, "no_reason"), ({"drift": "drift"}, "drift"), ({"auc": 0.65}, "decay")],
)
def test_the_policy_reads_drift_and_performance_of_the_delivered_month(
    tick: Tick, month_done: Callable[..., None], figures: dict[str, Any], code: str
) -> None:
    month_done("2013-03")
    month_done("2013-04", **figures)

    answer = tick(SENSOR, json.dumps(["2013-02", "2013-03"]))

    assert decision(answer) == ("2013-04", code)


@pytest.mark.usefixtures("champion")
def test_a_retraining_requests_model_and_champion_only(tick: Tick, month_done: Callable[..., None]) -> None:
    month_done("2013-03")
    month_done("2013-04", drift="drift")

    (request,) = tick(SENSOR, json.dumps(["2013-02", "2013-03"])).run_requests

    # The month was scored already, by the champion that was in charge of it.
    assert {key.to_user_string() for key in request.asset_selection} == {"flight_delay_model", CHAMPION}
    assert request.partition_key == "2013-04"
    assert "Drift since 2013-04" in request.tags["platform/retraining_reason"]


@pytest.mark.usefixtures("champion")
def test_a_rate_of_change_that_is_declared_to_retrain_asks_for_a_training_with_its_name(
    tick: Tick, month_done: Callable[..., None], unknown_aircraft: Callable[[str, int], None]
) -> None:
    for month, unknown in (("2013-02", 15), ("2013-03", 17), ("2013-04", 40)):
        unknown_aircraft(month, unknown)
    for month in ("2013-03", "2013-04"):
        month_done(month)

    usual = tick(SENSOR, json.dumps(["2013-02"]))
    unusual = tick(SENSOR, usual.cursor)

    assert (decision(usual), usual.run_requests) == (("2013-03", "cool_down"), [])
    assert decision(unusual) == ("2013-04", "rate_of_change")
    (request,) = unusual.run_requests
    reason = request.tags["platform/retraining_reason"]
    assert reason.startswith("The rate of change of aircraft_unknown is unusual since 2013-04;")
    (event,) = unusual.asset_events
    assert event.metadata["evidence"].value["change_breaches"] == {"2013-04": ["aircraft_unknown"]}


@pytest.mark.usefixtures("champion")
def test_a_champion_that_is_worse_than_the_one_before_it_is_rolled_back_instead_of_retrained(
    tick: Tick, publish: Publish, month_done: Callable[..., None]
) -> None:
    month_done("2013-03")
    month_done("2013-04", drift="drift")
    figures = {"predecessor_auc": 0.74, "auc_difference": -0.04, "auc_difference_low": -0.06}
    publish(
        "performance", "2013-03", auc=0.7, labelled=9000, **figures, predecessor_version=7, auc_difference_high=-0.02
    )

    answer = tick(SENSOR, json.dumps(["2013-02", "2013-03"]))

    assert decision(answer) == ("2013-04", "rolled_back")
    (request,) = answer.run_requests
    assert {key.to_user_string() for key in request.asset_selection} == {CHAMPION}
    assert json.loads(request.tags["platform/rollback"]) == {"version": 1, "to_version": 7, "partition": "2013-03"}
    assert "a difference of -0.0400 (-0.0600 to -0.0200)" in request.tags["platform/retraining_reason"]
    assert json.loads(request.tags["platform/retraining_evidence"])["difference"] == -0.04
