"""JSON Lines become CSV before an engine reads them: one way to read text, the same on every engine.

Every value is taken as the text that stands in the file, so the contract's casts and rules judge ``1.50`` of a JSON
file exactly as they judge it in CSV. An empty text is a missing value, as in CSV.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from platform_assets.quality.errors import DeliveryRefused

REMEDY = "Correct that line, or deliver the complete file again."
LITERALS = {True: "true", False: "false", None: ""}
# Engines differ in how they read these within a quoted value.
UNREADABLE = "\r\0"


def first_fields(path: Path, what: str) -> list[str]:
    """Field names of the first line; they stand for the columns of the file."""
    with path.open(encoding="utf-8-sig", newline="\n") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                return [name for name, _ in _pairs(line, number, what)]
    raise DeliveryRefused(what, "it has no rows", "Deliver the complete file again.")


def write_csv(path: Path, fields: Sequence[str], target: Path, what: str) -> None:
    """Write the rows of a JSON Lines file as CSV with a header.

    Raises:
        DeliveryRefused: a line is no JSON object, or has not exactly these fields, or a value is not plain.
    """
    with (
        path.open(encoding="utf-8-sig", newline="\n") as file,
        target.open("w", encoding="utf-8", newline="") as written,
    ):
        writer = csv.writer(written, lineterminator="\n")
        writer.writerow(fields)
        for number, line in enumerate(file, start=1):
            if line.strip():
                writer.writerow(_row(line, fields, number, what))


def _row(line: str, fields: Sequence[str], number: int, what: str) -> list[str]:
    pairs = _pairs(line, number, what)
    row = dict(pairs)
    if len(row) != len(pairs):
        raise DeliveryRefused(what, f"line {number} has a field twice", REMEDY)
    if row.keys() != set(fields):
        missing = [name for name in fields if name not in row]
        found = f"has no field {missing[0]}" if missing else "has a field that the first line has not"
        raise DeliveryRefused(
            what, f"line {number} {found}", "Write every field on every line, null where a value is missing."
        )
    return [_text(row[name], number, what) for name in fields]


def _pairs(line: str, number: int, what: str) -> list[tuple[str, Any]]:
    try:
        # Numbers stay the text that they are; a line that is no object has no pairs.
        found = json.loads(line, object_pairs_hook=_Object, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__
        raise DeliveryRefused(what, f"line {number} is no JSON ({reason})", REMEDY) from None
    if not isinstance(found, _Object):
        raise DeliveryRefused(what, f"line {number} is no JSON object", REMEDY)
    return found


class _Object(list[tuple[str, Any]]):
    """The pairs of a JSON object, to be told from an array."""


def _text(value: Any, number: int, what: str) -> str:
    if value is None or isinstance(value, bool):
        return LITERALS[value]
    if not isinstance(value, str):
        raise DeliveryRefused(what, f"line {number} has a value that is an object or a list", REMEDY)
    if any(character in value for character in UNREADABLE):
        raise DeliveryRefused(what, f"line {number} has a carriage return or NUL character within a value", REMEDY)
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise DeliveryRefused(what, f"line {number} has half of a surrogate pair, which is no character", REMEDY)
    return value
