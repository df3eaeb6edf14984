"""Which files make up the event log of one application, in the order in which Spark wrote them.

Spark writes one file named after the application (the default until 3.5), or a folder ``eventlog_v2_<application>``
of files ``events_<number>_<application>`` (the default from 4.0). ``.inprogress`` marks what was not closed; a codec's
name ends compressed files; ``.compact`` one in which the history server merged all files up to its number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from platform_assets.compute.utilisation.errors import (
    CodecUnknown,
    EventLogIncomplete,
    EventLogMissing,
    SeveralEventLogs,
)
from platform_assets.lake.store import Store

ROLLING_FOLDER = "eventlog_v2_"
#: Codec of pyarrow by the ending of a file.
CODECS = {"zstd": "zstd", "zst": "zstd", "gz": "gzip"}
_SPARK_ONLY = ("lz4", "lzf", "snappy")
_PART = re.compile(r"events_(\d+)_.+")
_UNFINISHED, _COMPACT = ".inprogress", ".compact"


@dataclass(frozen=True)
class LogFile:
    """One file of a log; ``codec`` is pyarrow's name for its compression, None for plain text."""

    location: str
    codec: str | None


def log_files(location: str, store: Store) -> list[LogFile]:
    """The files of the log at ``location``: a file, a rolling log's folder, or a folder that holds just one log.

    The ending ``.inprogress`` of a file may be left out.

    Raises:
        EventLogMissing: there is none.
        SeveralEventLogs: the folder holds more than one.
        EventLogIncomplete: a rolling log lacks a file.
        CodecUnknown: a file is compressed with lz4, lzf or snappy.
    """
    logs = _logs_at(location.rstrip("/"), store)
    if not logs:
        raise EventLogMissing(location)
    if len(logs) > 1:
        raise SeveralEventLogs(location, sorted(logs))
    ((name, found),) = logs.items()
    ordered = _rolling_order(name, found) if _is_rolling(name) else found
    return [LogFile(file, _codec(file)) for file in ordered]


def _logs_at(location: str, store: Store) -> dict[str, list[str]]:
    """Files by log, which is known by its file or its folder."""
    # An application that goes on, or ended meanwhile, has the log under the one name or the other.
    for name in (location, location + _UNFINISHED, location.removesuffix(_UNFINISHED)):
        if _is_file(name, store):
            return {name: [name]}
    logs: dict[str, list[str]] = {}
    for file in store.list(location):
        folder, _, name = file.location.rpartition("/")
        if _is_rolling(folder) and _PART.fullmatch(name):
            logs.setdefault(folder, []).append(file.location)
        elif not _is_rolling(folder) and not name.startswith((".", "_")):
            logs.setdefault(file.location, []).append(file.location)
    return logs


def _is_file(location: str, store: Store) -> bool:
    from pyarrow.fs import FileType

    return bool(store.filesystem.get_file_info(store.path(location)).type == FileType.File)


def _is_rolling(location: str) -> bool:
    return location.rsplit("/", 1)[-1].startswith(ROLLING_FOLDER)


def _rolling_order(folder: str, files: list[str]) -> list[str]:
    by_number: dict[int, str] = {}
    # A compact file sorts behind the one that it stands for.
    for file in sorted(files, key=lambda name: name.endswith(_COMPACT)):
        by_number[_number(file)] = file
    first = max((number for number, file in by_number.items() if file.endswith(_COMPACT)), default=1)
    for number in range(first, max(by_number) + 1):
        if number not in by_number:
            raise EventLogIncomplete(folder, number)
    return [by_number[number] for number in sorted(by_number) if number >= first]


def _number(file: str) -> int:
    matched = _PART.fullmatch(file.rsplit("/", 1)[-1])
    return int(matched[1]) if matched else 0


def _codec(file: str) -> str | None:
    ending = file.removesuffix(_COMPACT).removesuffix(_UNFINISHED).rsplit(".", 1)[-1]
    if ending in _SPARK_ONLY:
        raise CodecUnknown(file, ending)
    return CODECS.get(ending)
