"""Batch predictions: rows of a feature set become rows that say what was predicted, by which model, from what."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from platform_assets.learning.columns import require_columns
from platform_assets.learning.errors import ScoringError
from platform_assets.learning.model import FittedModel


def score(
    model: FittedModel, version: int, rows: pa.Table, *, keys: Sequence[str], event_time: str, feature_snapshot: int
) -> pa.Table:
    """One row per input row, in its order.

    Columns: the keys and the event time as they are, `probability` and `baseline_probability` (float64, of the
    positive class), `model_version` (int32), `feature_snapshot` (int64) and `model_as_of` (string). Equal inputs give
    equal tables, so scoring a partition again changes nothing. Raises `ScoringError` if a column is missing.
    """
    identity = list(dict.fromkeys([*keys, event_time]))
    require_columns(rows, identity, f"model '{model.metadata.name}', keys and event time", ScoringError)
    count = rows.num_rows
    added = {
        "probability": pa.array(model.predict(rows), pa.float64()),
        "baseline_probability": pa.array(model.baseline_probability(rows), pa.float64()),
        "model_version": pa.array(np.full(count, version), pa.int32()),
        "feature_snapshot": pa.array(np.full(count, feature_snapshot, dtype=np.int64), pa.int64()),
        "model_as_of": pa.repeat(pa.scalar(model.metadata.as_of, pa.string()), count),
    }
    scored = rows.select(identity)
    for name, values in added.items():
        scored = scored.append_column(name, values)
    return scored
