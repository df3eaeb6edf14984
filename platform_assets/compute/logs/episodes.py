"""Reads the failures in a log: tracebacks of Python, stack traces of Java, and one within the other.

Python prints the cause before what it led to, with a sentence between them (module ``traceback``); Java prints it
afterwards, behind ``Caused by:`` (``java.lang.Throwable.printStackTrace``). Py4J appends Java's stack trace to the
message of a Python exception, and Spark puts the traceback of a Python worker into the message of a Java exception.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from platform_assets.compute.logs.episode import Cause, Episode
from platform_assets.compute.logs.lines import (
    CARRIERS,
    CHAINED,
    TRACEBACK,
    is_java_frame,
    is_quiet,
    java_causes,
    level,
    plain,
    python_cause,
)

# Lines of a message that may stand between the parts of one failure.
LOOSE_LINES = 40
_CAUSED_BY, _SUPPRESSED = "Caused by: ", "Suppressed: "

_Found = tuple[Cause, int]


def episodes(lines: Sequence[str]) -> Iterator[Episode]:
    """The failures of a log in their order; never raises."""
    reading: _Reading | None = None
    for number, raw in enumerate(lines):
        line = plain(raw)
        if reading is not None and reading.takes(number, line):
            continue
        if reading is not None and reading.causes_found:
            yield reading.episode()
        quiet = is_quiet(line) or (level(line) is None and number > 0 and is_quiet(lines[number - 1]))
        reading = _begun(number, line, quiet)
    if reading is not None and reading.causes_found:
        yield reading.episode()


def _begun(number: int, line: str, quiet: bool) -> _Reading | None:
    thrown, in_traceback = java_causes(line.lstrip().removeprefix(_CAUSED_BY)), TRACEBACK in line
    if not thrown and not in_traceback:
        return None
    begun = _Reading(number, quiet)
    begun.add_java(thrown, number)
    if in_traceback:
        begun.open_traceback(line)
    return begun


@dataclass
class _Reading:
    """A failure of which some lines were read.

    A segment is a top-level exception of Python with what its message carries, or a chain of Java; its groups are in
    the order outer to inner, except that a group of chained Python exceptions has the cause first.
    """

    first: int
    quiet: bool
    last: int = 0
    segments: list[list[list[_Found]]] = field(default_factory=lambda: [[]])
    in_traceback: bool = False
    indentation: int = 0
    loose: int = 0
    chained: bool = False
    java_since_python: bool = False
    in_python_group: bool = False
    suppressed: int | None = None

    def __post_init__(self) -> None:
        self.last = self.first

    @property
    def causes_found(self) -> bool:
        return any(self.segments)

    def takes(self, number: int, line: str) -> bool:
        """Read a line if it belongs to the failure; otherwise the failure is over."""
        if not self._takes(number, line):
            return False
        self.last = number if line.strip() and not self.loose else self.last
        return True

    def _takes(self, number: int, line: str) -> bool:
        if level(line) is not None:
            return False
        if self.in_traceback:
            return self._in_traceback(number, line)
        if TRACEBACK in line:
            return self._next_traceback(number, line)
        if line.strip() in CHAINED:
            self.chained, self.loose = True, 0
            return True
        return self._after_traceback(number, line)

    def _in_traceback(self, number: int, line: str) -> bool:
        if not line.strip() or line[: self.indentation + 1].isspace():
            return True
        cause = python_cause(line[self.indentation :])
        self.in_traceback = False
        if cause is None:
            # Something cut the traceback short.
            return self._after_traceback(number, line)
        self._add_python(cause, number)
        return True

    def _next_traceback(self, number: int, line: str) -> bool:
        thrown = java_causes(line.lstrip().removeprefix(_CAUSED_BY))
        if not thrown and not self.chained and not self._carries_a_traceback():
            return False
        if self.chained and not self.in_python_group:
            self.segments.append([])
        elif not self.chained:
            self.in_python_group = False
        self.add_java(thrown, number)
        self.open_traceback(line)
        return True

    def _carries_a_traceback(self) -> bool:
        """Whether the newest exception is one whose message goes on with a traceback."""
        groups = self.segments[-1]
        return bool(groups) and groups[-1][-1][0].exception.endswith(CARRIERS) and not self.java_since_python

    def open_traceback(self, line: str) -> None:
        """A traceback begins with this line; its end stands as far to the right as its beginning."""
        self.in_traceback, self.loose = True, 0
        before = line[: line.index(TRACEBACK)]
        self.indentation = len(before) if not before.strip() else 0

    def _after_traceback(self, number: int, line: str) -> bool:
        if is_java_frame(line):
            self.java_since_python, self.in_python_group, self.loose = True, False, 0
            return True
        if self._is_suppressed(line):
            return True
        thrown = self._next_java(line)
        if thrown:
            self.add_java(thrown, number)
            return True
        self.loose += bool(line.strip())
        self._complete_message(line)
        return self.loose <= LOOSE_LINES

    def _next_java(self, line: str) -> list[Cause]:
        """What follows in a Java chain: after ``Caused by:``, behind Py4J's colon, or below ``JVM stacktrace:``."""
        text = line.strip().removeprefix(": ")
        caused = text.startswith(_CAUSED_BY)
        causes = java_causes(text.removeprefix(_CAUSED_BY))
        named = causes[0].exception if causes else ""
        begins = text.removeprefix(_CAUSED_BY).startswith(named) and bool(named)
        return causes if begins and (caused or not self.java_since_python) else []

    def _is_suppressed(self, line: str) -> bool:
        """Whether the line is about what failed while a failure was cleaned up after; that caused nothing."""
        text = line.lstrip()
        indentation = len(line) - len(text)
        if text.startswith(_SUPPRESSED):
            self.suppressed = indentation if self.suppressed is None else min(self.suppressed, indentation)
            return True
        if self.suppressed is not None and text.startswith(_CAUSED_BY):
            if indentation >= self.suppressed:
                return True
            self.suppressed = None
        return False

    def add_java(self, thrown: Sequence[Cause], number: int) -> None:
        """Exceptions of Java that were named in a line."""
        for cause in thrown:
            self.segments[-1].append([(cause, number)])
        if thrown:
            self.loose, self.java_since_python, self.in_python_group, self.suppressed = 0, False, False, None

    def _add_python(self, cause: Cause, number: int) -> None:
        if self.in_python_group and self.chained:
            self.segments[-1][-1].append((cause, number))
        else:
            # The first one of a segment heads it; what it carries comes behind it.
            self.in_python_group = bool(self.segments[-1])
            self.segments[-1].append([(cause, number)])
        self.chained, self.java_since_python = False, False

    def _complete_message(self, line: str) -> None:
        """An exception whose first line says nothing is told by the next one that does."""
        groups = self.segments[-1]
        if not groups or not line.strip() or self.java_since_python:
            return
        cause, number = groups[-1][-1]
        if not cause.message and cause.exception:
            groups[-1][-1] = (Cause(cause.exception, line.strip()), number)

    def episode(self) -> Episode:
        """What was read; the same exception told twice counts where it is told innermost."""
        chain = [found for segment in reversed(self.segments) for group in segment for found in reversed(group)]
        innermost = dict(chain)
        causes = list(dict.fromkeys(cause for cause, _ in reversed(chain)))[::-1]
        return Episode(
            causes=tuple(causes),
            first=self.first,
            last=max(self.last, innermost[causes[-1]]),
            root=innermost[causes[-1]],
            heads=tuple(sorted(number for _, number in chain)),
            quiet=self.quiet,
        )
