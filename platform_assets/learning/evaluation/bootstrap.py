"""Confidence intervals by drawing whole days again: exact sums per day make any number of draws cheap.

Flights of one day share weather and queues, so their errors are alike; drawing single rows would take them for
independent and give intervals that are too narrow. Whole days are drawn instead (bootstrap of clusters: Field and
Welsh, "Bootstrapping clustered data", J. R. Statist. Soc. B 69, 2007). Few days make plain percentiles too narrow;
their levels are widened by Student's t (expanded percentile interval: Hesterberg, "What Teachers Should Know About the
Bootstrap", The American Statistician 69(4), 2015).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from platform_assets.learning.metric_names import MetricName
from platform_assets.learning.metrics import calibration_bins, row_log_loss

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

RESAMPLES = 1000
# Fewer clusters than these say next to nothing of how they differ.
LEAST_DAYS = 5
# More are joined to longer blocks of equally many days, since the work on AUC grows with their number.
MOST_BLOCKS = 64
MICROS_PER_DAY = 86_400_000_000


@dataclass(frozen=True)
class Resamples:
    """How often each block of days was drawn.

    Attributes:
        block: number of the block of each row, shape (rows,).
        counts: draws of each block, shape (resamples, blocks).
        days: UTC days with rows.
    """

    block: Integers
    counts: Floats
    days: int

    @property
    def enough(self) -> bool:
        """Whether there are days enough to tell an interval."""
        return self.days >= LEAST_DAYS

    def sums(self, values: Floats) -> Floats:
        """Sum of a value per row in each resample; `values` has shape (rows,), the result (resamples,)."""
        return self.counts @ np.bincount(self.block, weights=values, minlength=self.counts.shape[1])

    def ratio_by_bin(self, bins: Integers, count: int, numerator: Floats) -> Floats:
        """Mean of a value per row within each bin, shape (resamples, bins); NaN where a bin was not drawn."""
        totals, rows = self._by_bin(bins, count, numerator), self._by_bin(bins, count, np.ones(len(bins)))
        shares: Floats = np.divide(totals, rows, out=np.full_like(totals, np.nan), where=rows > 0)
        return shares

    def metrics(self, y: Floats, p: Floats) -> dict[MetricName, Floats]:
        """Every metric in each resample, shape (resamples,); NaN where a resample does not determine it.

        The bins of the calibration error stay those of all rows. Resampling adds noise to each bin's gap, so that
        interval lies somewhat high; it is meant as a warning of how large the error may be.
        """
        rows = self.sums(np.ones(len(y)))
        bins, count = calibration_bins(p)
        found: dict[MetricName, Floats] = {
            "auc": self._auc(y, p),
            "brier": self.sums((p - y) ** 2) / rows,
            "log_loss": self.sums(row_log_loss(y, p)) / rows,
            "calibration_error": np.abs(self._by_bin(bins, count, p - y)).sum(axis=1) / rows,
        }
        assert set(found) == set(get_args(MetricName))
        return found

    def bounds(self, replicates: Floats, confidence: float) -> tuple[float, float] | None:
        """Bounds of the middle share of the replicates, widened for few blocks; None if it cannot be told."""
        known = replicates[np.isfinite(replicates)]
        if not self.enough or len(known) < 0.5 * len(replicates):
            return None
        tail = _expanded_tail(self.counts.shape[1], confidence)
        low, high = np.quantile(known, [tail, 1 - tail])
        return float(low), float(high)

    def _by_bin(self, bins: Integers, count: int, values: Floats) -> Floats:
        blocks = self.counts.shape[1]
        sums = np.bincount(self.block * count + bins, weights=values, minlength=blocks * count)
        drawn: Floats = self.counts @ sums.reshape(blocks, count)
        return drawn

    def _auc(self, y: Floats, p: Floats) -> Floats:
        """`c W c / (c n1)(c n0)`: W counts the rightly ordered pairs of a positive and a negative by their blocks."""
        blocks = self.counts.shape[1]
        wins, positive = np.zeros((blocks, blocks)), y == 1
        # Sorted needles are found several times faster.
        order = np.argsort(p[positive])
        risen, owner = p[positive][order], self.block[positive][order]
        for block in range(blocks):
            others = np.sort(p[~positive & (self.block == block)])
            below, not_above = (np.searchsorted(others, risen, side=side) for side in ("left", "right"))
            wins[:, block] = np.bincount(owner, weights=(below + not_above) / 2, minlength=blocks)
        pairs = self.sums(y) * self.sums(1 - y)
        ordered = np.einsum("rb,rb->r", self.counts @ wins, self.counts)
        shares: Floats = np.divide(ordered, pairs, out=np.full_like(pairs, np.nan), where=pairs > 0)
        return shares


def resample(micros: Integers, seed: int, resamples: int = RESAMPLES) -> Resamples:
    """Draw the days of rows with replacement, as many as there are; the order of rows has no influence.

    Args:
        micros: moments of the rows in microseconds since 1970 (UTC); at least one row.
    """
    days, day = np.unique(micros // MICROS_PER_DAY, return_inverse=True)
    length = -(-len(days) // MOST_BLOCKS)
    block = (day // length).astype(np.int64)
    blocks = int(block.max()) + 1
    counts = np.random.default_rng(seed).multinomial(blocks, np.full(blocks, 1 / blocks), size=resamples)
    return Resamples(block, counts.astype(np.float64), len(days))


def _expanded_tail(blocks: int, confidence: float) -> float:
    """Level of the lower percentile: `Phi(-sqrt(n / (n - 1)) t)`, t Student's quantile with n - 1 degrees."""
    from scipy.special import ndtr, stdtrit

    t = stdtrit(blocks - 1, (1 + confidence) / 2)
    return float(ndtr(-np.sqrt(blocks / (blocks - 1)) * t))
