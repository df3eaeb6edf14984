"""The conditions of the real assets on a real instance: what is requested when, and what never is."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import pytest

FEATURES, MODEL, CHAMPION = "flight_features", "flight_delay_model", "flight_delay_champion"
PREDICTIONS, PERFORMANCE = "flight_delay_predictions", "flight_delay_performance"
DRIFT_REPORT = "flight_delay_drift_report"
ESTIMATE, SEGMENTS = "flight_delay_performance_estimate", "flight_delay_performance_by_segment"
CONDITIONED = (FEATURES, PREDICTIONS, ESTIMATE, PERFORMANCE, SEGMENTS, DRIFT_REPORT)
MONTHLY, UNPARTITIONED = ("flights", "weather"), ("planes", "airports")

Materialised = Callable[..., None]
Requested = dict[str, set[str]]


@pytest.fixture
def evaluate(definitions: dg.Definitions, instance: dg.DagsterInstance) -> Callable[[], Requested]:
    """Evaluates all conditions once more; gives the partitions that are requested, by asset."""
    cursor: Any = None

    def once() -> Requested:
        nonlocal cursor
        result = dg.evaluate_automation_conditions(
            definitions, instance, cursor=cursor, evaluation_time=datetime(2014, 6, 1, tzinfo=UTC)
        )
        cursor = result.cursor
        found = {name: result.get_requested_partitions(dg.AssetKey(name)) for name in CONDITIONED}
        assert result.total_requested == sum(len(partitions) for partitions in found.values())
        return {name: set(partitions) for name, partitions in found.items() if partitions}

    # The daemon has been running before the first file arrives.
    once()
    return once


@pytest.fixture
def deliver(materialised: Materialised) -> Callable[..., None]:
    """The datasets of a month were materialised."""

    def month(*partitions: str) -> None:
        for partition in partitions:
            materialised(*MONTHLY, partition=partition)

    materialised(*UNPARTITIONED)
    return month


@pytest.fixture
def promote(materialised: Materialised) -> Callable[[str], None]:
    """A champion was trained and promoted as of a partition, and scored its own partition in the same run."""

    def as_of(partition: str) -> None:
        materialised(MODEL, partition=partition)
        materialised(CHAMPION)

    return as_of


Evaluate = Callable[[], Requested]
Deliver = Callable[..., None]
Promote = Callable[[str], None]


def test_nothing_is_requested_on_an_empty_instance(evaluate: Evaluate) -> None:
    assert evaluate() == {}


def test_features_are_requested_once_all_inputs_are_there(evaluate: Evaluate, deliver: Deliver) -> None:
    deliver("2013-01")

    assert evaluate() == {FEATURES: {"2013-01"}}


@pytest.mark.parametrize("missing", [*MONTHLY, *UNPARTITIONED])
def test_nothing_is_requested_while_an_input_is_missing_but_it_is_not_forgotten(
    evaluate: Evaluate, materialised: Materialised, missing: str
) -> None:
    for name in {*MONTHLY, *UNPARTITIONED} - {missing}:
        materialised(name, partition="2013-01" if name in MONTHLY else None)
    assert evaluate() == {}
    assert evaluate() == {}

    materialised(missing, partition="2013-01" if missing in MONTHLY else None)

    assert evaluate() == {FEATURES: {"2013-01"}}


def test_features_wait_for_the_month_before_whose_history_they_need(evaluate: Evaluate, deliver: Deliver) -> None:
    deliver("2013-03")
    assert evaluate() == {}

    deliver("2013-02")

    # February itself still misses January.
    assert evaluate() == {FEATURES: {"2013-03"}}


def test_a_request_is_not_repeated_while_it_is_handled(evaluate: Evaluate, deliver: Deliver) -> None:
    deliver("2013-01")
    evaluate()

    assert evaluate() == {}


def test_a_corrected_delivery_requests_its_month_and_the_next_again(
    evaluate: Evaluate, deliver: Deliver, materialised: Materialised
) -> None:
    deliver("2013-01", "2013-02", "2013-03")
    evaluate()
    for month in ("2013-01", "2013-02", "2013-03"):
        materialised(FEATURES, partition=month)
    assert evaluate() == {}

    materialised("flights", partition="2013-01")

    assert evaluate()[FEATURES] == {"2013-01", "2013-02"}


def test_no_predictions_are_requested_while_there_is_no_champion(
    evaluate: Evaluate, deliver: Deliver, materialised: Materialised
) -> None:
    deliver("2013-01", "2013-02")
    materialised(FEATURES, partition="2013-01")
    materialised(FEATURES, partition="2013-02")

    assert not evaluate().keys() & {PREDICTIONS, PERFORMANCE, DRIFT_REPORT}


def test_the_first_champion_does_not_score_months_from_before_it(
    evaluate: Evaluate, deliver: Deliver, materialised: Materialised, promote: Promote
) -> None:
    deliver("2013-01", "2013-02")
    evaluate()
    materialised(FEATURES, partition="2013-01")
    materialised(FEATURES, partition="2013-02")
    evaluate()
    promote("2013-02")

    assert evaluate() == {}
    assert evaluate() == {}


def test_a_correction_from_before_the_first_champion_requests_features_but_no_predictions(
    evaluate: Evaluate, deliver: Deliver, materialised: Materialised, promote: Promote
) -> None:
    deliver("2013-01")
    evaluate()
    materialised(FEATURES, partition="2013-01")
    deliver("2013-02")
    evaluate()
    materialised(FEATURES, partition="2013-02")
    evaluate()
    promote("2013-02")
    materialised(PREDICTIONS, ESTIMATE, DRIFT_REPORT, partition="2013-02")
    evaluate()

    materialised("flights", partition="2013-01")

    # No version may predict January, so its run would fail; February's history changed with January's flights.
    assert evaluate() == {
        FEATURES: {"2013-01", "2013-02"},
        PREDICTIONS: {"2013-02"},
        ESTIMATE: {"2013-02"},
        DRIFT_REPORT: {"2013-02"},
    }


def test_a_month_that_was_scored_by_hand_is_scored_again_like_any_other(
    evaluate: Evaluate, deliver: Deliver, materialised: Materialised, promote: Promote
) -> None:
    deliver("2013-01")
    evaluate()
    materialised(FEATURES, partition="2013-01")
    evaluate()
    promote("2013-02")
    materialised(PREDICTIONS, ESTIMATE, DRIFT_REPORT, partition="2013-01")
    evaluate()

    materialised("flights", partition="2013-01")

    assert evaluate() == {
        FEATURES: {"2013-01"},
        PREDICTIONS: {"2013-01"},
        ESTIMATE: {"2013-01"},
        DRIFT_REPORT: {"2013-01"},
    }


def test_a_new_champion_does_not_score_old_months_again(
    evaluate: Evaluate, deliver: Deliver, materialised: Materialised, promote: Promote
) -> None:
    months = ("2013-01", "2013-02", "2013-03")
    deliver(*months)
    for month in months:
        materialised(FEATURES, partition=month)
    promote("2013-02")
    materialised(PREDICTIONS, ESTIMATE, DRIFT_REPORT, partition="2013-03")
    materialised(PERFORMANCE, SEGMENTS, partition="2013-02")
    evaluate()

    promote("2013-03")

    assert evaluate() == {}


def test_a_new_month_goes_from_features_to_predictions_and_drift_report_in_one_request(
    evaluate: Evaluate, deliver: Deliver, materialised: Materialised, promote: Promote
) -> None:
    deliver("2013-01", "2013-02")
    materialised(FEATURES, partition="2013-01")
    materialised(FEATURES, partition="2013-02")
    evaluate()
    promote("2013-02")
    materialised(PREDICTIONS, ESTIMATE, DRIFT_REPORT, partition="2013-02")
    evaluate()

    deliver("2013-03")

    requested = evaluate()
    assert requested[FEATURES] == {"2013-03"}
    materialised(FEATURES, partition="2013-03")
    later = evaluate()
    assert {**requested, **later}[PREDICTIONS] == {"2013-03"}


def test_performance_is_requested_only_once_the_next_month_is_there(
    evaluate: Evaluate, deliver: Deliver, materialised: Materialised, promote: Promote
) -> None:
    deliver("2013-01", "2013-02")
    for month in ("2013-01", "2013-02"):
        materialised(FEATURES, partition=month)
    evaluate()
    promote("2013-02")
    materialised(PREDICTIONS, ESTIMATE, DRIFT_REPORT, partition="2013-02")
    assert PERFORMANCE not in evaluate()
    assert PERFORMANCE not in evaluate()

    materialised("flights", partition="2013-03")

    assert evaluate()[PERFORMANCE] == {"2013-02"}
