"""How many requests this process made to S3, as far as the lake makes them: engines have clients of their own.

S3 asks for requests as well as for bytes. A file that is read counts as two GETs (how long it is, and its bytes), one
that is looked for as one, one that is written or copied as one PUT, and a listing as one PUT for each thousand files.
That is what they take as long as files are small enough for one part; retries are not seen, and deleting is free.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

FILES_A_LISTING = 1000


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests by what they cost: ``puts`` write, copy or list, ``gets`` read."""

    puts: int = 0
    gets: int = 0

    def __add__(self, other: Requests) -> Requests:
        return Requests(self.puts + other.puts, self.gets + other.gets)

    def __sub__(self, other: Requests) -> Requests:
        return Requests(self.puts - other.puts, self.gets - other.gets)


WRITE, LOOK, READ = Requests(puts=1), Requests(gets=1), Requests(gets=2)
_lock = threading.Lock()
_made = Requests()


def count_requests(made: Requests) -> None:
    """Add requests of this moment."""
    global _made
    with _lock:
        _made += made


def requests_made() -> Requests:
    """All of this process so far."""
    return _made


def listing(files: int) -> Requests:
    """Requests of a listing that found so many files."""
    return Requests(puts=max(1, -(-files // FILES_A_LISTING)))
