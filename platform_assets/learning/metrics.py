"""How good predicted probabilities are: ranking, accuracy and calibration, in plain NumPy so that it loads at once."""

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from platform_assets.learning.metric_names import MetricName

Floats = NDArray[np.float64]

_BINS = 10
_SMALLEST = 1e-15


@dataclass(frozen=True)
class Metrics:
    """Figures of one model on one set of labelled rows; None where the rows do not determine the figure."""

    rows: int
    base_rate: float | None
    auc: float | None
    brier: float | None
    log_loss: float | None
    calibration_error: float | None

    def to_dict(self) -> dict[str, float | int | None]:
        """All figures by name."""
        return asdict(self)

    def value(self, metric: MetricName) -> float | None:
        """One figure by name."""
        figure: float | None = getattr(self, metric)
        return figure


def evaluate(labels: NDArray[np.generic], probabilities: Floats) -> Metrics:
    """All metrics for labels (0/1 or bool) and probabilities of the same length; no rows give None throughout."""
    y, p = labels.astype(np.float64), probabilities
    if len(y) == 0:
        return Metrics(0, None, None, None, None, None)
    return Metrics(len(y), float(y.mean()), auc(y, p), brier(y, p), log_loss(y, p), calibration_error(y, p))


def auc(y: Floats, p: Floats) -> float | None:
    """Area under the ROC curve: probability that a positive row outranks a negative one, ties counting half.

    Computed as the Mann-Whitney statistic `(R - n1 (n1 + 1) / 2) / (n1 n0)`, R the sum of the positives' mid-ranks.
    In [0, 1], 0.5 for no skill; None if only one class occurs.
    """
    positives = int(y.sum())
    negatives = len(y) - positives
    if positives == 0 or negatives == 0:
        return None
    _, inverse, counts = np.unique(p, return_inverse=True, return_counts=True)
    mid_ranks = np.cumsum(counts) - (counts - 1) / 2
    rank_sum = float(mid_ranks[inverse][y == 1].sum())
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def brier(y: Floats, p: Floats) -> float:
    """Mean squared difference of probability and outcome (Brier 1950); in [0, 1], 0 is perfect."""
    return float(np.mean((p - y) ** 2))


def log_loss(y: Floats, p: Floats) -> float:
    """Mean negative log likelihood in nats, with probabilities kept 1e-15 away from 0 and 1; 0 is perfect."""
    return float(np.mean(row_log_loss(y, p)))


def row_log_loss(y: Floats, p: Floats) -> Floats:
    """Negative log likelihood of each row in nats, of which `log_loss` is the mean."""
    clipped = np.clip(p, _SMALLEST, 1 - _SMALLEST)
    losses: Floats = -(y * np.log(clipped) + (1 - y) * np.log1p(-clipped))
    return losses


def calibration_error(y: Floats, p: Floats) -> float:
    """Expected calibration error over ten bins of equal count: `sum_b n_b / n |mean_b(p) - mean_b(y)|`.

    Bins are cut at the deciles of `p`; equal probabilities always share a bin, so the order of rows has no influence.
    In [0, 1], 0 is perfect. After Naeini, Cooper and Hauskrecht (2015), with equal counts instead of equal widths.
    """
    bins, count = calibration_bins(p)
    gaps = np.bincount(bins, weights=p - y, minlength=count)
    return float(np.abs(gaps).sum() / len(y))


def calibration_bins(p: Floats) -> tuple[NDArray[np.int64], int]:
    """The bin of each row by its probability, and how many bins there are; some may be empty if values repeat."""
    edges = np.quantile(p, np.arange(1, _BINS) / _BINS)
    return np.searchsorted(edges, p, side="right").astype(np.int64), _BINS
