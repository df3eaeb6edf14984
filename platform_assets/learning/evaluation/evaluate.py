"""Evaluates models on the same rows: figures with intervals, gains of the candidate, calibration and segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from platform_assets.learning.evaluation.bootstrap import Resamples, resample
from platform_assets.learning.evaluation.figures import (
    CANDIDATE,
    CalibrationBin,
    Evaluation,
    Interval,
    ModelFigures,
)
from platform_assets.learning.evaluation.segments import segment_figures
from platform_assets.learning.metric_names import MetricName, higher_is_better
from platform_assets.learning.metrics import calibration_bins, evaluate

Floats = NDArray[np.float64]
Replicates = Mapping[MetricName, Floats]

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Judged:
    """An evaluation with the resamples behind it, from which intervals of any confidence follow."""

    evaluation: Evaluation
    resamples: Resamples
    replicates: Mapping[str, Replicates]

    def gain(self, metric: MetricName, other: str, confidence: float) -> Interval | None:
        """By how much the candidate is better than another model on the same days; None if it was not on them."""
        figures = self.evaluation.figures(other)
        ours = self.evaluation.candidate.metrics.value(metric)
        theirs = figures.metrics.value(metric) if figures else None
        if ours is None or theirs is None:
            return None
        sign = 1.0 if higher_is_better(metric) else -1.0
        difference = sign * (self.replicates[CANDIDATE][metric] - self.replicates[other][metric])
        return _interval(self.resamples, sign * (ours - theirs), difference, confidence)


def evaluate_models(
    rows: pa.Table,
    y: Floats,
    micros: NDArray[np.int64],
    probabilities: Mapping[str, Floats],
    *,
    segments: Sequence[str] = (),
    seed: int = 0,
    champion_note: str = "",
) -> Judged:
    """Evaluate models on labelled rows; deterministic for equal rows and seed, whatever the order of the rows.

    Args:
        y: labels, 0 or 1, shape (rows,); at least one row.
        micros: moments of the rows in microseconds since 1970 (UTC).
        probabilities: by model, 'candidate' and 'baseline' and perhaps 'champion': its probability for each row.
        segments: columns of `rows` by whose values figures are told too.

    Raises:
        TrainingError: a segment is no column, or has too many values.
    """
    resamples = resample(micros, seed)
    replicates = {name: resamples.metrics(y, p) for name, p in probabilities.items()}
    figures = {name: _figures(rows, y, p, resamples, replicates[name], segments) for name, p in probabilities.items()}
    evaluation = Evaluation(
        rows=len(y),
        first=_moment(int(micros.min())),
        last=_moment(int(micros.max())),
        days=resamples.days,
        resamples=len(resamples.counts),
        seed=seed,
        champion_note=champion_note,
        **figures,
    )
    judged = Judged(evaluation, resamples, replicates)
    others = [name for name in probabilities if name != CANDIDATE]
    gains = {other: _gains(judged, other) for other in others}
    return Judged(evaluation.model_copy(update={"gains": gains}), resamples, replicates)


def _gains(judged: Judged, other: str) -> dict[MetricName, Interval]:
    found = {metric: judged.gain(metric, other, CONFIDENCE) for metric in judged.replicates[other]}
    return {metric: gain for metric, gain in found.items() if gain is not None}


def _figures(
    rows: pa.Table, y: Floats, p: Floats, resamples: Resamples, replicates: Replicates, segments: Sequence[str]
) -> ModelFigures:
    metrics = evaluate(y, p)
    known = {metric: value for metric in replicates if (value := metrics.value(metric)) is not None}
    return ModelFigures(
        metrics=metrics,
        intervals={
            metric: _interval(resamples, value, replicates[metric], CONFIDENCE) for metric, value in known.items()
        },
        calibration=_calibration(y, p, resamples),
        segments=segment_figures(rows, segments, y, p),
    )


def _calibration(y: Floats, p: Floats, resamples: Resamples) -> list[CalibrationBin]:
    bins, count = calibration_bins(p)
    shares = resamples.ratio_by_bin(bins, count, y)
    rows = np.bincount(bins, minlength=count)
    predicted, happened = (np.bincount(bins, weights=values, minlength=count) for values in (p, y))
    return [
        CalibrationBin(
            rows=int(rows[each]),
            predicted=float(predicted[each] / rows[each]),
            observed=_interval(resamples, float(happened[each] / rows[each]), shares[:, each], CONFIDENCE),
        )
        for each in np.flatnonzero(rows)
    ]


def _interval(resamples: Resamples, value: float, replicates: Floats, confidence: float) -> Interval:
    low, high = resamples.bounds(replicates, confidence) or (None, None)
    return Interval(value=value, low=low, high=high, confidence=confidence)


def _moment(micros: int) -> str:
    return datetime.fromtimestamp(micros / 1_000_000, UTC).isoformat()
