"""What the measures of a column mean: drift, stable or cannot tell, and the words that explain it.

A column drifts if an effect reaches its declared threshold and also exceeds what chance explains at these numbers of
rows: so large samples need a real effect, and small ones say that they cannot tell.
"""

from platform_assets.quality.drift.measure import Measures
from platform_assets.quality.drift.result import Verdict
from platform_assets.quality.drift.thresholds import DriftThresholds
from platform_assets.quality.drift.wording import distribution_words, missing_words, new_value_words, percent
from platform_assets.quality.profile.column import ColumnProfile

#: From this share of rows in one bin of many values on, a stored profile is too coarse to call a column stable.
TOO_COARSE = 0.5


def effect_of(measures: Measures, thresholds: DriftThresholds) -> float:
    """Largest effect in units of its threshold."""
    return max(_effects(measures, thresholds))


def decide(
    reference: ColumnProfile, current: ColumnProfile, measures: Measures, thresholds: DriftThresholds
) -> tuple[Verdict, list[str]]:
    """Verdict of a column and the words that explain it."""
    rows = f"{reference.count:,} rows before, {current.count:,} now"
    if min(reference.count, current.count) < thresholds.min_rows:
        return "cannot_tell", [f"too few rows to tell ({rows})"]
    reasons = _reasons(reference, current, measures, thresholds)
    if reasons:
        return "drift", reasons
    found = measures.distribution
    if found is None:
        return "stable", [missing_words(reference, current)]
    if min(reference.values, current.values) < thresholds.min_rows or found.psi_limit >= thresholds.psi:
        return "cannot_tell", [f"too few rows with a value to tell a change of this size from chance ({rows})"]
    if found.unseen_share >= TOO_COARSE:
        return "cannot_tell", [_coarse_words(found.unseen_share)]
    close = effect_of(measures, thresholds) >= 0.5
    words = "somewhat different, but below the limit" if close else "much the same"
    same = f"{words}: {distribution_words(reference, current, found.moved_share)}"
    noticeable = abs(measures.missing_change) > max(measures.missing_limit, thresholds.missing_share / 5.0)
    return "stable", [same, missing_words(reference, current)] if noticeable else [same]


def _coarse_words(share: float) -> str:
    return (
        f"{percent(share)} of the values lie so close together beside others of quite another size that the stored "
        "profile keeps them as one; look for values that cannot be, and take them out"
    )


def _effects(measures: Measures, thresholds: DriftThresholds) -> tuple[float, float, float]:
    """Distribution, missing values and new values, each in units of its threshold, chance's mean subtracted."""
    found, texts = measures.distribution, measures.categories
    return (
        max(found.psi - found.psi_mean, 0.0) / thresholds.psi if found else 0.0,
        abs(measures.missing_change) / thresholds.missing_share,
        max(texts.new_share - texts.new_share_by_chance, 0.0) / thresholds.new_values_share if texts else 0.0,
    )


def _reasons(
    reference: ColumnProfile, current: ColumnProfile, measures: Measures, thresholds: DriftThresholds
) -> list[str]:
    """Every effect that reaches its threshold and that chance does not explain."""
    distribution, missing, new = _effects(measures, thresholds)
    found = measures.distribution
    enough = min(reference.values, current.values) >= thresholds.min_rows
    moved = found is not None and found.psi > found.psi_limit and found.moved_share >= thresholds.moved_share
    reasons = []
    if found and enough and moved and distribution >= 1.0:
        reasons.append(distribution_words(reference, current, found.moved_share))
    if missing >= 1.0 and abs(measures.missing_change) > measures.missing_limit:
        reasons.append(missing_words(reference, current))
    if new >= 1.0 and enough:
        reasons.append(new_value_words(measures))
    return reasons
