"""Figures by value of a column, so that a good average cannot hide a group that is served badly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from platform_assets.learning.columns import require_columns
from platform_assets.learning.errors import TrainingError
from platform_assets.learning.evaluation.figures import SegmentFigures
from platform_assets.learning.metrics import evaluate

Floats = NDArray[np.float64]

# The standard error of a share near a half is 3.5 % with these; that of an AUC is of the same size.
LEAST_ROWS = 200
MOST_VALUES = 200


def segment_figures(rows: pa.Table, columns: Sequence[str], y: Floats, p: Floats) -> list[SegmentFigures]:
    """Figures for each value of each column, ordered by column as given, then value, null last.

    Raises:
        TrainingError: a column is missing, or has so many values that it is no segment.
    """
    require_columns(rows, columns, "segments", TrainingError)
    return [figures for column in columns for figures in _by_value(column, rows[column], y, p)]


def _by_value(column: str, values: pa.ChunkedArray, y: Floats, p: Floats) -> list[SegmentFigures]:
    coded = pc.dictionary_encode(pc.cast(values, pa.string()), null_encoding="encode").combine_chunks()
    names: list[str | None] = coded.dictionary.to_pylist()
    if len(names) > MOST_VALUES:
        raise TrainingError(
            f"segments: column '{column}' has {len(names)} values in the validation rows; a segment is a column of at "
            f"most {MOST_VALUES}. Name another column, or derive a coarser one in the feature function."
        )
    codes = coded.indices.to_numpy()
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(len(names) + 1))
    found = []
    for code in sorted(range(len(names)), key=lambda code: (names[code] is None, names[code] or "")):
        chosen = order[ends[code] : ends[code + 1]]
        found.append(
            SegmentFigures(
                column=column,
                value=names[code],
                metrics=evaluate(y[chosen], p[chosen]),
                mean_probability=float(p[chosen].mean()),
                too_few_rows=len(chosen) < LEAST_ROWS,
            )
        )
    return found
