"""The chain of causes of one failure, put together from exceptions in the order in which a log names them."""

from __future__ import annotations

from collections.abc import Sequence

from platform_assets.compute.logs.episode import Cause
from platform_assets.compute.logs.lines import CARRIERS

#: An exception and the number of the line that names it.
Found = tuple[Cause, int]


class Chain:
    """Exceptions of Python name the cause first, those of Java last, and each can carry a chain of the other.

    A segment is a top-level exception of Python with what its message carries, or a chain of Java; its groups are in
    the order outer to inner, except that a group of chained Python exceptions has the cause first.
    """

    def __init__(self) -> None:
        self._segments: list[list[list[Found]]] = [[]]
        self._in_python_group = False
        self._java_frames = False
        self._chained = False

    @property
    def is_empty(self) -> bool:
        """Whether no exception was named yet."""
        return not any(self._segments)

    @property
    def is_chained(self) -> bool:
        """Whether the next exception of Python is one that the last one led to."""
        return self._chained

    @property
    def has_java_frames(self) -> bool:
        """Whether frames of Java came after the newest exception."""
        return self._java_frames

    @property
    def carries_a_traceback(self) -> bool:
        """Whether the newest exception is one whose message goes on with a traceback."""
        groups = self._segments[-1]
        return bool(groups) and groups[-1][-1][0].exception.endswith(CARRIERS) and not self._java_frames

    def java_frame(self) -> None:
        """A frame of Java ends the message of the exception before it."""
        self._java_frames, self._in_python_group = True, False

    def link(self) -> None:
        """The sentence between two tracebacks: the next exception was caused by the last one."""
        self._chained = True

    def next_traceback(self) -> None:
        """A traceback begins: of an exception that the last one led to, or one that its message carries."""
        if not self._chained:
            self._in_python_group = False
        elif not self._in_python_group:
            self._segments.append([])

    def add_java(self, thrown: Sequence[Cause], number: int) -> None:
        """Exceptions of Java that were named in a line, the outer one first."""
        self._segments[-1] += [[(cause, number)] for cause in thrown]
        self._java_frames, self._in_python_group = False, False

    def add_python(self, cause: Cause, number: int) -> None:
        """The exception that a traceback ends with."""
        if self._in_python_group and self._chained:
            self._segments[-1][-1].append((cause, number))
        else:
            # The first one of a segment heads it; what it carries comes behind it.
            self._in_python_group = bool(self._segments[-1])
            self._segments[-1].append([(cause, number)])
        self._chained, self._java_frames = False, False

    def complete_message(self, line: str) -> None:
        """An exception whose first line says nothing is told by the next one that does."""
        groups = self._segments[-1]
        if not groups or not line.strip() or self._java_frames:
            return
        cause, number = groups[-1][-1]
        if not cause.message:
            groups[-1][-1] = (Cause(cause.exception, line.strip()), number)

    def found(self) -> list[Found]:
        """Every exception, the outermost one first, the root cause last."""
        return [found for segment in reversed(self._segments) for group in segment for found in reversed(group)]
