from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_assets.learning.columns import epoch_micros
from platform_assets.learning.declaration import ModelDeclaration, ValidationDeclaration
from platform_assets.learning.errors import TrainingError
from platform_assets.learning.training_set import (
    TrainingSet,
    build_training_set,
    join_labels,
    split_chronologically,
)

START = datetime(2013, 1, 1, tzinfo=UTC)
TIME = pa.timestamp("us", tz="UTC")
KEY = st.tuples(st.sampled_from(["AA", "B6", None]), st.integers(1, 4))


@settings(deadline=None)
@given(
    st.dictionaries(KEY, st.integers(0, 50), max_size=10),
    st.dictionaries(KEY, st.sampled_from([True, False, None]), max_size=10),
)
def test_join_labels_agrees_with_a_loop(
    features: dict[tuple[str | None, int], int], labels: dict[tuple[str | None, int], bool | None]
) -> None:
    left = pa.table(
        {
            "carrier": pa.array([c for c, _ in features], pa.string()),
            "flight": pa.array([f for _, f in features], pa.int32()),
            "time_hour": pa.array([START + timedelta(hours=h) for h in features.values()], TIME),
        }
    )
    right = pa.table(
        {
            "flight": pa.array([f for _, f in labels], pa.int64()),
            "carrier": pa.array([c for c, _ in labels], pa.string()),
            "late": pa.array(list(labels.values()), pa.bool_()),
        }
    )
    joined = join_labels(left, right, ("carrier", "flight"), "late", event_time="time_hour")
    expected = sorted(
        (START + timedelta(hours=hours), carrier, flight, labels[carrier, flight])
        for (carrier, flight), hours in features.items()
        if carrier is not None and labels.get((carrier, flight)) is not None
    )
    assert [(r["time_hour"], r["carrier"], r["flight"], r["late"]) for r in joined.to_pylist()] == expected


def _labels(flights: list[int]) -> pa.Table:
    return pa.table({"flight": flights, "late": [True] * len(flights)})


def test_a_repeated_key_is_refused() -> None:
    with pytest.raises(TrainingError, match=r"labels: 1 rows repeat a key \(flight\)"):
        join_labels(pa.table({"flight": [1, 2]}), _labels([1, 1]), ["flight"], "late")
    with pytest.raises(TrainingError, match="features: 1 rows repeat a key"):
        join_labels(pa.table({"flight": [1, 1]}), _labels([1]), ["flight"], "late")


def test_a_label_among_the_features_is_refused() -> None:
    with pytest.raises(TrainingError, match="leak"):
        join_labels(pa.table({"flight": [1], "late": [True]}), _labels([1]), ["flight"], "late")


def _set(hours: list[int]) -> TrainingSet:
    rows = pa.table({"time_hour": pa.array([START + timedelta(hours=h) for h in hours], TIME)})
    return TrainingSet(rows, (), (), "late", "time_hour", (), "2013-02")


@settings(deadline=None)
@given(st.lists(st.integers(0, 24 * 40), min_size=2, max_size=60), st.floats(0.05, 0.9), st.integers(1, 40))
def test_split_is_by_time_and_within_bounds(hours: list[int], share: float, max_days: int) -> None:
    validation = ValidationDeclaration(share=share, max_days=max_days)
    try:
        earlier, later = split_chronologically(_set(sorted(hours)), validation)
    except TrainingError:
        assert hours.count(min(hours)) >= int(len(hours) * (1 - share)) or max(hours) - min(hours) <= 24 * max_days
        return
    before, after = epoch_micros(earlier["time_hour"]), epoch_micros(later["time_hour"])
    assert len(before) + len(after) == len(hours)
    assert before.max() < after.min()
    assert after.max() - after.min() <= max_days * 86_400_000_000


def test_split_keeps_the_declared_share() -> None:
    earlier, later = split_chronologically(_set(list(range(100))), ValidationDeclaration(share=0.25, max_days=28))
    assert (earlier.num_rows, later.num_rows) == (75, 25)


def test_rows_with_labels_not_yet_known_are_refused(
    months: Callable[..., tuple[pa.Table, pa.Table]], declare: Callable[..., ModelDeclaration]
) -> None:
    features, labels = months("2013-01", "2013-02", rows=50)
    with pytest.raises(TrainingError, match="50 rows are later than partition 2013-01"):
        build_training_set(
            declare(),
            features,
            labels,
            feature_columns=["hour"],
            keys=["flight", "time_hour"],
            event_time="time_hour",
            as_of="2013-02",
            snapshots={},
        )


def test_declared_features_are_chosen_and_typed(
    months: Callable[..., tuple[pa.Table, pa.Table]], declare: Callable[..., ModelDeclaration]
) -> None:
    features, labels = months("2013-01", "2013-01", rows=50)
    common = {"keys": ["flight", "time_hour"], "event_time": "time_hour", "as_of": "2013-02", "snapshots": {"a": 1}}
    built = build_training_set(
        declare(features=["carrier", "wind"]), features, labels, feature_columns=["hour"], **common
    )
    assert (built.features, built.categorical, built.rows.num_rows) == (("carrier", "wind"), ("carrier",), 50)
    with pytest.raises(TrainingError, match="column speed is not in the rows"):
        build_training_set(declare(features=["speed"]), features, labels, feature_columns=["hour"], **common)
    with pytest.raises(TrainingError, match="'time_hour' has type timestamp"):
        build_training_set(declare(features=["time_hour"]), features, labels, feature_columns=["hour"], **common)
