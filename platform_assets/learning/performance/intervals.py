"""Intervals around measured figures, by drawing whole days: rows of one day are not independent of each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from platform_assets.learning.columns import epoch_micros
from platform_assets.learning.performance.estimate import Bounded

Floats = NDArray[np.float64]

_MICROS_PER_DAY = 86_400_000_000
_DRAWS = 500
_FEWEST_BLOCKS = 8
_DEALT_BLOCKS = 40
_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Intervals:
    """Measured figures with 95 % intervals; `auc` is None if only one class occurs."""

    auc: Bounded | None
    brier: Bounded | None


def blocks_of(moments: pa.ChunkedArray) -> NDArray[np.int64]:
    """Number of the block of each row: its day (UTC); rows are dealt out to 40 blocks if there are under 8 days."""
    _, days = np.unique(epoch_micros(moments) // _MICROS_PER_DAY, return_inverse=True)
    if len(days) == 0 or days.max() + 1 >= _FEWEST_BLOCKS:
        return days
    return np.arange(len(days)) % _DEALT_BLOCKS


def intervals(labels: Floats, probabilities: Floats, blocks: NDArray[np.int64], *, seed: int = 0) -> Intervals:
    """AUC and Brier score of labelled rows with block bootstrap intervals (percentiles of 500 draws).

    Whole blocks are drawn with replacement. After Kuensch (1989), with days as blocks that do not overlap.
    """
    if len(labels) == 0:
        return Intervals(None, None)
    weights = _weights(blocks, seed)
    return Intervals(
        auc=_bounded(_PairsByBlock(labels, probabilities, blocks), weights),
        brier=_bounded(_ErrorsByBlock(labels, probabilities, blocks), weights),
    )


def auc_difference(
    labels: Floats, first: Floats, second: Floats, blocks: NDArray[np.int64], *, seed: int = 0
) -> Bounded | None:
    """AUC of the first probabilities minus that of the second on the same rows, with a paired 95 % interval.

    Each draw of days gives both AUCs, so what makes a day hard for both does not widen the interval. None if only one
    class occurs.
    """
    one, other = (_PairsByBlock(labels, probabilities, blocks) for probabilities in (first, second))
    whole = np.ones((1, int(blocks.max(initial=-1)) + 1))
    value = float((one.figures(whole) - other.figures(whole))[0])
    if np.isnan(value):
        return None
    weights = _weights(blocks, seed)
    return _percentiles(value, one.figures(weights) - other.figures(weights))


class _PairsByBlock:
    """Well ordered pairs of a positive and a negative row, by block of either, from which any draw's AUC follows."""

    def __init__(self, labels: Floats, probabilities: Floats, blocks: NDArray[np.int64]) -> None:
        count, positive = int(blocks.max(initial=-1)) + 1, labels == 1
        chosen, whose = probabilities[positive], blocks[positive]
        self._ordered = np.zeros((count, count))
        for block in range(count):
            others = np.sort(probabilities[~positive & (blocks == block)])
            # Ties count half.
            below = (np.searchsorted(others, chosen, "left") + np.searchsorted(others, chosen, "right")) / 2
            self._ordered[:, block] = np.bincount(whose, weights=below, minlength=count)
        self._positives = np.bincount(whose, minlength=count)
        self._negatives = np.bincount(blocks, minlength=count) - self._positives

    def figures(self, weights: Floats) -> Floats:
        """AUC of each line of weights of the blocks; NaN where a draw has one class only."""
        pairs = (weights @ self._positives) * (weights @ self._negatives)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(pairs > 0, ((weights @ self._ordered) * weights).sum(1) / pairs, np.nan)


class _ErrorsByBlock:
    """Squared errors by block, from which any draw's Brier score follows."""

    def __init__(self, labels: Floats, probabilities: Floats, blocks: NDArray[np.int64]) -> None:
        self._errors = np.bincount(blocks, weights=(probabilities - labels) ** 2)
        self._rows = np.bincount(blocks)

    def figures(self, weights: Floats) -> Floats:
        """Brier score of each line of weights of the blocks."""
        with np.errstate(divide="ignore", invalid="ignore"):
            result: Floats = (weights @ self._errors) / (weights @ self._rows)
        return result


def _bounded(figure: _PairsByBlock | _ErrorsByBlock, weights: Floats) -> Bounded | None:
    value = float(figure.figures(np.ones((1, weights.shape[1])))[0])
    return None if np.isnan(value) else _percentiles(value, figure.figures(weights))


def _percentiles(value: float, draws: Floats) -> Bounded:
    if np.isnan(draws).all():
        return Bounded(value, value, value)
    low, high = np.nanquantile(draws, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return Bounded(value, min(value, float(low)), max(value, float(high)))


def _weights(blocks: NDArray[np.int64], seed: int) -> Floats:
    """How often each draw takes each block; one line a draw."""
    count = int(blocks.max()) + 1
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=_DRAWS)
    return drawn.astype(np.float64)
