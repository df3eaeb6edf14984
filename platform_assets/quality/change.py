"""One difference between two versions of a contract, judged."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """A difference between the contract that a table was published under and the one that is declared now.

    Attributes:
        field: where it is, as in ``columns.gate``.
        words: what changed, as in "was dropped".
        remedy: what to do instead; empty exactly if the change is accepted.
        needs_version: whether readers must be able to tell, so that it takes a new contract version.
    """

    field: str
    words: str
    remedy: str = ""
    needs_version: bool = True

    @property
    def accepted(self) -> bool:
        """Whether a publish may bring this change."""
        return not self.remedy

    def __str__(self) -> str:
        return f"{self.field} {self.words}.{f' {self.remedy}' if self.remedy else ''}"


def refused(field: str, words: str, remedy: str) -> Change:
    """A change that no publish may bring."""
    return Change(field, words, remedy)


def noted(field: str, words: str) -> Change:
    """A change that readers of the rows need not know of."""
    return Change(field, words, needs_version=False)
