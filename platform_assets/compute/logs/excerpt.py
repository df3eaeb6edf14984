"""The lines of a log to show for a failure: those that name its causes, and as many around them as there is room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from platform_assets.compute.logs.episode import Episode

#: A line is cut after so many characters.
LINE_CHARACTERS = 1000
# Lines before the root cause that hold its traceback, and around the whole failure what led to it.
_TRACEBACK, _AROUND = 20, 8


@dataclass(frozen=True, slots=True)
class LogSection:
    """Some lines of a log.

    Attributes:
        source: name of the log.
        first_line: number of the first of them, from 1.
        lines: as in the log, long ones cut; a line ``...`` stands for lines that were left out.
    """

    source: str
    first_line: int
    lines: tuple[str, ...]


def excerpt(source: str, lines: Sequence[str], episode: Episode, most: int) -> LogSection:
    """At most ``most`` lines of a log about a failure, with the one that names the root cause."""
    chosen: set[int] = set()
    for number in _by_importance(episode, len(lines)):
        # Each line may need another one that stands for a gap before it.
        if len(chosen) >= most or _shown_length(chosen | {number}) > most:
            break
        chosen.add(number)
    ordered = sorted(chosen)
    shown: list[str] = []
    for number in ordered:
        if shown and number - 1 not in chosen:
            shown.append("...")
        shown.append(lines[number][:LINE_CHARACTERS])
    return LogSection(source, ordered[0] + 1, tuple(shown))


def _by_importance(episode: Episode, length: int) -> Iterator[int]:
    wanted = [
        [episode.root],
        reversed(range(max(episode.first, episode.root - _TRACEBACK), episode.root)),
        episode.heads,
        range(episode.first, episode.last + 1),
        reversed(range(max(0, episode.first - _AROUND), episode.first)),
        range(episode.last + 1, min(length, episode.last + 1 + _AROUND)),
    ]
    for numbers in wanted:
        yield from numbers


def _shown_length(chosen: set[int]) -> int:
    gaps = sum(number - 1 not in chosen for number in chosen) - 1
    return len(chosen) + gaps
