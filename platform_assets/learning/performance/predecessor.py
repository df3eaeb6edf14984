"""What the version before would have done on the rows that a version predicted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from platform_assets.learning.columns import numbers
from platform_assets.learning.metrics import auc
from platform_assets.learning.model import FittedModel
from platform_assets.learning.performance.intervals import auc_difference, blocks_of
from platform_assets.learning.training_set import join_labels

_OTHER = "__predecessor"


def predecessor_row(
    predictions: pa.Table,
    labels: pa.Table,
    features: pa.Table,
    predecessor: FittedModel,
    version: int,
    *,
    keys: Sequence[str],
    label: str,
    event_time: str,
) -> dict[str, Any]:
    """Score the labelled rows with the predecessor, from the features that the predictions were made from.

    Columns: `predecessor_version`, `predecessor_auc`, and `auc_difference` (the predictions' AUC minus the
    predecessor's on the same rows) with its paired 95 % interval `auc_difference_low` and `auc_difference_high`; None
    if the labelled rows hold one class only. Raises `ScoringError` if the features lack one of the predecessor's.
    """
    other = features.select(list(keys)).append_column(_OTHER, pa.array(predecessor.predict(features), pa.float64()))
    both = predictions.join(other, keys=list(keys), join_type="inner")
    labelled = join_labels(both, labels, keys, label)
    truth, own, its = numbers(labelled[label]), numbers(labelled["probability"]), numbers(labelled[_OTHER])
    difference = auc_difference(truth, own, its, blocks_of(labelled[event_time]))
    return {
        "predecessor_version": version,
        "predecessor_auc": auc(truth, its),
        "auc_difference": difference.value if difference else None,
        "auc_difference_low": difference.low if difference else None,
        "auc_difference_high": difference.high if difference else None,
    }
