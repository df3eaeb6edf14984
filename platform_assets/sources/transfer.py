"""One HTTP request for a file: ask only for what is missing or changed, and check that all that was said arrives."""

from __future__ import annotations

import re
from enum import Enum

import requests

from platform_assets.sources.cache import Entry, PartRecord, Record
from platform_assets.sources.errors import DownloadFailed, NotFound

CHUNK = 1 << 16
# Answers that ask for patience, besides all of 500 and above (RFC 9110, RFC 6585, RFC 8470).
COME_BACK_LATER = {408, 425, 429}
GONE = {404, 410}


class Outcome(Enum):
    """How a request ended."""

    ARRIVED = "arrived"
    UNCHANGED = "unchanged"


class Interrupted(Exception):
    """A request that may well succeed when it is sent again.

    Attributes:
        reason: what happened, in words.
        retry_after: the server's ``Retry-After`` header.
    """

    def __init__(self, reason: str, retry_after: str | None = None) -> None:
        self.reason, self.retry_after = reason, retry_after
        super().__init__(reason)


def transfer(
    session: requests.Session, entry: Entry, cached: Record | None, max_bytes: int, timeouts: tuple[float, float]
) -> Outcome:
    """Send one request for an address; what arrives is added to the entry's part.

    A part of the same version is continued (``Range`` with ``If-Range``); a complete file is asked for only if it
    changed (``If-None-Match``, ``If-Modified-Since``).

    Args:
        cached: record of the complete file, if there is one.
        timeouts: seconds to wait for the connection, and for each piece of the answer.

    Raises:
        Interrupted: the connection broke or the server asks to come back; the part keeps what has arrived.
        DownloadFailed: asking again would not help.
    """
    part = entry.resumable()
    headers = {"Accept-Encoding": "identity", **(_continuing(entry, part) if part else _unless_same(cached))}
    try:
        with session.get(entry.url, headers=headers, stream=True, timeout=timeouts) as response:
            if response.status_code == 304 and part is None and cached is not None:
                return Outcome.UNCHANGED
            total = _begin(entry, part, response, max_bytes)
            _receive(entry, response, total, max_bytes)
    except requests.exceptions.SSLError as error:
        raise _untrusted(entry.url, error) from error
    except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
        raise Interrupted(f"the connection failed ({_first_line(error)})") from error
    except requests.RequestException as error:
        raise DownloadFailed(entry.url, _first_line(error), "Correct the address.") from error
    return Outcome.ARRIVED


def _continuing(entry: Entry, part: PartRecord) -> dict[str, str]:
    return {"Range": f"bytes={entry.arrived}-", "If-Range": part.validator or ""}


def _unless_same(cached: Record | None) -> dict[str, str]:
    if cached is None:
        return {}
    asked = {"If-None-Match": cached.etag, "If-Modified-Since": cached.last_modified}
    return {name: value for name, value in asked.items() if value is not None}


def _begin(entry: Entry, part: PartRecord | None, response: requests.Response, max_bytes: int) -> int | None:
    """Prepare the part for the body; returns how many bytes the whole file has, if the server says so."""
    if response.status_code == 206 and part is not None:
        total = _continued_total(entry, part, response)
    elif response.status_code == 200:
        length = response.headers.get("Content-Length", "")
        total = int(length) if length.isdecimal() else None
        etag, modified = response.headers.get("ETag"), response.headers.get("Last-Modified")
        entry.begin_part(PartRecord(entry.url, etag, modified, total))
    else:
        raise _refusal(entry, response)
    if total is not None and total > max_bytes:
        entry.discard_part()
        raise _too_large(entry.url, f"it has {total:,} bytes", max_bytes)
    return total


def _continued_total(entry: Entry, part: PartRecord, response: requests.Response) -> int | None:
    said = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
    etag = response.headers.get("ETag", part.etag)
    total = int(said[2]) if said and said[2] != "*" else part.total
    if said is None or int(said[1]) != entry.arrived or etag != part.etag or total != (part.total or total):
        entry.discard_part()
        raise Interrupted("the server continued another version of the file than the one that was begun")
    return total


def _receive(entry: Entry, response: requests.Response, total: int | None, max_bytes: int) -> None:
    arrived = entry.arrived
    with entry.part.open("ab") as file:
        for chunk in response.iter_content(CHUNK):
            arrived += len(chunk)
            if arrived > max_bytes:
                break
            file.write(chunk)
    if arrived > max_bytes:
        entry.discard_part()
        raise _too_large(entry.url, "more than that arrived", max_bytes)
    if total is not None and arrived != total:
        if arrived > total:
            entry.discard_part()
        raise Interrupted(f"{arrived:,} bytes arrived instead of {total:,}")


def _refusal(entry: Entry, response: requests.Response) -> Exception:
    status = response.status_code
    said = f"the server answered {status} {response.reason}".rstrip()
    if status in COME_BACK_LATER or status >= 500:
        return Interrupted(said, response.headers.get("Retry-After"))
    if status == 416:
        # There is nothing after what has arrived, and yet it was not the whole file: begin again.
        entry.discard_part()
        return Interrupted(said)
    if status in GONE:
        return NotFound(entry.url, said, "Check the address; a file that is not published yet appears there later.")
    return DownloadFailed(entry.url, said, "Check the address, and whether this machine may read from it.")


def _too_large(url: str, what: str, max_bytes: int) -> DownloadFailed:
    return DownloadFailed(
        url, f"{what}, the limit is {max_bytes:,}", "Check what is offered there, or raise the downloader's limit."
    )


def _untrusted(url: str, error: Exception) -> DownloadFailed:
    return DownloadFailed(
        url,
        f"there is no trusted connection to the server ({_first_line(error)})",
        "If a certificate is missing on this machine, name a bundle that has it in REQUESTS_CA_BUNDLE; "
        "certificates are always checked.",
    )


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]
