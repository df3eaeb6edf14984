"""A polite downloader: one request at a time per host, patient with busy servers, never half a file under its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import requests
from urllib3.exceptions import InvalidHeader
from urllib3.util import Retry

from platform_assets.sources.cache import Entry, Record, host_name
from platform_assets.sources.clock import Clock
from platform_assets.sources.errors import DownloadFailed, SourceError
from platform_assets.sources.transfer import Interrupted, Outcome, transfer
from platform_assets.sources.turns import host_turn

Check = Callable[[Path], None]
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Manners:
    """How the downloader behaves towards a server; all times in seconds.

    Attributes:
        pause: between the end of a request and the beginning of the next to the same host.
        attempts: requests for one file before giving up.
        backoff: wait after the first failed attempt; it doubles with each further one.
        longest_wait: most that is waited before one attempt. A server that asks for more is not asked again.
        connect_timeout: longest wait for a connection.
        read_timeout: longest silence within an answer.
        max_bytes: largest file that is taken.
    """

    pause: float = 2.0
    attempts: int = 5
    backoff: float = 2.0
    longest_wait: float = 300.0
    connect_timeout: float = 15.0
    read_timeout: float = 60.0
    max_bytes: int = 1 << 30


@dataclass(frozen=True)
class Downloaded:
    """A complete file in the cache; ``fresh`` says whether this call brought it."""

    path: Path
    record: Record
    fresh: bool


class Downloader:
    """Downloads files into a cache folder; it asks for an address once in its life, so make one for each task.

    Args:
        folder: the cache; files lie in it by host, each with its record (``.json``: address, version, SHA-256).
        manners: how to behave towards servers.
        clock: how to tell the time and wait.
        tell: is told in words what is requested and why it has to wait.
    """

    def __init__(
        self, folder: Path, manners: Manners | None = None, clock: Clock | None = None, tell: Tell | None = None
    ) -> None:
        self._folder = folder
        self._manners = manners or Manners()
        self._clock = clock or Clock()
        self._tell: Tell = tell or (lambda words: None)
        self._had: dict[str, Downloaded] = {}

    def fetch(self, url: str, check: Check | None = None) -> Downloaded:
        """The file at ``url``: downloaded, continued, or kept if the server says that it did not change.

        A download that was cut off is continued by the next attempt or call, if the server's version is still the
        same. The file gets its name only after its length was verified and ``check`` accepted it.

        Args:
            check: looks at the complete file before it gets its name, and raises SourceError if it is not usable.

        Raises:
            NotFound: the server does not have the file.
            DownloadFailed: the server refuses it, or every attempt failed.
        """
        if url not in self._had:
            self._had[url] = self._fetch(url, check)
        return self._had[url]

    def _fetch(self, url: str, check: Check | None) -> Downloaded:
        entry = Entry(self._folder, url)
        with (
            requests.Session() as session,
            host_turn(self._folder / "hosts", host_name(url), self._manners.pause, self._clock) as turn,
        ):
            session.headers["User-Agent"] = f"platform-assets/{_version()}"
            wait, reason = 0.0, ""
            for attempt in range(1, self._manners.attempts + 1):
                try:
                    with turn.request(wait):
                        return self._attempt(session, entry, check)
                except Interrupted as error:
                    reason, wait = error.reason, self._wait(url, attempt, error)
                    self._tell(f"{url}: {reason}; attempt {attempt} of {self._manners.attempts}")
        raise DownloadFailed(
            url,
            f"{self._manners.attempts} attempts failed, the last because {reason}",
            "Try again later; a download that was cut off is continued if the server allows it.",
        )

    def _attempt(self, session: requests.Session, entry: Entry, check: Check | None) -> Downloaded:
        self._tell(f"requesting {entry.url}")
        cached, manners = entry.whole(), self._manners
        timeouts = (manners.connect_timeout, manners.read_timeout)
        outcome = transfer(session, entry, cached, manners.max_bytes, timeouts)
        if outcome is Outcome.UNCHANGED and cached is not None:
            return Downloaded(entry.file, cached, fresh=False)
        try:
            if check is not None:
                check(entry.part)
        except SourceError:
            entry.discard_part()
            raise
        return Downloaded(entry.file, entry.complete(self._now()), fresh=True)

    def _wait(self, url: str, attempt: int, error: Interrupted) -> float:
        """Seconds before the next attempt: what the server asks for, or twice as long each time, with a draw."""
        asked = _seconds(error.retry_after)
        if asked is not None and asked > self._manners.longest_wait:
            raise DownloadFailed(
                url,
                f"{error.reason} and asks to come back in {asked:,.0f} seconds",
                "Try again after that time.",
            )
        grown = min(self._manners.longest_wait, self._manners.backoff * 2.0 ** (attempt - 1))
        return asked if asked is not None else grown * (0.5 + 0.5 * self._clock.draw())

    def _now(self) -> str:
        return datetime.fromtimestamp(self._clock.now(), UTC).isoformat(timespec="seconds")


def _seconds(retry_after: str | None) -> float | None:
    """A ``Retry-After`` header, which is a number of seconds or a date; None if there is none to be understood."""
    if retry_after is None:
        return None
    try:
        return Retry(retry_after_max=10**9).parse_retry_after(retry_after)
    except InvalidHeader:
        return None


def _version() -> str:
    try:
        return version("platform-assets")
    except PackageNotFoundError:
        return "0"
