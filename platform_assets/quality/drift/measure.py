"""All measures of one column, before anyone decides what they mean."""

from dataclasses import dataclass

import numpy as np

from platform_assets.quality.drift.buckets import Buckets, category_buckets, common_bins, decile_buckets
from platform_assets.quality.drift.categories import CategoryChange, category_change
from platform_assets.quality.drift.chi_square import chi_square, cramers_v
from platform_assets.quality.drift.estimate import Estimate
from platform_assets.quality.drift.hellinger import hellinger_distance
from platform_assets.quality.drift.jensen_shannon import jensen_shannon_distance
from platform_assets.quality.drift.kolmogorov_smirnov import kolmogorov_smirnov
from platform_assets.quality.drift.missing_share import missing_share_by_chance, missing_share_change
from platform_assets.quality.drift.psi import population_stability_index, psi_by_chance
from platform_assets.quality.drift.thresholds import DriftThresholds
from platform_assets.quality.drift.wasserstein import normalised_wasserstein
from platform_assets.quality.profile.column import ColumnProfile


@dataclass(frozen=True, slots=True)
class DistributionChange:
    """Measures that need values in both windows, by name; `psi_mean` and `psi_limit` are what chance gives.

    `unseen_share` is the share of rows in one bin of many values: no measure can see a change within it.
    """

    estimates: dict[str, Estimate]
    psi_mean: float
    psi_limit: float
    moved_share: float
    joined_share: float | None = None
    unseen_share: float = 0.0

    @property
    def psi(self) -> float:
        """The measure that decides."""
        return self.estimates["psi"].value

    @property
    def values(self) -> dict[str, float]:
        """Value of each measure."""
        return {name: found.value for name, found in self.estimates.items()}

    @property
    def errors(self) -> dict[str, float | None]:
        """Largest possible error of each measure."""
        return {name: found.error for name, found in self.estimates.items()}


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
            distribution = _text_measures(reference, current, thresholds, noise_level)
            categories = category_change(reference, current, noise_level)
        else:
            distribution = _ordered_measures(reference, current, noise_level)
    return Measures(
        missing_share_change(reference, current),
        missing_share_by_chance(reference, current, noise_level),
        distribution,
        categories,
    )


def _text_measures(
    reference: ColumnProfile, current: ColumnProfile, thresholds: DriftThresholds, noise_level: float
) -> DistributionChange:
    buckets = category_buckets(reference, current, thresholds.max_categories)
    mean, limit = psi_by_chance(buckets, noise_level)
    return DistributionChange(
        _bucket_measures(buckets), mean, limit, _moved_share(buckets), joined_share=buckets.joined_share
    )


def _ordered_measures(reference: ColumnProfile, current: ColumnProfile, noise_level: float) -> DistributionChange:
    bins = common_bins(reference, current)
    buckets = decile_buckets(bins)
    mean, limit = psi_by_chance(buckets, noise_level)
    estimates = {**_bucket_measures(buckets), "ks": kolmogorov_smirnov(bins)}
    distance = normalised_wasserstein(bins, reference.std)
    if distance is not None:
        estimates["wasserstein"] = distance
    return DistributionChange(estimates, mean, limit, _moved_share(buckets), unseen_share=bins.fullest_wide_share)


def _bucket_measures(buckets: Buckets) -> dict[str, Estimate]:
    return {
        "psi": population_stability_index(buckets),
        "js": jensen_shannon_distance(buckets),
        "hellinger": hellinger_distance(buckets),
        "chi_square": chi_square(buckets),
        "cramers_v": cramers_v(buckets),
    }


def _moved_share(buckets: Buckets) -> float:
    p, q = buckets.shares()
    return float(np.abs(p - q).sum()) / 2.0
