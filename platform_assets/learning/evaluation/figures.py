"""What an evaluation says, as plain data that is kept with the model and read by cards, gates and commands."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from platform_assets.learning.metric_names import MetricName
from platform_assets.learning.metrics import Metrics

CANDIDATE, BASELINE, CHAMPION = "candidate", "baseline", "champion"


class _Figures(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Interval(_Figures):
    """An estimate with its confidence interval; the bounds are None where too few days were seen to tell."""

    value: float
    low: float | None = None
    high: float | None = None
    confidence: float


class CalibrationBin(_Figures):
    """Rows of similar probability: what was predicted for them on average, and how often the event happened."""

    rows: int
    predicted: float
    observed: Interval


class SegmentFigures(_Figures):
    """Figures of the rows with one value of a column; `value` is text, None for null.

    With `too_few_rows` the figures are not meant to be read: they would be mostly chance.
    """

    column: str
    value: str | None
    metrics: Metrics
    mean_probability: float
    too_few_rows: bool


class ModelFigures(_Figures):
    """Figures of one model on the evaluated rows."""

    metrics: Metrics
    intervals: dict[MetricName, Interval]
    calibration: list[CalibrationBin]
    segments: list[SegmentFigures]


class Evaluation(_Figures):
    """A candidate and what it is compared with, on the same validation rows.

    Attributes:
        first, last: moments of the first and the last row, ISO 8601 in UTC.
        days: UTC days with rows; whole days are drawn for the intervals.
        champion: None if there is none, or if these rows would give it a false figure; `champion_note` says so.
        gains: by other model (baseline, champion) and metric: by how much the candidate is better on the same days;
            positive is better, whatever the metric.
    """

    rows: int
    first: str
    last: str
    days: int
    resamples: int
    seed: int
    candidate: ModelFigures
    baseline: ModelFigures
    champion: ModelFigures | None = None
    champion_note: str = ""
    gains: dict[str, dict[MetricName, Interval]] = {}

    def figures(self, model: str) -> ModelFigures | None:
        """Those of 'candidate', 'baseline' or 'champion'; None if it was not evaluated on these rows."""
        found: ModelFigures | None = getattr(self, model)
        return found
