import json
from collections import defaultdict

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_assets.learning.baseline import SeasonalNaiveBaseline
from platform_assets.learning.errors import ScoringError, TrainingError

ROWS = st.lists(
    st.tuples(st.sampled_from(["AA", "B6", None]), st.sampled_from([5, 17, None]), st.booleans()),
    min_size=1,
    max_size=30,
)


def _table(rows: list[tuple[str | None, int | None, bool]]) -> pa.Table:
    carrier, hour, late = zip(*rows, strict=True)
    return pa.table(
        {"carrier": pa.array(carrier, pa.string()), "hour": pa.array(hour, pa.int32()), "late": pa.array(late)}
    )


@settings(deadline=None)
@given(ROWS, ROWS, st.sampled_from([0.0, 2.5]))
def test_rates_agree_with_counting(
    seen: list[tuple[str | None, int | None, bool]], asked: list[tuple[str | None, int | None, bool]], smoothing: float
) -> None:
    baseline = SeasonalNaiveBaseline.fit(_table(seen), ["carrier", "hour"], "late", smoothing)
    overall = sum(late for *_, late in seen) / len(seen)
    outcomes = defaultdict(list)
    for carrier, hour, late in seen:
        outcomes[carrier, hour].append(late)
    expected = [
        (sum(group) + smoothing * overall) / (len(group) + smoothing)
        if (group := outcomes.get((carrier, hour)))
        else overall
        for carrier, hour, _ in asked
    ]
    assert baseline.predict(_table(asked)).tolist() == pytest.approx(expected)


def test_json_keeps_the_baseline() -> None:
    rows = _table([("AA", 5, True), (None, 17, False), ("B6", None, True)])
    baseline = SeasonalNaiveBaseline.fit(rows, ["carrier", "hour"], "late", 1.0)
    assert SeasonalNaiveBaseline.from_dict(json.loads(json.dumps(baseline.to_dict()))) == baseline


def test_without_segments_there_is_one_rate() -> None:
    rows = _table([("AA", 5, True), ("AA", 5, False), ("AA", 5, False), ("AA", 5, False)])
    assert SeasonalNaiveBaseline.fit(rows, [], "late", 5.0).predict(rows).tolist() == [0.25] * 4


def test_a_missing_segment_column_is_named() -> None:
    rows = _table([("AA", 5, True)])
    with pytest.raises(TrainingError, match=r"baseline segments: column origin is not in the rows"):
        SeasonalNaiveBaseline.fit(rows, ["origin"], "late", 1.0)
    baseline = SeasonalNaiveBaseline.fit(rows, ["hour"], "late", 1.0)
    with pytest.raises(ScoringError, match="hour"):
        baseline.predict(rows.drop_columns(["hour"]))
