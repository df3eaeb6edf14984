"""Amounts of memory as Spark's settings write them: ``512m``, ``4g``."""

from __future__ import annotations

import re

#: What Spark gives an executor or a driver if nobody says otherwise.
DEFAULT_HEAP = "1g"
_POWERS = {"b": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_AMOUNT = re.compile(r"(\d+)\s*([bkmgtp])?b?", re.IGNORECASE)


def as_bytes(text: str) -> int:
    """Bytes of an amount; a number without a unit is in MiB, as for ``spark.executor.memory``.

    Raises:
        ValueError: the text is no amount.
    """
    matched = _AMOUNT.fullmatch(text.strip())
    if matched is None:
        raise ValueError(f"'{text}' is no amount of memory such as 512m or 4g")
    return int(matched[1]) << 10 * _POWERS[(matched[2] or "m").lower()]
