from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.learning.errors import TrainingError
from platform_assets.learning.sampling import KeySample, key_hashes
from platform_assets.learning.training_set import build_training_set, training_set_of_parts

START = datetime(2013, 1, 1, tzinfo=UTC)


def _rows(count: int, first: int = 0) -> pa.Table:
    hours = range(first, first + count)
    times = pa.array([START + timedelta(hours=hour) for hour in hours], pa.timestamp("us", tz="UTC"))
    return pa.table({"carrier": [["AA", "B6"][hour % 2] for hour in hours], "time": times, "hour": list(hours)})


@settings(deadline=None)
@given(st.integers(1, 80), st.integers(1, 60), st.lists(st.integers(0, 80), max_size=4), st.randoms())
def test_the_sample_does_not_depend_on_order_or_parts(count: int, most: int, cuts: list[int], random: object) -> None:
    rows = _rows(count)
    whole = KeySample(["carrier", "time"], most)
    whole.add(rows)
    order = list(range(count))
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = rows.take(pa.array(order))
    bounds = sorted({0, count, *(min(cut, count) for cut in cuts)})
    parts = KeySample(["carrier", "time"], most)
    for begin, end in pairwise(bounds):
        parts.add(shuffled.slice(begin, end - begin))
    assert parts.seen == whole.seen == count
    assert set(parts.rows()["hour"].to_pylist()) == set(whole.rows()["hour"].to_pylist())
    assert parts.rows().num_rows == min(count, most)


def test_a_sample_is_even_over_time() -> None:
    sample = KeySample(["carrier", "time"], 10_000)
    for part in range(10):
        sample.add(_rows(5_000, first=5_000 * part))
    counts = np.histogram(sample.rows()["hour"].to_numpy(), bins=10)[0]
    # Six standard deviations of the number of sampled rows in a tenth of the time.
    assert np.abs(counts - 1_000).max() < 6 * np.sqrt(1_000)


def test_a_hash_is_that_of_the_values_and_not_of_their_types() -> None:
    rows = _rows(50)
    other = rows.set_column(0, "carrier", rows["carrier"].dictionary_encode())
    other = other.set_column(1, "time", other["time"].cast(pa.timestamp("ns", tz="UTC")))
    other = other.set_column(2, "hour", other["hour"].cast(pa.int16()))
    keys = ["carrier", "time", "hour"]
    np.testing.assert_array_equal(key_hashes(rows, keys), key_hashes(other, keys))
    # Of record: a sample is the same with every version of the libraries.
    assert key_hashes(rows, keys)[:2].tolist() == RECORDED


RECORDED = [11481168923512448377, 16779630520948804287]


def test_no_part_is_an_error() -> None:
    with pytest.raises(TrainingError, match="no part to take rows from"):
        KeySample(["hour"], None).rows()


def test_a_set_of_parts_is_the_set_of_the_whole_and_says_what_it_is_a_sample_of(
    declare: Callable[..., ModelDeclaration], months: Callable[..., tuple[pa.Table, pa.Table]]
) -> None:
    features, labels = months("2013-01", "2013-03")
    about = {
        "feature_columns": ("hour", "wind"),
        "keys": ("flight", "time_hour"),
        "event_time": "time_hour",
        "as_of": "2013-04",
        "snapshots": {},
    }
    declaration = declare(training={"max_rows": 400})
    whole = build_training_set(declaration, features, labels, **about)
    cut = [(features.slice(at, 600), labels.slice(at, 600)) for at in range(0, 1800, 600)]
    parts = training_set_of_parts(declaration, cut, **about)
    assert parts.rows.equals(whole.rows)
    assert (parts.rows.num_rows, parts.sampled_from) == (400, 1800)
    assert parts.size_words == "trained on 400 of 1800 rows"
    everything = build_training_set(declare(), features, labels, **about)
    assert (everything.sampled_from, everything.size_words) == (None, "trained on 1800 of 1800 rows")
