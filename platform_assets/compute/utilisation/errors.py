"""What can be wrong with an event log; each message names the file, the rule and the remedy."""

from __future__ import annotations

from collections.abc import Sequence


class EventLogError(Exception):
    """An event log that cannot be read."""


class EventLogMissing(EventLogError):
    """There is no event log at the location."""

    def __init__(self, location: str) -> None:
        super().__init__(
            f"There is no Spark event log at '{location}'. Name the file, or the folder eventlog_v2_... of a rolling "
            "log; Spark writes one if spark.eventLog.enabled is true, into the folder spark.eventLog.dir."
        )


class SeveralEventLogs(EventLogError):
    """A folder holds the logs of several applications."""

    def __init__(self, location: str, found: Sequence[str]) -> None:
        names = ", ".join(name.rsplit("/", 1)[-1] for name in found[:5])
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        super().__init__(
            f"'{location}' holds the event logs of {len(found)} applications: {names}{more}. Name one of them."
        )


class EventLogIncomplete(EventLogError):
    """A file in the middle of a rolling log is not there."""

    def __init__(self, location: str, missing: int) -> None:
        super().__init__(
            f"The rolling event log '{location}' lacks its file events_{missing}_...; figures without it would be "
            "wrong. Copy the whole folder."
        )


class CodecUnknown(EventLogError):
    """The log is compressed in a way that only Spark reads."""

    def __init__(self, file: str, codec: str) -> None:
        super().__init__(
            f"'{file}' is compressed with {codec}, in a framing of Spark's own that cannot be read here. Run the job "
            "with spark.eventLog.compression.codec=zstd."
        )


class EventLogBroken(EventLogError):
    """A line of the log is not what Spark writes."""

    def __init__(self, file: str, line: int, problem: str) -> None:
        super().__init__(
            f"Line {line} of '{file}' is not an event of Spark's: {problem}. Only the last line of a log may be cut "
            "off. Copy the log again, or see whether it is an event log at all."
        )


class MachineMetricsBroken(Exception):
    """The file of a cluster's machine metrics cannot be understood."""

    def __init__(self, location: str, problem: str) -> None:
        super().__init__(
            f"The metrics of the machines in '{location}' cannot be read: {problem.rstrip('.')}. The file is written "
            "once, as the cluster ends; without it the event log still tells what Spark did."
        )
