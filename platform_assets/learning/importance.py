"""How much a model's answers rest on each feature, so that drift of features can be weighed by it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from platform_assets.learning.columns import feature_frame
from platform_assets.learning.tuning import evenly_spread

#: Rows that are scored once for every feature: with these, 1 % of all importance lands on the wrong feature.
SAMPLE_ROWS = 1_000
# As many rows are scored at once as fit into a few megabytes.
_ROWS_AT_ONCE = 20_000
DEFINITION = (
    "Permutation importance of the predictions (after Breiman 2001): mean absolute change of the predicted probability "
    f"when a feature's values are shuffled among at most {SAMPLE_ROWS:,} validation rows. It needs no labels and says "
    "what the model uses, not what would be right; features that tell the same share their importance."
)


def permutation_importance(
    pipeline: Any, rows: pa.Table, features: Sequence[str], categorical: Sequence[str], seed: int
) -> dict[str, float]:
    """Importance of each feature, 0 to 1 in units of probability; see `DEFINITION`.

    Equal rows, model and seed give equal figures. The cost is that of scoring `SAMPLE_ROWS` rows once a feature.

    Args:
        pipeline: fitted, as `build_pipeline` makes it.
        rows: some of the feature set, in order of time; at least one.
    """
    frame = feature_frame(evenly_spread(rows, SAMPLE_ROWS), features, categorical)
    encoded = np.asarray(pipeline[:-1].transform(frame), dtype=np.float64)
    order = np.random.default_rng(seed).permutation(len(encoded))
    known = pipeline[-1].predict_proba(encoded)[:, 1]
    at_once = max(_ROWS_AT_ONCE // len(encoded), 1)
    changes = [
        np.abs(_shuffled(pipeline[-1], encoded, order, range(first, min(first + at_once, len(features)))) - known)
        for first in range(0, len(features), at_once)
    ]
    # The encoder puts the codes of categories before the numbers.
    encoded_order = [*categorical, *(name for name in features if name not in categorical)]
    found = dict(zip(encoded_order, np.concatenate(changes).mean(axis=1).tolist(), strict=True))
    return {name: found[name] for name in features}


def _shuffled(
    estimator: Any, encoded: NDArray[np.float64], order: NDArray[np.int64], positions: range
) -> NDArray[np.float64]:
    """Probabilities (positions x rows) with the column at each position shuffled."""
    copies = np.repeat(encoded[np.newaxis], len(positions), axis=0)
    for copy, position in zip(copies, positions, strict=True):
        copy[:, position] = encoded[order, position]
    probabilities = estimator.predict_proba(copies.reshape(-1, encoded.shape[1]))[:, 1]
    return np.asarray(probabilities, dtype=np.float64).reshape(len(positions), len(encoded))
