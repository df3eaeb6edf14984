"""How good predictions turned out once their labels arrived, overall and by segment, as rows of small tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from platform_assets.learning.columns import numbers, require_columns
from platform_assets.learning.errors import ScoringError
from platform_assets.learning.metrics import Metrics, evaluate
from platform_assets.learning.performance.cause import explain
from platform_assets.learning.performance.estimate import Bounded, Estimate, estimate_performance
from platform_assets.learning.performance.intervals import Intervals, blocks_of, intervals
from platform_assets.learning.performance.level import judge_level
from platform_assets.learning.performance.reference import ValidationReference, rows_by_value
from platform_assets.learning.training_set import join_labels

_ROW = "__row"


@dataclass(frozen=True)
class Standard:
    """What predictions are held against: their model's validation, and what is declared about a comparison.

    `validation` and `reference` are None where they are not known, such as for predictions of several versions.
    """

    validation: Metrics | None
    reference: ValidationReference | None
    tolerated_loss: float
    minimum_rows: int


def performance_row(
    predictions: pa.Table, labels: pa.Table, keys: Sequence[str], label: str, event_time: str, standard: Standard
) -> dict[str, Any]:
    """Figures of one partition's predictions.

    `rows` counts the predictions and `labelled` those with a label; `base_rate`, `auc`, `brier`, `log_loss`,
    `calibration_error`, `baseline_auc` and `baseline_brier` are over the labelled ones, None where they do not
    determine a figure; `auc` and `brier` have bounds (`auc_low`, `auc_high` and so on). `estimated_auc` and
    `estimated_brier`, with bounds, are what the calibrated probabilities of the same rows let expect, `validation_auc`
    and `validation_brier` the level to hold. `verdict` and `message` say whether it is held, `cause` and
    `explanation` why not. `model_version` is None if more than one version predicted, or none.
    """
    versions = pc.unique(predictions["model_version"]).to_pylist()
    labelled = join_labels(predictions, labels, keys, label)
    found = _intervals(labelled, label, event_time)
    estimate = _estimate(labelled, standard)
    validation = standard.validation
    loss, minimum = standard.tolerated_loss, standard.minimum_rows
    expected = validation.auc if validation else None
    known = labelled.num_rows
    level = judge_level("All rows", known, found.auc, expected, tolerated_loss=loss, minimum_rows=minimum)
    cause = explain(known, found, estimate, expected, tolerated_loss=loss, minimum_rows=minimum)
    return {
        "rows": predictions.num_rows,
        **_figures(labelled, label),
        **bounds("auc", found.auc),
        **bounds("brier", found.brier),
        **estimated_figures(estimate),
        "validation_auc": expected,
        "validation_brier": validation.brier if validation else None,
        "verdict": level.verdict,
        "message": level.message,
        "cause": cause.code,
        "explanation": cause.message,
        "model_version": versions[0] if len(versions) == 1 else None,
    }


def segment_rows(
    predictions: pa.Table,
    labels: pa.Table,
    segments: pa.Table,
    *,
    keys: Sequence[str],
    label: str,
    event_time: str,
    columns: Sequence[str],
    standard: Standard,
) -> list[dict[str, Any]]:
    """Figures by value of each of the `columns`, one dict per column and value, ordered by both.

    `segments` is any table that holds the keys and the columns, such as the feature rows. Each dict has `segment`
    (the column), `value` (as text, None for null), over the labelled rows the figures of `performance_row` with the
    bounds of `auc`, `validation_auc` and `validation_rows` of the same segment, and `verdict` and `message`.
    """
    require_columns(segments, [*keys, *columns], "segments", ScoringError)
    labelled = join_labels(predictions, labels, keys, label)
    return [
        {"segment": column, "value": value, **_segment(rows, label, event_time, column, value, standard)}
        for column in columns
        for value, rows in _by_value(labelled, segments, keys, column)
    ]


def bounds(name: str, figure: Bounded | None) -> dict[str, float | None]:
    """Columns `<name>_low` and `<name>_high`."""
    return {f"{name}_low": figure.low if figure else None, f"{name}_high": figure.high if figure else None}


def estimated_figures(estimate: Estimate | None) -> dict[str, float | None]:
    """Columns of the estimated base rate, AUC and Brier score with their bounds."""
    figures = {
        "estimated_base_rate": estimate.base_rate if estimate else None,
        "estimated_auc": estimate.auc if estimate else None,
        "estimated_brier": estimate.brier if estimate else None,
    }
    columns: dict[str, float | None] = {}
    for name, figure in figures.items():
        columns |= {name: figure.value if figure else None, **bounds(name, figure)}
    return columns


def _segment(
    rows: pa.Table, label: str, event_time: str, column: str, value: str | None, standard: Standard
) -> dict[str, Any]:
    validation = standard.reference.metrics(column, value) if standard.reference else None
    # A validation figure of a handful of rows is no level to hold.
    known = validation if validation and validation.rows >= standard.minimum_rows else None
    found = _intervals(rows, label, event_time)
    level = judge_level(
        f"{column} {'missing' if value is None else value}",
        rows.num_rows,
        found.auc,
        known.auc if known else None,
        tolerated_loss=standard.tolerated_loss,
        minimum_rows=standard.minimum_rows,
    )
    return {
        **_figures(rows, label),
        **bounds("auc", found.auc),
        "validation_auc": validation.auc if validation else None,
        "validation_rows": validation.rows if validation else 0,
        "verdict": level.verdict,
        "message": level.message,
    }


def _by_value(
    labelled: pa.Table, segments: pa.Table, keys: Sequence[str], column: str
) -> Iterator[tuple[str | None, pa.Table]]:
    """Labelled rows of each value of a column that may not be among them."""
    numbered = labelled.select(list(keys)).append_column(_ROW, pa.array(np.arange(labelled.num_rows)))
    joined = numbered.join(segments.select(list(dict.fromkeys([*keys, column]))), keys=list(keys), join_type="inner")
    joined = joined.sort_by(_ROW)
    for value, chosen in rows_by_value(joined[column]):
        yield value, labelled.take(joined[_ROW].filter(pa.array(chosen)))


def _intervals(labelled: pa.Table, label: str, event_time: str) -> Intervals:
    return intervals(numbers(labelled[label]), numbers(labelled["probability"]), blocks_of(labelled[event_time]))


def _estimate(labelled: pa.Table, standard: Standard) -> Estimate | None:
    if standard.reference is None:
        return None
    return estimate_performance(standard.reference.calibration, numbers(labelled["probability"]))


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
