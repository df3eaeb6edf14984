"""What performance to expect of predictions whose labels are not known yet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from platform_assets.learning.performance.calibration import Calibration

Floats = NDArray[np.float64]

#: An estimate is wrong by chance, in one direction, for one partition of 200.
LEVEL = 0.99
_DRAWS = 400
_GROUPS = 200


@dataclass(frozen=True, slots=True)
class Bounded:
    """A figure with an interval around it."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """Expected figures of a number of predictions; `auc` is None where no pair of outcomes is to be expected."""

    rows: int
    base_rate: Bounded
    auc: Bounded | None
    brier: Bounded


def estimate_performance(calibration: Calibration, probabilities: Floats, *, seed: int = 0) -> Estimate | None:
    """Expected performance from calibrated probabilities; None without rows.

    With `p_i` the predicted probability of row i and `c_i` its calibrated one, outcomes are independent draws
    `y_i ~ Bernoulli(c_i)`, so that

    - base rate: `mean(c)`
    - Brier score: `mean((p - c)^2 + c (1 - c))`, the expectation of `mean((p - y)^2)`
    - AUC: `sum_{i,j: p_i > p_j} c_i (1 - c_j) / sum_{i != j} c_i (1 - c_j)`, ties counting half: the expected numbers
      of well ordered and of all pairs of a positive and a negative row, as their confusion at every threshold gives.

    The idea is confidence-based performance estimation (CBPE), described in NannyML's documentation. It assumes that
    an event happens at a given probability as often as on the validation rows. That holds however the features shift
    (covariate drift), and fails if the relation between features and outcome changes (concept drift), to which the
    estimate is blind by construction.

    The intervals hold 99 % of what the same figures come to when outcomes are drawn anew, from calibrations that
    are themselves drawn anew (a parametric bootstrap of 400 draws): of validation rows and of outcomes, not of
    concepts. Outcomes that go together, as on a day of storm, spread wider than they say.
    """
    if len(probabilities) == 0:
        return None
    calibrated = calibration.apply(probabilities)
    groups = _grouped(probabilities)
    draws = _draw_outcomes(calibration, groups, np.random.default_rng(seed))
    expected = (calibration.apply(groups.means) * groups.rows)[None, :]
    auc = _expected_auc(probabilities, calibrated)
    brier = float(np.mean((probabilities - calibrated) ** 2 + calibrated * (1 - calibrated)))
    total = len(probabilities)
    return Estimate(
        rows=total,
        base_rate=_around(float(calibrated.mean()), draws.sum(1) / total, expected.sum(1) / total),
        auc=None if auc is None else _around(auc, _auc(draws, groups.rows), _auc(expected, groups.rows)),
        brier=_around(brier, _brier(draws, groups), _brier(expected, groups)),
    )


@dataclass(frozen=True)
class _Groups:
    """Rows of neighbouring probabilities: drawing outcomes by group is as good as by row, and a hundred times faster.

    Ascending; `squares` are the sums of the squared probabilities.
    """

    rows: NDArray[np.int64]
    means: Floats
    squares: Floats


def _grouped(probabilities: Floats) -> _Groups:
    parts = np.array_split(np.sort(probabilities), min(_GROUPS, len(probabilities)))
    return _Groups(
        rows=np.array([len(part) for part in parts]),
        means=np.array([part.mean() for part in parts]),
        squares=np.array([(part**2).sum() for part in parts]),
    )


def _draw_outcomes(calibration: Calibration, groups: _Groups, generator: np.random.Generator) -> Floats:
    """Events of each group, one line a draw."""
    rates = calibration.resampled(groups.means, generator, _DRAWS)
    return generator.binomial(groups.rows, rates).astype(np.float64)


def _expected_auc(probabilities: Floats, calibrated: Floats) -> float | None:
    values, group = np.unique(probabilities, return_inverse=True)
    positives = np.bincount(group, weights=calibrated, minlength=len(values))
    negatives = np.bincount(group, weights=1 - calibrated, minlength=len(values))
    # A row is no pair with itself.
    itself = float((calibrated * (1 - calibrated)).sum())
    pairs = positives.sum() * negatives.sum() - itself
    if pairs <= 0:
        return None
    below = np.cumsum(negatives) - negatives / 2
    return float((positives @ below - itself / 2) / pairs)


def _auc(positives: Floats, rows: NDArray[np.int64]) -> Floats:
    negatives = rows - positives
    below = np.cumsum(negatives, axis=1) - negatives / 2
    pairs = positives.sum(1) * negatives.sum(1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(pairs > 0, (positives * below).sum(1) / pairs, np.nan)


def _brier(positives: Floats, groups: _Groups) -> Floats:
    errors = groups.squares.sum() - 2 * positives @ groups.means + positives.sum(1)
    result: Floats = errors / groups.rows.sum()
    return result


def _around(value: float, draws: Floats, centre: Floats) -> Bounded:
    """The spread of the draws about the grouped rows' own expectation, put around the exact value."""
    low, high = np.nanquantile(draws - centre[0], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Bounded(value, value + float(min(low, 0.0)), value + float(max(high, 0.0)))
