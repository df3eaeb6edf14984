"""The part of many logs that tells why a job failed: the root exception, what it led to, and the lines around it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from platform_assets.compute.logs.episode import Cause, Episode
from platform_assets.compute.logs.episodes import episodes
from platform_assets.compute.logs.excerpt import LogSection, excerpt
from platform_assets.compute.logs.lines import is_complaint
from platform_assets.compute.logs.sources import source_rank

#: An extract has at most so many lines, over all its sections.
MAX_LINES = 120
# Of them for the log that tells the root cause; the rest is for the other side, executor or driver.
_LINES_OF_THE_ROOT, _OTHER_SECTIONS = 80, 2

# What follows from a failure elsewhere: another log may tell of the failure itself.
_CONSEQUENCE = re.compile(
    r"finished with failed status|User application exited|Execution failed with code"
    r"|exited with (?:status |code )?\d|ExecutorLostFailure|Connection (?:reset|refused)|Broken pipe"
    r"|Spark(?:Context|Session)\S* (?:was|has been|is) (?:shut ?down|stopped|cancelled)"
    r"|Answer from Java side is empty|Error while sending or receiving"
)
_CONSEQUENCES = frozenset(
    {"SystemExit", "InterruptedException", "ClosedChannelException", "Py4JNetworkError", "ClusterFailed"}
)


@dataclass(frozen=True)
class LogExtract:
    """Why a job failed, by its logs.

    Attributes:
        causes: the chain of exceptions, the outermost one first, the root cause last; never empty.
        source: name of the log that tells the root cause.
        sections: excerpts, that of ``source`` first; :data:`MAX_LINES` lines at most together.
    """

    causes: tuple[Cause, ...]
    source: str
    sections: tuple[LogSection, ...]

    @property
    def root(self) -> Cause:
        """The root cause."""
        return self.causes[-1]

    @property
    def text(self) -> str:
        """The extract as a text: the chain in words, then the excerpts with the names of their logs."""
        chain = [f"{'caused by ' if depth else ''}{cause.in_words}" for depth, cause in enumerate(self.causes)]
        excerpts = [
            f"--- {each.source}, from line {each.first_line}\n" + "\n".join(each.lines) for each in self.sections
        ]
        return "\n\n".join(["\n".join(chain), *excerpts]) + "\n"


@dataclass(frozen=True)
class _Candidate:
    source: str
    lines: Sequence[str]
    episode: Episode

    @property
    def order(self) -> tuple[int, int, int]:
        """What tells most comes first: a failure before its consequence, the driver before an executor, the newest."""
        root = self.episode.causes[-1]
        follows = root.exception.rpartition(".")[2] in _CONSEQUENCES or _CONSEQUENCE.search(root.message)
        tier = 3 if self.episode.quiet else 2 if follows else 0 if root.exception else 1
        return tier, source_rank(self.source), -self.episode.first


def extract_failure(logs: Mapping[str, str]) -> LogExtract | None:
    """The failure that a job's logs tell of, or None if they tell of none.

    Exceptions are preferred to errors without one (``command not found``), these to what only follows from a failure
    (``Application finished with failed status``), the driver's logs to those of executors, and of one log the newest
    failure. What a logger wrote as a warning counts only if there is nothing else. Never raises.

    Args:
        logs: content by name; the name says whose log it is, as EMR names its objects (``steps/s-1/stderr.gz``,
            ``containers/application_1/container_1_01_000002/stdout.gz``) or plainly (``driver/stdout``).
    """
    read = {name: text.splitlines() for name, text in logs.items()}
    found = sorted(
        (
            _Candidate(name, lines, each)
            for name, lines in read.items()
            for each in [*episodes(lines), *_complaints(lines)]
        ),
        key=lambda candidate: candidate.order,
    )
    if not found:
        return None
    first = found[0]
    sections = [excerpt(first.source, first.lines, first.episode, _LINES_OF_THE_ROOT)]
    for other in _others(found):
        left = (MAX_LINES - _LINES_OF_THE_ROOT) // _OTHER_SECTIONS
        sections.append(excerpt(other.source, other.lines, other.episode, left))
    return LogExtract(first.episode.causes, first.source, tuple(sections))


def _others(found: Sequence[_Candidate]) -> list[_Candidate]:
    """The best failure of each other log, for what it says beside the root cause."""
    best: dict[str, _Candidate] = {}
    for candidate in found:
        best.setdefault(candidate.source, candidate)
    return list(best.values())[1 : 1 + _OTHER_SECTIONS]


def _complaints(lines: Sequence[str]) -> list[Episode]:
    """Errors without an exception, the newest of a log."""
    newest = next((number for number in reversed(range(len(lines))) if is_complaint(lines[number])), None)
    if newest is None:
        return []
    cause = Cause("", lines[newest].strip())
    return [Episode((cause,), newest, newest, newest, (newest,), quiet=False)]
