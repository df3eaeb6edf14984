"""One failure as a log tells it: a chain of causes over some lines."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """An exception of a chain.

    Attributes:
        exception: its type as the log names it (``ValueError``, ``java.io.IOException``); empty if the log has an
            error without an exception.
        message: what it says, its first line; may be empty.
    """

    exception: str
    message: str

    @property
    def in_words(self) -> str:
        """Type and message in one line."""
        return ": ".join(part for part in (self.exception, self.message) if part)


@dataclass(frozen=True, slots=True)
class Episode:
    """A failure in one log.

    Attributes:
        causes: the outermost exception first, the root cause last; never empty.
        first: number of its first line, from 0.
        last: number of its last line, from 0.
        root: number of the line that names the root cause.
        heads: numbers of the lines that name the causes.
        quiet: whether a logger wrote it at a level that does not mean a failure.
    """

    causes: tuple[Cause, ...]
    first: int
    last: int
    root: int
    heads: tuple[int, ...]
    quiet: bool
