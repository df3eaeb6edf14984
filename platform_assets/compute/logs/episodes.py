"""Reads the failures in a log: tracebacks of Python, stack traces of Java, and one within the other.

Python prints the cause before what it led to, with a sentence between them (module ``traceback``); Java prints it
afterwards, behind ``Caused by:`` (``java.lang.Throwable.printStackTrace``). Py4J appends Java's stack trace to the
message of a Python exception, and Spark puts the traceback of a Python worker into the message of a Java exception.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from platform_assets.compute.logs.chain import Chain
from platform_assets.compute.logs.episode import Cause, Episode
from platform_assets.compute.logs.lines import (
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


def episodes(lines: Sequence[str]) -> Iterator[Episode]:
    """The failures of a log in their order; never raises."""
    reading: _Reading | None = None
    for number, raw in enumerate(lines):
        line = plain(raw)
        if reading is not None and reading.takes(number, line):
            continue
        if reading is not None and not reading.chain.is_empty:
            yield reading.episode()
        quiet = is_quiet(line) or (level(line) is None and number > 0 and is_quiet(lines[number - 1]))
        reading = _begun(number, line, quiet)
    if reading is not None and not reading.chain.is_empty:
        yield reading.episode()


def _begun(number: int, line: str, quiet: bool) -> _Reading | None:
    thrown, in_traceback = _thrown(line), TRACEBACK in line
    if not thrown and not in_traceback:
        return None
    begun = _Reading(number, quiet)
    begun.name_java(thrown, number)
    if in_traceback:
        begun.open_traceback(line)
    return begun


def _thrown(line: str) -> list[Cause]:
    return java_causes(line.lstrip().removeprefix(_CAUSED_BY))


class _Reading:
    """A failure of which some lines were read."""

    def __init__(self, first: int, quiet: bool) -> None:
        self.chain = Chain()
        self._first = self._last = first
        self._quiet = quiet
        self._in_traceback = False
        self._indentation = 0
        self._loose = 0
        self._suppressed: int | None = None

    def takes(self, number: int, line: str) -> bool:
        """Read a line if it belongs to the failure; otherwise the failure is over."""
        if level(line) is not None or not self._takes(number, line):
            return False
        self._last = number if line.strip() and not self._loose else self._last
        return True

    def _takes(self, number: int, line: str) -> bool:
        if self._in_traceback:
            return self._inside_traceback(number, line)
        if TRACEBACK in line:
            return self._next_traceback(number, line)
        if line.strip() in CHAINED:
            self.chain.link()
            self._loose = 0
            return True
        return self._after_traceback(number, line)

    def _inside_traceback(self, number: int, line: str) -> bool:
        if not line.strip() or line[: self._indentation + 1].isspace():
            return True
        cause = python_cause(line[self._indentation :])
        self._in_traceback = False
        if cause is None:
            # Something cut the traceback short.
            return self._after_traceback(number, line)
        self.chain.add_python(cause, number)
        return True

    def _next_traceback(self, number: int, line: str) -> bool:
        thrown = _thrown(line)
        if not (thrown or self.chain.is_chained or self.chain.carries_a_traceback):
            return False
        self.chain.next_traceback()
        self.name_java(thrown, number)
        self.open_traceback(line)
        return True

    def open_traceback(self, line: str) -> None:
        """A traceback begins with this line; its end stands as far to the right as its beginning."""
        self._in_traceback, self._loose = True, 0
        before = line[: line.index(TRACEBACK)]
        self._indentation = len(before) if not before.strip() else 0

    def name_java(self, thrown: Sequence[Cause], number: int) -> None:
        """Exceptions of Java are named in a line, or none."""
        if thrown:
            self.chain.add_java(thrown, number)
            self._loose, self._suppressed = 0, None

    def _after_traceback(self, number: int, line: str) -> bool:
        if is_java_frame(line):
            self.chain.java_frame()
            self._loose = 0
            return True
        if self._is_suppressed(line):
            return True
        thrown = self._next_java(line)
        self.name_java(thrown, number)
        if not thrown:
            self._loose += bool(line.strip())
            self.chain.complete_message(line)
        return self._loose <= LOOSE_LINES

    def _next_java(self, line: str) -> list[Cause]:
        """What follows in a Java chain: after ``Caused by:``, behind Py4J's colon, or below ``JVM stacktrace:``."""
        text = line.strip().removeprefix(": ")
        caused = text.startswith(_CAUSED_BY)
        causes = _thrown(text)
        begins = bool(causes) and text.removeprefix(_CAUSED_BY).startswith(causes[0].exception)
        return causes if begins and (caused or not self.chain.has_java_frames) else []

    def _is_suppressed(self, line: str) -> bool:
        """Whether the line is about what failed while a failure was cleaned up after; that caused nothing."""
        text = line.lstrip()
        indentation = len(line) - len(text)
        if text.startswith(_SUPPRESSED):
            self._suppressed = indentation if self._suppressed is None else min(self._suppressed, indentation)
            return True
        if self._suppressed is not None and text.startswith(_CAUSED_BY):
            if indentation >= self._suppressed:
                return True
            self._suppressed = None
        return False

    def episode(self) -> Episode:
        """What was read; the same exception told twice counts where it is told innermost."""
        found = self.chain.found()
        innermost = dict(found)
        causes = list(dict.fromkeys(cause for cause, _ in reversed(found)))[::-1]
        root = innermost[causes[-1]]
        return Episode(
            causes=tuple(causes),
            first=self._first,
            last=max(self._last, root),
            root=root,
            heads=tuple(sorted(number for _, number in found)),
            quiet=self._quiet,
        )
