"""An alert: one row from the moment a breach begins until it ends, for whoever tells people of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

#: Name under which an answer of a check tells what it found.
VERDICT = "verdict"
#: What a person's decision makes of a breach.
RELEASED = "released"

Action = Literal["alert", "block", "retrain"]


@dataclass(frozen=True, slots=True)
class Watch:
    """A rule that can be broken: who answers for it, what a breach does, and how long it stays quiet afterwards."""

    asset: str
    rule: str
    owner: str
    action: Action
    cool_down_partitions: int


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a rule found in a partition; ``breached`` is None if it could not tell."""

    partition: str
    breached: bool | None
    message: str
    seen: datetime


class Alert(BaseModel):
    """A breach of a rule.

    Attributes:
        partition: the one in which it began.
        message: what was found in that partition.
        first_seen: when that was found (UTC).
        last_partition: the newest one in which the breach stood, or began again.
        resolved_partition: the one in which it had ended, None while it stands.
        resolved_at: when that was found (UTC).
        resolution: what was found in it, or who released it and why; None while it stands.
    """

    model_config = ConfigDict(frozen=True)

    alert_id: str
    asset: str
    rule: str
    owner: str
    action: Action
    partition: str
    message: str
    first_seen: datetime
    last_partition: str
    resolved_partition: str | None = None
    resolved_at: datetime | None = None
    resolution: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether the breach stands."""
        return self.resolved_at is None


def new_alert(watch: Watch, seen: Sighting) -> Alert:
    """The alert of a breach that begins; the same breach always has the same id."""
    name = f"{watch.asset}/{watch.rule}/{seen.partition}/{seen.seen.isoformat()}"
    return Alert(
        alert_id=hashlib.sha256(name.encode()).hexdigest()[:12],
        asset=watch.asset,
        rule=watch.rule,
        owner=watch.owner,
        action=watch.action,
        partition=seen.partition,
        message=seen.message,
        first_seen=seen.seen,
        last_partition=seen.partition,
    )
