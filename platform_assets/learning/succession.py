"""Who came before a champion, and how one gives way to the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from platform_assets.learning.registry import ModelRegistry, VersionInfo

ROLLED_BACK_AT, ROLLED_BACK_BY, ROLLBACK_REASON = "rolled_back_at", "rolled_back_by", "rollback_reason"
POLICY = "policy"


def predecessor(versions: Sequence[VersionInfo], version: int) -> int | None:
    """The version that was promoted last before ``version`` was, of those that were never rolled back themselves."""
    own = next((info.promoted_at for info in versions if info.version == version), None)
    if own is None:
        return None
    earlier = [
        (info.promoted_at, info.version)
        for info in versions
        if info.promoted_at and info.promoted_at < own and not was_rolled_back(info)
    ]
    return max(earlier)[1] if earlier else None


def was_rolled_back(info: VersionInfo) -> bool:
    """Whether the version was champion and had to give way."""
    return ROLLED_BACK_AT in info.tags


def give_way(registry: ModelRegistry, version: int, to_version: int, *, reason: str, by: str) -> None:
    """Make ``to_version`` champion again in place of ``version``; when, why and who is recorded on ``version``.

    The record comes first, so that a repetition after a failure completes it.
    """
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    registry.annotate(version, {ROLLED_BACK_AT: now, ROLLED_BACK_BY: by, ROLLBACK_REASON: reason})
    registry.promote(to_version, reason=reason)
