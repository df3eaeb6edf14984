"""Columns that no longer go together are noticed though each looks as before; a season alone is no alarm."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from platform_assets.quality.drift.compare import compare_profiles
from platform_assets.quality.drift.declaration import MultivariateDeclaration
from platform_assets.quality.drift.multivariate import multivariate_drift
from platform_assets.quality.profile import profile_batches

DECLARED = MultivariateDeclaration(sample_rows=4_000)
COLUMNS = ["delay", "arrival", "carrier", "noise"]


def rows(seed, count=2_000, warmer=0.0):
    rng = np.random.default_rng(seed)
    day, delay = rng.integers(0, 30, count), rng.exponential(20, count) + warmer
    carrier = rng.choice(["AA", "B6", "UA"], count)
    start = datetime(2013, 1 + seed, 1, tzinfo=UTC)
    return pa.table(
        {
            "at": pa.array([start + timedelta(days=int(number)) for number in day], pa.timestamp("us", "UTC")),
            "delay": delay,
            "arrival": delay + rng.normal(0, 5, count) + 10.0 * (carrier == "UA"),
            "carrier": pa.array(np.where(rng.random(count) < 0.02, None, carrier)),
            "noise": rng.normal(day * 0.3 + warmer, 1, count),
        }
    )


def shuffled(table, column):
    order = np.random.default_rng(9).permutation(table.num_rows)
    return table.set_column(table.column_names.index(column), column, table[column].take(order))


def look(reference, current, declared=DECLARED):
    return multivariate_drift(reference, current, COLUMNS, declared, time_column="at")


def test_a_shuffled_column_is_noticed_though_every_profile_is_the_same():
    before, now = rows(0), shuffled(rows(1), "arrival")
    same = compare_profiles(*(profile_batches(table.to_batches()) for table in (rows(1), now)))
    assert {(column.verdict, column.effect) for column in same.columns} == {("stable", 0.0)}
    found = look(before, now)
    assert found.verdict == "drift"
    assert found.auc > 0.7
    assert set(list(found.columns)[:2]) == {"delay", "arrival"}
    assert found.auc - 5 * found.auc_standard_error > 0.5


def test_other_rows_of_the_same_kind_are_stable_and_the_answer_repeats():
    found = look(rows(0), rows(1))
    assert found.verdict == "stable"
    assert found.auc == pytest.approx(0.5, abs=0.05)
    assert found == look(rows(0), rows(1))


def test_a_season_that_moves_single_columns_is_no_change_of_how_they_go_together():
    assert look(rows(0), rows(1, warmer=3.0)).verdict == "stable"


def test_the_sample_is_bounded_and_few_rows_cannot_tell():
    found = look(rows(0), rows(1), MultivariateDeclaration(sample_rows=600))
    assert (found.reference_rows, found.current_rows) == (300, 300)
    assert look(rows(0), rows(1, count=50)).verdict == "cannot_tell"
    nothing = multivariate_drift(rows(0), rows(1), ["at", "delay"], DECLARED)
    assert (nothing.verdict, nothing.auc) == ("cannot_tell", None)


def test_the_declaration_is_checked():
    with pytest.raises(ValueError, match="auc_at_least"):
        MultivariateDeclaration(auc_at_least=0.4)
