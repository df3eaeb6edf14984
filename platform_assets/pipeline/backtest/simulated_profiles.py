"""Profiles of predictions that were made in a backtest, asked for like stored ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from platform_assets.quality.profile import TableProfile


class SimulatedProfiles:
    """Profiles by partition under one policy; implements `PredictedProfiles`.

    Args:
        profile: the profile of a partition's predictions; None if it was not predicted.
        predicted: partitions that were predicted.
    """

    def __init__(self, profile: Callable[[str], TableProfile | None], predicted: Sequence[str]) -> None:
        self._profile, self._predicted = profile, predicted

    def merged(self, window: Sequence[str], columns: Sequence[str] | None = None) -> TableProfile | None:
        """The profile of all rows of these partitions, of all columns."""
        from platform_assets.quality.profile import merge_profiles

        found = [profile for profile in map(self._profile, window) if profile is not None]
        return merge_profiles(found) if found else None

    def single(self, *, columns: Sequence[str] | None = None) -> dict[str, TableProfile]:
        """The profile of every predicted partition, of all columns."""
        found = {name: self._profile(name) for name in self._predicted}
        return {name: profile for name, profile in found.items() if profile is not None}
