"""Change of the share of missing values, with the change that chance explains."""

from statistics import NormalDist

from platform_assets.quality.profile.column import ColumnProfile

DEFINITION = (
    "Share of the rows that are null, not a number or infinite, of all rows of the window; counted, hence exact. From "
    "0 to 1. The change is the current share less that of the reference."
)


def missing_share_change(reference: ColumnProfile, current: ColumnProfile) -> float:
    """Current minus reference share of rows that are null, NaN or infinite; from -1 to 1."""
    return current.missing_share - reference.missing_share


def missing_share_by_chance(reference: ColumnProfile, current: ColumnProfile, noise_level: float) -> float:
    """Size of the change exceeded with probability `noise_level` when nothing changed; two-proportion normal limit.

    `z * sqrt(s * (1 - s) * (1/n + 1/m))` with the pooled share s, plus half a row in each window for continuity.
    """
    n, m = max(reference.count, 1), max(current.count, 1)
    pooled = (reference.missing_share * n + current.missing_share * m) / (n + m)
    z = NormalDist().inv_cdf(1.0 - noise_level / 2.0)
    return float(z * (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)) ** 0.5 + 0.5 / n + 0.5 / m)
