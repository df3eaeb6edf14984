"""What every landing place can do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class Landed:
    """A file in a landing place.

    Attributes:
        name: path below the landing place, with forward slashes.
        stamp: changes whenever the file is written; an unchanged stamp means that nothing new was delivered.
        modified: when it was last written, in epoch seconds.
        receipts: notifications that told of it; they are confirmed once what follows from them is safe.
    """

    name: str
    stamp: str
    modified: float
    receipts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Listing:
    """What a landing place holds, or has news of.

    Attributes:
        complete: whether files that are not listed are not there; a queue lists only what changed.
        unreadable: notifications that nobody understands, in words.
        receipts: notifications that ask for nothing, and can be confirmed.
    """

    files: Sequence[Landed]
    complete: bool = True
    unreadable: Sequence[str] = field(default=())
    receipts: Sequence[str] = field(default=())


class Landing(Protocol):
    """A place where files arrive; every method may raise LandingError."""

    @property
    def address(self) -> str:
        """Where it is, for people."""

    def listing(self) -> Listing:
        """Files that are there, without hidden ones."""

    def content(self, landed: Landed) -> str:
        """Identity of a file's content: equal content, equal answer; '' if the file is gone."""

    def promised(self, landed: Landed) -> str | None:
        """What the file's manifest promises the content to be, as ``content`` would answer; None without one."""

    def fetch(self, name: str, folder: Path) -> Path | None:
        """The file as a local one (a copy below ``folder`` if it is elsewhere), with its manifest; None if missing."""

    def confirm(self, receipts: Iterable[str]) -> None:
        """What followed from these notifications is recorded; do not send them again. Confirming twice is fine."""
