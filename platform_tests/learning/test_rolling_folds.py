from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_assets.learning.declaration import ValidationDeclaration
from platform_assets.learning.errors import TrainingError
from platform_assets.learning.training_set import TrainingSet, rolling_folds, split_chronologically

START = datetime(2013, 1, 1, tzinfo=UTC)
DAY = 24


def _set(hours: list[int]) -> TrainingSet:
    times = [START + timedelta(hours=hour) for hour in sorted(hours)]
    rows = pa.table({"time": pa.array(times, pa.timestamp("us", tz="UTC")), "hour": sorted(hours)})
    return TrainingSet(rows, (), (), "late", "time", ("hour",), "2013-02")


def _hours(rows: pa.Table) -> list[int]:
    return list(rows["hour"].to_pylist())


@st.composite
def _validations(draw: st.DrawFn) -> ValidationDeclaration:
    folds = draw(st.integers(1, 5))
    share = draw(st.floats(0.02, 0.98)) / folds
    return ValidationDeclaration(folds=folds, share=share, max_days=draw(st.integers(1, 20)))


@settings(deadline=None)
@given(st.lists(st.integers(0, 40 * DAY), min_size=1, max_size=60), _validations())
def test_folds_go_forward_in_time_without_overlap(hours: list[int], validation: ValidationDeclaration) -> None:
    training_set = _set(hours)
    try:
        folds = rolling_folds(training_set, validation)
    except TrainingError:
        # Refused only where a window would leave nothing to fit on, for which there are too few moments.
        assert len(set(hours)) <= len(hours) * validation.share * validation.folds + validation.folds
        return
    assert len(folds) == validation.folds
    for earlier, later in folds:
        assert max(_hours(earlier)) < min(_hours(later))
        assert max(_hours(later)) - min(_hours(later)) <= validation.max_days * DAY
    # Everything before a window is fitted on, the windows follow each other, and the last ends at the last row.
    assert all(
        _hours(earlier) + _hours(later) == sorted(hours)[: len(_hours(earlier)) + later.num_rows]
        for earlier, later in folds
    )
    assert all(before[0].num_rows + before[1].num_rows == after[0].num_rows for before, after in pairwise(folds))
    assert _hours(folds[-1][0]) + _hours(folds[-1][1]) == sorted(hours)


@settings(deadline=None)
@given(st.lists(st.integers(0, 40 * DAY), min_size=30, max_size=60, unique=True), _validations())
def test_a_window_holds_no_more_than_its_share(hours: list[int], validation: ValidationDeclaration) -> None:
    try:
        folds = rolling_folds(_set(hours), validation)
    except TrainingError:
        return
    # A window holds a row at least, however small its share is.
    assert all(later.num_rows <= max(1, len(hours) * validation.share + 1) for _, later in folds)


@given(st.lists(st.integers(0, 400), min_size=2, max_size=40, unique=True))
def test_the_last_fold_is_the_split_that_a_candidate_is_judged_on(hours: list[int]) -> None:
    training_set = _set(hours)
    validation = ValidationDeclaration(share=0.2, folds=3)
    try:
        folds = rolling_folds(training_set, validation)
    except TrainingError:
        return
    assert folds[-1] == split_chronologically(training_set, validation)


def test_too_short_a_history_says_what_to_change() -> None:
    with pytest.raises(TrainingError, match=r"leave none before the 3 validation windows.*validation.folds \(3\)"):
        rolling_folds(_set([1, 2, 3]), ValidationDeclaration(share=0.3, folds=3))
