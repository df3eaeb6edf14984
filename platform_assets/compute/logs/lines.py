"""The lines by which Python, Java and Spark's logging tell of a failure."""

from __future__ import annotations

import re

from platform_assets.compute.logs.episode import Cause

#: A message of an exception is cut after so many characters.
MESSAGE_CHARACTERS = 2000

TRACEBACK = "Traceback (most recent call last):"
#: Between the tracebacks of a chain, from Python's module ``traceback``; the one before is the cause.
CHAINED = (
    "The above exception was the direct cause of the following exception:",
    "During handling of the above exception, another exception occurred:",
)
#: Exceptions whose message carries the traceback of another process, or of their parts.
CARRIERS = ("PythonException", "ExceptionGroup")

_JAVA_CLASS = r"(?:[a-z_][\w$]*\.)+[A-Z][\w$]*(?:Exception|Error|Throwable|Failure|Fault)"
_JAVA_THROWN = re.compile(
    rf"(?:^|(?<=[:\s]))(?P<name>{_JAVA_CLASS})(?=:|$)(?::[ ]?(?P<message>.*?))?(?=: {_JAVA_CLASS}(?::|$)|$)"
)
_JAVA_FRAME = re.compile(r"^\s+at [\w.$/<>-]+\(|^\s+\.\.\. \d+ (?:more|common frames omitted)")
_LOGGED = re.compile(
    r"^\W?(?:\d{2}/\d{2}/\d{2}|\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}:\d{2}\S*\s+(?:\S+\s+){0,2}?"
    r"(?P<level>TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|CRITICAL)\b"
)
_PYTHON_THROWN = re.compile(r"^(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_<][\w<>]*)*)(?::(?: (?P<message>.*))?)?$")
_GROUP_MARGIN = re.compile(r"^\s*\| ?")
_QUIET_LEVELS = frozenset({"TRACE", "DEBUG", "INFO", "WARN", "WARNING"})
_COMPLAINT = re.compile(
    r"\b(?:ERROR|FATAL|CRITICAL)\b|^(?:E|ERROR|error|fatal|Fatal error): |command not found|Permission denied"
    r"|AccessDenied|No space left on device|(?<!un)\b[Kk]illed\b|\bexit (?:code|status) [1-9]"
)
# Dagster's own log says of every failed step that it failed.
_DAGSTER = " - dagster - "


def plain(line: str) -> str:
    """A line without the margin by which an exception group is drawn."""
    return _GROUP_MARGIN.sub("", line)


def level(line: str) -> str | None:
    """The level of a line that a logger wrote; None for any other."""
    found = _LOGGED.match(line)
    return found["level"] if found else None


def is_quiet(line: str) -> bool:
    """Whether a logger wrote the line at a level that does not mean a failure."""
    return level(line) in _QUIET_LEVELS


def is_java_frame(line: str) -> bool:
    """Whether the line is a frame of a Java stack trace, or stands for frames that were left out."""
    return bool(_JAVA_FRAME.match(line))


def is_complaint(line: str) -> bool:
    """Whether a line without an exception tells of an error, as those of shells and package managers do."""
    return bool(_COMPLAINT.search(line)) and not is_quiet(line) and _DAGSTER not in line


def java_causes(line: str) -> list[Cause]:
    """The exceptions of Java that a line names, the outer one first; none if it names none."""
    found = _JAVA_THROWN.finditer(line[: 2 * MESSAGE_CHARACTERS])
    return [Cause(each["name"], _told(each["message"])) for each in found]


def python_cause(line: str) -> Cause | None:
    """The exception with which a traceback of Python ends; None if the line is not such an end."""
    found = _PYTHON_THROWN.match(line[: 2 * MESSAGE_CHARACTERS])
    return Cause(found["name"], _told(found["message"])) if found else None


def _told(message: str | None) -> str:
    text = (message or "").strip()
    return "" if text == TRACEBACK else text.removesuffix(TRACEBACK).strip()[:MESSAGE_CHARACTERS]
