"""Rows of two windows as numbers that trees can split, and the folds in which they are judged."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from platform_assets.quality.profile.keys import Floats, Ints


def sampled(table: pa.Table, rows: int, seed: int) -> pa.Table:
    """At most `rows` rows, at random but always the same ones, in their order."""
    if table.num_rows <= rows:
        return table
    return table.take(np.sort(np.random.default_rng(seed).choice(table.num_rows, rows, replace=False)))


def encoded(reference: pa.Table, current: pa.Table, columns: Sequence[str]) -> tuple[list[str], Floats]:
    """Rows of both windows, one after the other, as doubles: texts by their place among all texts, missing as NaN.

    Columns that are no number, boolean or text, or that have one value only, are left out.
    """
    names, found = [], []
    for name in columns:
        if name not in reference.column_names or name not in current.column_names:
            continue
        numbers = _numbers(pa.chunked_array([*reference[name].chunks, *_like(current[name], reference[name]).chunks]))
        if numbers is not None and len(np.unique(numbers)) > 1:
            names.append(name)
            found.append(numbers)
    rows = reference.num_rows + current.num_rows
    return names, np.column_stack(found) if found else np.empty((rows, 0))


def folds_of(reference: pa.Table, current: pa.Table, time_column: str | None, folds: int, seed: int) -> Ints:
    """Fold of each row of both windows: whole days if there are enough of them, and both windows in every fold."""
    return np.concatenate([_folds(side, time_column, folds, seed) for side in (reference, current)])


def told_apart(classifier: Any, values: Floats, window: Ints, weights: Floats) -> float:
    """Weighted AUC of a classifier on rows that it has not seen."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(window, classifier.predict_proba(values)[:, 1], sample_weight=weights))


def _like(column: pa.ChunkedArray, other: pa.ChunkedArray) -> pa.ChunkedArray:
    return column if column.type == other.type else column.cast(other.type, safe=False)


def _numbers(column: pa.ChunkedArray) -> npt.NDArray[np.float64] | None:
    kind, types = column.type, pa.types
    if types.is_string(kind) or types.is_large_string(kind):
        places = pc.index_in(column, pc.unique(column.drop_null()).sort())
        return np.asarray(pc.cast(places, pa.float64()).to_numpy())
    if types.is_boolean(kind) or types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return np.asarray(pc.cast(column, pa.float64(), safe=False).to_numpy())
    return None


def _folds(rows: pa.Table, time_column: str | None, folds: int, seed: int) -> Ints:
    rng = np.random.default_rng(seed)
    if time_column is not None:
        days = pc.cast(pc.floor_temporal(rows[time_column], unit="day"), pa.int64()).to_numpy()
        known, place = np.unique(days, return_inverse=True)
        if len(known) >= 2 * folds:
            return np.asarray(rng.permutation(len(known))[place] % folds)
    return np.asarray(rng.permutation(rows.num_rows) % folds)
