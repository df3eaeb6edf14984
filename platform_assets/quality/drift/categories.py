"""New and vanished text values, and how many rows they carry."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from platform_assets.quality.profile.column import ColumnProfile
from platform_assets.quality.profile.text import TextSketch

LISTED = 10
NEW_DEFINITION = (
    "Share of the current rows whose text the reference never has; exact up to 4,096 different texts a window, else "
    "estimated from the 1,024 texts with the smallest hashes. From 0 to 1; missing values are left out."
)
VANISHED_DEFINITION = (
    "Share of the reference's rows whose text the current window never has; exact or estimated as new values are."
)


@dataclass(frozen=True, slots=True)
class CategoryChange:
    """Values only in one window (most frequent first, at most `LISTED`), and the shares of rows they carry."""

    new: list[str]
    vanished: list[str]
    new_share: float
    vanished_share: float
    new_share_by_chance: float


def category_change(reference: ColumnProfile, current: ColumnProfile, noise_level: float) -> CategoryChange:
    """Compare the sets of text values; shares from 0 to 1.

    Exact while both windows keep all values. Otherwise both are cut to the values below the smaller of their hash
    limits, a fair sample of the distinct values, and the shares are estimates.
    `new_share_by_chance` is the share of rows with values that an equal window would not have seen either: the
    reference's share of values seen once (Good 1953), plus the normal limit for `noise_level`.
    """
    left, right = _comparable(reference, current)
    new = {value: rows for value, rows in right.items() if value not in left}
    vanished = {value: rows for value, rows in left.items() if value not in right}
    left_rows, right_rows = max(sum(left.values()), 1), max(sum(right.values()), 1)
    unseen = sum(1 for rows in left.values() if rows == 1) / left_rows
    z = NormalDist().inv_cdf(1.0 - noise_level)
    chance = unseen + z * (max(unseen, 1.0 / left_rows) * (1.0 / left_rows + 1.0 / right_rows)) ** 0.5
    return CategoryChange(
        _most_frequent(new), _most_frequent(vanished), sum(new.values()) / right_rows,
        sum(vanished.values()) / left_rows, chance,
    )  # fmt: skip


def _comparable(reference: ColumnProfile, current: ColumnProfile) -> tuple[dict[str, int], dict[str, int]]:
    sketches = reference.text, current.text
    limits = [sketch.hashes().max() for sketch in sketches if not sketch.complete]
    if not limits:
        return reference.text.as_dict(), current.text.as_dict()
    left, right = (_below(sketch, np.min(limits)) for sketch in sketches)
    return left, right


def _below(sketch: TextSketch, limit: np.uint64) -> dict[str, int]:
    kept = sketch.hashes() <= limit
    return dict(zip(sketch.values.filter(kept).to_pylist(), sketch.counts[kept].tolist(), strict=True))


def _most_frequent(rows: dict[str, int]) -> list[str]:
    return sorted(rows, key=lambda value: (-rows[value], value))[:LISTED]
