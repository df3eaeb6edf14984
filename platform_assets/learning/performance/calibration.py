"""How often the event happened at which predicted probability: what turns a probability into an expected outcome."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

Floats = NDArray[np.float64]

_BINS = 50
_ROWS_A_BIN = 20


class Calibration(BaseModel):
    """Reliability table of a model on rows that it was not fitted on, cut into bins of about equal count.

    Attributes:
        scores: mean predicted probability of each bin, ascending.
        rows: rows of each bin.
        positives: rows of each bin in which the event happened.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    scores: tuple[float, ...]
    rows: tuple[int, ...]
    positives: tuple[int, ...]

    @classmethod
    def fit(cls, labels: NDArray[np.generic], probabilities: Floats) -> Calibration:
        """The table of labels (0/1 or bool) and probabilities of the same length, of at least one row.

        There are at most 50 bins, of at least 20 rows each; equal probabilities share a bin.
        """
        count = int(np.clip(len(probabilities) // _ROWS_A_BIN, 1, _BINS))
        edges = np.quantile(probabilities, np.arange(1, count) / count)
        bins = np.searchsorted(edges, probabilities, side="right")
        rows = np.bincount(bins, minlength=count)
        positives = np.bincount(bins, weights=labels.astype(np.float64), minlength=count)
        sums = np.bincount(bins, weights=probabilities, minlength=count)
        filled = rows > 0
        return cls(
            scores=tuple((sums[filled] / rows[filled]).tolist()),
            rows=tuple(rows[filled].tolist()),
            positives=tuple(positives[filled].astype(int).tolist()),
        )

    def apply(self, probabilities: Floats) -> Floats:
        """Expected share of events at each probability: isotonic regression of the bins, linear between them.

        Zadrozny and Elkan (2002), "Transforming classifier scores into accurate multiclass probability estimates";
        constant beyond the outermost bins.
        """
        return np.interp(probabilities, self.scores, self._isotonic(np.asarray(self.positives) / self.rows))

    def resampled(self, probabilities: Floats, generator: np.random.Generator, draws: int) -> Floats:
        """`apply` as it would be with other validation rows: a bootstrap of each bin's outcomes; (draws, rows)."""
        counts = np.asarray(self.rows)
        positives = generator.binomial(counts, np.asarray(self.positives) / counts, size=(draws, len(counts)))
        return np.stack([np.interp(probabilities, self.scores, self._isotonic(row / counts)) for row in positives])

    def _isotonic(self, rates: Floats) -> Floats:
        from scipy.optimize import isotonic_regression

        fitted: Floats = isotonic_regression(rates, weights=np.asarray(self.rows, dtype=np.float64)).x
        return fitted
