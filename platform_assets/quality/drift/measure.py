"""All measures of one column, before anyone decides what they mean."""

from dataclasses import dataclass

import numpy as np

from platform_assets.quality.drift.buckets import Buckets, category_buckets, common_bins, decile_buckets, shares
from platform_assets.quality.drift.categories import CategoryChange, category_change
from platform_assets.quality.drift.jensen_shannon import jensen_shannon_distance
from platform_assets.quality.drift.kolmogorov_smirnov import kolmogorov_smirnov
from platform_assets.quality.drift.missing_share import missing_share_by_chance, missing_share_change
from platform_assets.quality.drift.psi import population_stability_index, psi_by_chance
from platform_assets.quality.drift.thresholds import DriftThresholds
from platform_assets.quality.drift.wasserstein import normalised_wasserstein
from platform_assets.quality.profile.column import ColumnProfile


@dataclass(frozen=True, slots=True)
class DistributionChange:
    """Measures that need values in both windows; `psi_mean` and `psi_limit` are what chance gives."""

    psi: float
    psi_mean: float
    psi_limit: float
    js: float
    moved_share: float
    ks: float | None = None
    wasserstein: float | None = None


@dataclass(frozen=True, slots=True)
class Measures:
    """Everything measured between two profiles of a column."""

    missing_change: float
    missing_limit: float
    distribution: DistributionChange | None = None
    categories: CategoryChange | None = None


def measure_column(
    reference: ColumnProfile, current: ColumnProfile, thresholds: DriftThresholds, noise_level: float
) -> Measures:
    """Measures of two profiles of one kind; `noise_level` is that of this one column."""
    distribution, categories = None, None
    if reference.values and current.values and reference.kind == current.kind != "other":
        if current.kind == "text":
            buckets = category_buckets(reference, current, thresholds.max_categories)
            distribution = _bucket_measures(buckets, noise_level)
            categories = category_change(reference, current, noise_level)
        else:
            distribution = _ordered_measures(reference, current, noise_level)
    return Measures(
        missing_share_change(reference, current),
        missing_share_by_chance(reference, current, noise_level),
        distribution,
        categories,
    )


def _ordered_measures(reference: ColumnProfile, current: ColumnProfile, noise_level: float) -> DistributionChange:
    bins = common_bins(reference, current)
    ks, distance = kolmogorov_smirnov(bins), normalised_wasserstein(bins, reference.std)
    return _bucket_measures(decile_buckets(bins), noise_level, ks, distance)


def _bucket_measures(
    buckets: Buckets, noise_level: float, ks: float | None = None, wasserstein: float | None = None
) -> DistributionChange:
    mean, limit = psi_by_chance(buckets, noise_level)
    moved = float(np.abs(shares(buckets.reference) - shares(buckets.current)).sum()) / 2.0
    js = jensen_shannon_distance(buckets)
    return DistributionChange(population_stability_index(buckets), mean, limit, js, moved, ks, wasserstein)
