"""Bad deliveries: real files of February, each spoiled in one way, with what a person must be told."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

Lines = list[str]


@dataclass(frozen=True)
class Spoiled:
    """One way to spoil a file.

    Attributes:
        spoil: makes the content of the header and rows of a good file.
        rule: what the message says of the broken rule.
        remedy: what it says to do.
        checks: the asset checks that fail.
    """

    spoil: Callable[[Lines], bytes]
    rule: str
    remedy: str
    checks: tuple[str, ...] = ("contract_columns",)


def _text(lines: Lines) -> bytes:
    return "".join(lines).encode()


def _with(column: str, value: str) -> Callable[[Lines], bytes]:
    def spoil(lines: Lines) -> bytes:
        header, first, *rest = (line.rstrip("\n").split(",") for line in lines)
        first[header.index(column)] = value
        return _text([",".join(row) + "\n" for row in (header, first, *rest)])

    return spoil


def _without_column(lines: Lines) -> bytes:
    rows = [line.rstrip("\n").split(",") for line in lines]
    position = rows[0].index("day")
    return _text([",".join(row[:position] + row[position + 1 :]) + "\n" for row in rows])


SPOILED = {
    "empty file": Spoiled(lambda lines: b"", "the file is empty (0 bytes)", "Deliver the file again."),
    "header only": Spoiled(
        lambda lines: _text(lines[:1]), "it has a header but no rows", "Deliver the complete file again."
    ),
    "cut off within a line": Spoiled(
        lambda lines: _text(lines)[:-7],
        "its last line has no line end, so the file was cut off",
        "Deliver the complete file again.",
    ),
    "cut off within the header": Spoiled(
        lambda lines: _text(lines)[:9],
        "its last line has no line end, so the file was cut off",
        "Deliver the complete file again.",
    ),
    "a line too short": Spoiled(
        lambda lines: _text([*lines[:3], lines[3].rsplit(",", 2)[0] + "\n", *lines[4:]]),
        "line 4 has",
        "Correct that line, or deliver the complete file again.",
    ),
    "a line too long": Spoiled(
        lambda lines: _text([*lines[:3], lines[3].replace("\n", ",1,2\n"), *lines[4:]]),
        "line 4 has",
        "Correct that line, or deliver the complete file again.",
    ),
    "a column missing": Spoiled(
        _without_column,
        "its columns differ from contract version 1: missing day",
        "Correct the file, or change the contract's columns and raise its version.",
    ),
    "a column too many": Spoiled(
        lambda lines: _text([lines[0].replace("\n", ",gate\n"), *(line.replace("\n", ",B2\n") for line in lines[1:])]),
        "its columns differ from contract version 1: not declared gate",
        "Correct the file, or change the contract's columns and raise its version.",
    ),
    "a column renamed": Spoiled(
        lambda lines: _text([lines[0].replace("day", "day_of_month"), *lines[1:]]),
        "its columns differ from contract version 1: missing day; not declared day_of_month",
        "Correct the file, or change the contract's columns and raise its version.",
    ),
    "not UTF-8": Spoiled(
        lambda lines: _text(lines).replace(b"EWR", b"EW\xe9", 1), "is not UTF-8 text", "Deliver the file as UTF-8."
    ),
    "a text in a number": Spoiled(
        _with("day", "first"), "1 row: 'day' is not of type int", "Correct the file", ("contract_values",)
    ),
    "a value out of range": Spoiled(
        _with("month", "13"), "1 row: 'month' is above 12.0", "Correct the file", ("contract_values",)
    ),
    "a key missing": Spoiled(
        _with("origin", "NA"), "1 row: 'origin' is missing but must not be", "Correct the file", ("contract_values",)
    ),
    "a row of another month": Spoiled(
        _with("time_hour", "2013-03-01T00:00:00Z"),
        "1 row: 'time_hour' lies outside the partition's month (UTC)",
        "Correct the file",
        ("contract_window",),
    ),
    "the file of another month": Spoiled(
        lambda lines: _text(lines).replace(b",2013-02-", b",2013-03-"),
        "rows: 'time_hour' lies outside the partition's month (UTC)",
        "Correct the file",
        ("contract_window", "contract_volume"),
    ),
    "rows twice": Spoiled(
        lambda lines: _text([*lines, *lines[1:3]]),
        "2 rows repeat a key (",
        "Remove the duplicates and deliver again.",
        ("contract_keys",),
    ),
}


@pytest.fixture(params=SPOILED.values(), ids=SPOILED.keys())
def bad(request: pytest.FixtureRequest) -> Spoiled:
    """Every way to spoil a file in turn."""
    found: Spoiled = request.param
    return found


@pytest.fixture(scope="session")
def some_lines(full_deliveries: Callable[[str], Path]) -> Callable[[str, str], Lines]:
    """``some_lines("flights", "2013-02")``: header and rows of a real file, about 100 of them."""

    def of(dataset: str, month: str) -> Lines:
        text = (full_deliveries(month) / dataset / f"{month}.csv").read_text(encoding="utf-8")
        header, *rows = text.splitlines(keepends=True)
        return [header, *rows[:: len(rows) // 100]]

    return of


@pytest.fixture(scope="session")
def put() -> Callable[[Path, str, str, bytes | Lines], Path]:
    """Puts a file into a landing folder: ``put(landing, "flights", "2013-02", content)``."""

    def write(landing: Path, dataset: str, month: str, content: bytes | Lines) -> Path:
        path = landing / dataset / f"{month}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else _text(content))
        return path

    return write
