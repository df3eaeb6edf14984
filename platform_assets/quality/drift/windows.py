"""Drift between any two windows of a table, from stored profiles; a window is never compared with itself."""

from collections.abc import Mapping, Sequence

from platform_assets.lake import Lake
from platform_assets.quality.drift.compare import compare_profiles
from platform_assets.quality.drift.result import DriftResult
from platform_assets.quality.drift.thresholds import DriftThresholds
from platform_assets.quality.errors import MissingProfile
from platform_assets.quality.profile_table import read_profile

_DEFAULTS = DriftThresholds()


class OverlappingWindows(ValueError):
    """The tested window is part of its own reference, which would hide its drift."""

    def __init__(self, table: str, shared: Sequence[str], remedy: str) -> None:
        super().__init__(
            f"'{table}': {', '.join(shared)} would be compared with a reference that contains it. A tested window is "
            f"never part of its reference. {remedy}"
        )


def refuse_overlap(table: str, reference: Sequence[str], current: Sequence[str], remedy: str) -> None:
    """Raise `OverlappingWindows` if a partition lies in both windows; `remedy` says what to do instead."""
    shared = sorted(set(reference) & set(current))
    if shared:
        raise OverlappingWindows(table, shared, remedy)


def compare_windows(
    lake: Lake,
    table: str,
    reference: Sequence[str],
    current: Sequence[str],
    *,
    columns: Sequence[str] | None = None,
    thresholds: DriftThresholds = _DEFAULTS,
    importance: Mapping[str, float] | None = None,
) -> DriftResult:
    """Drift of the partitions `current` against the partitions `reference`; no row is read.

    The verdict is `no_reference` if no partition of the reference was profiled.

    Raises:
        OverlappingWindows: a partition lies in both windows.
        MissingProfile: no partition of the current window was profiled.
    """
    refuse_overlap(table, reference, current, "Leave it out of one of the windows.")
    now = read_profile(lake, table, current)
    if now is None:
        raise MissingProfile(table, ", ".join(current))
    before = read_profile(lake, table, reference)
    return compare_profiles(before, now, columns=columns, thresholds=thresholds, importance=importance)
