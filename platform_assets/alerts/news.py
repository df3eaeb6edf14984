"""News: a rule of an asset is broken, or well again, or something happened that people should know."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

Kind = Literal[
    "run_failure",
    "refused_partition",
    "freshness",
    "drift",
    "rate_of_change",
    "decay",
    "budget",
    "promotion",
    "rollback",
]
Severity = Literal["info", "warning", "error", "critical"]
#: ``closed`` is the end of an incident by a person's word; ``told`` is complete in itself: nothing stands or will end.
State = Literal["broken", "mended", "closed", "told"]

SEVERITIES: dict[Kind, Severity] = {
    "run_failure": "error",
    "refused_partition": "error",
    "freshness": "error",
    "drift": "warning",
    "rate_of_change": "warning",
    "decay": "warning",
    "budget": "warning",
    "promotion": "info",
    "rollback": "warning",
}


class Link(BaseModel):
    """Where to look."""

    model_config = ConfigDict(frozen=True)

    label: str
    url: str


class Attachment(BaseModel):
    """A text that goes with a message as a file."""

    model_config = ConfigDict(frozen=True)

    name: str
    text: str


class News(BaseModel):
    """What a source found.

    Attributes:
        rule: what is broken, mended or told of the asset; asset and rule together name the incident.
        subject: partition or run whose mending ends it; empty if there is only one.
        owner: who answers for the asset; several are separated by commas.
        title: in a few words, for example ``flights 2013-02 was refused``.
        message: what was found, and what to do.
        at: when it happened (UTC).
    """

    model_config = ConfigDict(frozen=True)

    kind: Kind
    state: State
    asset: str
    rule: str
    owner: str
    title: str
    message: str
    at: datetime
    subject: str = ""
    links: tuple[Link, ...] = ()
    attachment: Attachment | None = None

    @property
    def key(self) -> str:
        """Names the incident."""
        return f"{self.asset}/{self.rule}"

    @property
    def owners(self) -> tuple[str, ...]:
        """Each of those who answer for it."""
        return tuple(self.owner.split(", "))

    @property
    def severity(self) -> Severity:
        """How much it matters, by its kind."""
        return SEVERITIES[self.kind]
