"""How good predictions turned out once their labels arrived, overall and by segment, as rows of a small table."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from platform_assets.learning.columns import numbers, require_columns
from platform_assets.learning.errors import ScoringError
from platform_assets.learning.metrics import evaluate
from platform_assets.learning.training_set import join_labels


def performance_row(predictions: pa.Table, labels: pa.Table, keys: Sequence[str], label: str) -> dict[str, Any]:
    """Figures of one partition's predictions.

    `rows` counts the predictions and `labelled` those with a label; `base_rate`, `auc`, `brier`, `log_loss`,
    `calibration_error`, `baseline_auc` and `baseline_brier` are over the labelled ones, None where they do not
    determine a figure. `model_version` is None if more than one version predicted, or none.
    """
    versions = pc.unique(predictions["model_version"]).to_pylist()
    return {
        "rows": predictions.num_rows,
        **_figures(join_labels(predictions, labels, keys, label), label),
        "model_version": versions[0] if len(versions) == 1 else None,
    }


def segment_rows(
    predictions: pa.Table,
    labels: pa.Table,
    segments: pa.Table,
    *,
    keys: Sequence[str],
    label: str,
    columns: Sequence[str],
) -> list[dict[str, Any]]:
    """Figures by value of each of the `columns`, one dict per column and value, ordered by both.

    `segments` is any table that holds the keys and the columns, such as the feature rows. Each dict has `segment`
    (the column), `value` (as text, None for null), and over the labelled rows the figures of `performance_row`.
    """
    require_columns(segments, [*keys, *columns], "segments", ScoringError)
    labelled = join_labels(predictions, labels, keys, label)
    rows = []
    for column in columns:
        only = segments.select(list(dict.fromkeys([*keys, column])))
        values = pc.cast(only[column], pa.string())
        rows.extend(_by_value(labelled, only.append_column("__segment", values), keys, label, column))
    return rows


def _by_value(
    labelled: pa.Table, segments: pa.Table, keys: Sequence[str], label: str, column: str
) -> list[dict[str, Any]]:
    joined = labelled.join(segments.select([*keys, "__segment"]), keys=list(keys), join_type="inner")
    found: list[str | None] = pc.unique(joined["__segment"]).to_pylist()
    result = []
    for value in sorted(found, key=lambda value: (value is None, value or "")):
        chosen = pc.is_null(joined["__segment"]) if value is None else pc.equal(joined["__segment"], value)
        result.append({"segment": column, "value": value, **_figures(joined.filter(chosen), label)})
    return result


def _figures(labelled: pa.Table, label: str) -> dict[str, Any]:
    truth = numbers(labelled[label])
    model = evaluate(truth, numbers(labelled["probability"]))
    baseline = evaluate(truth, numbers(labelled["baseline_probability"]))
    figures = model.to_dict()
    return {
        "labelled": figures.pop("rows"),
        **figures,
        "baseline_auc": baseline.auc,
        "baseline_brier": baseline.brier,
    }
