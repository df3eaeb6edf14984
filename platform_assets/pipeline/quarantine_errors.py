"""Why a quarantine entry cannot be released or discarded; each message names the entry, the rule and the remedy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from platform_assets.lake.errors import LakeError


class EntryNotFound(LakeError):
    """No quarantine entry, or more than one, has that id."""

    def __init__(self, quarantine_id: str, matching: Sequence[str]) -> None:
        problem = f"{len(matching)} entries begin with it: {', '.join(matching)}" if matching else "there is none"
        super().__init__(
            f"'{quarantine_id}' names no single quarantine entry: {problem}. "
            "`platform quarantine list --all` shows every entry with its id."
        )


class AlreadyDecided(LakeError):
    """Somebody decided on the entry before."""

    def __init__(self, quarantine_id: str, status: str, who: str | None, at: datetime | None, why: str | None) -> None:
        moment = f"{at:%Y-%m-%d %H:%M} UTC" if at else "an unknown time"
        super().__init__(
            f"Quarantine {quarantine_id} was already {status}, by {who} at {moment}: {why} "
            "An entry is decided on once. Deliver the partition again if it should change."
        )


class ReleaseBegan(LakeError):
    """A release was claimed but not finished; its rows may be published already."""

    def __init__(self, quarantine_id: str, who: str | None, at: datetime | None) -> None:
        moment = f"{at:%Y-%m-%d %H:%M} UTC" if at else "an unknown time"
        super().__init__(
            f"Quarantine {quarantine_id} cannot be discarded: {who} began to release it at {moment}, and its rows "
            f"may be published already. Finish it with `platform quarantine release {quarantine_id}`; the table can be "
            "rolled back afterwards."
        )


class NotReleasable(LakeError):
    """What was kept cannot become a partition of its table."""

    def __init__(self, quarantine_id: str, problem: str, remedy: str) -> None:
        super().__init__(f"Quarantine {quarantine_id} cannot be released: {problem}. {remedy}")


class NewerDelivery(LakeError):
    """The partition was published after it was refused."""

    def __init__(self, quarantine_id: str, what: str, refused_at: datetime, snapshots: Sequence[int]) -> None:
        super().__init__(
            f"Quarantine {quarantine_id} was not released: {what} was published after the refusal at "
            f"{refused_at:%Y-%m-%d %H:%M} UTC (snapshot {snapshots[-1]}), and a release would replace the newer rows "
            "by older ones. Discard the entry, or release it with --over-newer (over_newer) if its rows are right."
        )


class DecisionUnexplained(LakeError):
    """A decision lacks who made it, or why."""

    def __init__(self, missing: str) -> None:
        super().__init__(
            f"The decision does not say {missing}. Whoever reads the table later must know; give both, who and why."
        )
