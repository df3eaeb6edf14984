"""The history of a model's champions, and what follows from it: who predicts a partition, and who came before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict


class PromotionEvent(BaseModel):
    """A version became champion.

    Attributes:
        at: when, ISO 8601 in UTC.
        predicts_from: first partition that it predicts; what was predicted before stays as it is.
        decided_by: the person, or the policy, that decided; empty if the gates did.
        override: whether it became champion although gates refused it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int
    at: str
    predicts_from: str
    kind: Literal["promotion", "rollback"] = "promotion"
    reason: str = ""
    decided_by: str = ""
    override: bool = False


def in_order(events: Iterable[PromotionEvent]) -> list[PromotionEvent]:
    """Oldest first."""
    return sorted(events, key=lambda event: (event.at, event.version))


def in_charge(events: Sequence[PromotionEvent], as_of: Mapping[int, str], partition: str) -> int | None:
    """The version that predicts a partition: that of the latest event that reaches back to it.

    If none does, the earliest promoted version that was trained as of the partition itself, which is how the first
    model serves the month it was born in.

    Args:
        events: oldest first.
        as_of: by version, the partition as of which it was trained.
    """
    reaching = [event.version for event in events if event.predicts_from <= partition]
    if reaching:
        return reaching[-1]
    born = [event.version for event in events if as_of.get(event.version) == partition]
    return born[0] if born else None


def previous_champion(events: Iterable[PromotionEvent]) -> int | None:
    """The champion before the present one; a rollback undoes the promotions that came after its version."""
    champions: list[int] = []
    for event in events:
        if event.kind == "rollback" and event.version in champions:
            while champions[-1] != event.version:
                champions.pop()
        elif not champions or champions[-1] != event.version:
            champions.append(event.version)
    return champions[-2] if len(champions) > 1 else None
