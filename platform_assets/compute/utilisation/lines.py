"""The events of a log, one after the other, in constant memory."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from platform_assets.compute.utilisation.errors import EventLogBroken
from platform_assets.compute.utilisation.files import LogFile
from platform_assets.lake.store import Store

if TYPE_CHECKING:
    import pyarrow as pa

# What was unpacked of a read that then meets the end of a cut-off file is lost, so reads are small.
_CHUNK = 4096
# pyarrow's words for a compressed file that ends in its middle.
_CUT_OFF = "Truncated compressed stream"
_DAMAGED = ("decompress failed", "inflate failed")
_MADE_BY_SPARK = "Event"

Event = dict[str, Any]


def read_events(files: Sequence[LogFile], store: Store) -> Iterator[tuple[str, int, Event]]:
    """Every event as (file, line from 1, fields).

    The last line of the last file may be cut off, and a compressed last file too: that is how a killed driver, or one
    that is still at work, leaves its log.

    Raises:
        EventLogBroken: any other line is no JSON object with the field ``Event``.
        OSError: the disk or the server does not give the file.
    """
    for file in files:
        is_last = file == files[-1]
        for number, line, is_whole in _lines(file, store, is_last):
            event = _event(file.location, number, line, may_be_cut_off=is_last and not is_whole)
            if event is not None:
                yield file.location, number, event


def _event(file: str, number: int, line: bytes, *, may_be_cut_off: bool) -> Event | None:
    try:
        event = json.loads(line)
    except ValueError as error:
        if may_be_cut_off:
            return None
        raise EventLogBroken(file, number, str(error).rstrip(".")) from None
    if not isinstance(event, dict) or not isinstance(event.get(_MADE_BY_SPARK), str):
        raise EventLogBroken(file, number, f"it has no field '{_MADE_BY_SPARK}'")
    return event


def _lines(file: LogFile, store: Store, is_last: bool) -> Iterator[tuple[int, bytes, bool]]:
    """Lines with their numbers, and whether they end with a line break."""
    number, pending = 0, [b""]
    with _opened(file, store) as stream:
        while chunk := _read(stream, file, number + 1, is_last):
            *ends, rest = chunk.split(b"\n")
            for end in ends:
                number, line, pending = number + 1, b"".join([*pending, end]), []
                if line.strip():
                    yield number, line, True
            pending.append(rest)
    if last := b"".join(pending).strip():
        yield number + 1, last, False


def _read(stream: pa.NativeFile, file: LogFile, line: int, is_last: bool) -> bytes:
    try:
        return bytes(stream.read(_CHUNK))
    except OSError as error:
        if file.codec is None or not any(words in str(error) for words in (_CUT_OFF, *_DAMAGED)):
            raise
        if is_last and _CUT_OFF in str(error):
            return b""
        raise EventLogBroken(file.location, line, str(error).rstrip(".")) from None


@contextlib.contextmanager
def _opened(file: LogFile, store: Store) -> Iterator[pa.NativeFile]:
    import pyarrow as pa

    with store.filesystem.open_input_stream(store.path(file.location), compression=None) as stream:
        if file.codec is None:
            yield stream
        else:
            with pa.CompressedInputStream(stream, file.codec) as unpacked:
                yield unpacked
