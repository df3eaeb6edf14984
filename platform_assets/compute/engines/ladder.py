"""The engines that ``auto`` may choose from, smallest first, and up to where each is used; written as one text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

EngineName = Literal["embedded", "spark", "emr"]
EngineWanted = Literal["embedded", "spark", "emr", "auto"]

EXAMPLE = "embedded:2GB,15min,60%; spark:20GB; emr"
# Decimal units, as file sizes and prices of storage are given.
BYTES = {"MB": 10**6, "GB": 10**9, "TB": 10**12}
SECONDS = {"s": 1, "min": 60, "h": 3600}
_LIMIT = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)([A-Za-z]+|%)")


class LadderNotUnderstood(ValueError):
    """The text that declares the engines of ``auto`` breaks a rule."""

    def __init__(self, text: str, rule: str) -> None:
        super().__init__(f"The engines for 'auto', '{text}', cannot be used: {rule}. Write them as in '{EXAMPLE}'.")


@dataclass(frozen=True)
class Rung:
    """An engine and the work that it is used for.

    Attributes:
        bytes: most bytes of input, as they are stored; None: any.
        seconds: longest expected run; None: any.
        memory_share: largest expected peak of memory as a share of the machine's; None: any.
    """

    engine: EngineName
    bytes: int | None = None
    seconds: float | None = None
    memory_share: float | None = None

    @property
    def is_limited(self) -> bool:
        """Whether anything is too much for it."""
        return (self.bytes, self.seconds, self.memory_share) != (None, None, None)


@dataclass(frozen=True)
class Ladder:
    """Engines in the order in which they are tried; the last takes whatever is too much for the others."""

    rungs: tuple[Rung, ...]

    @classmethod
    def parse(cls, text: str) -> Ladder:
        """The ladder that a text as in :data:`EXAMPLE` describes; raises LadderNotUnderstood."""
        rungs = tuple(_rung(text, part.strip()) for part in text.split(";"))
        names = [rung.engine for rung in rungs]
        order = [name for name in get_args(EngineName) if name in names]
        if names != order:
            raise LadderNotUnderstood(text, f"engines stand once each, in the order {', '.join(get_args(EngineName))}")
        for rung in rungs[:-1]:
            if not rung.is_limited:
                raise LadderNotUnderstood(text, f"{rung.engine} has no limit, so that what follows is never chosen")
        if rungs[-1].is_limited:
            raise LadderNotUnderstood(text, f"{rungs[-1].engine} is the last, so that no limit of it has an effect")
        return cls(rungs)


# Nobody pays for a cluster who did not say so.
EMBEDDED_ONLY = Ladder((Rung("embedded"),))


def _rung(text: str, part: str) -> Rung:
    name, colon, limits = part.partition(":")
    if name.strip() not in get_args(EngineName):
        raise LadderNotUnderstood(text, f"'{name.strip()}' is none of {', '.join(get_args(EngineName))}")
    found = [_limit(text, limit.strip()) for limit in limits.split(",")] if colon else []
    if len({kind for kind, _ in found}) < len(found):
        raise LadderNotUnderstood(text, f"{name.strip()} has two limits of the same kind")
    by_kind = dict(found)
    size = by_kind.get("bytes")
    return Rung(
        name.strip(),  # type: ignore[arg-type]
        None if size is None else round(size),
        by_kind.get("seconds"),
        by_kind.get("memory"),
    )


def _limit(text: str, limit: str) -> tuple[str, float]:
    found = _LIMIT.fullmatch(limit)
    if found:
        number, unit = float(found[1]), found[2]
        if unit in BYTES:
            return "bytes", number * BYTES[unit]
        if unit in SECONDS:
            return "seconds", number * SECONDS[unit]
        if unit == "%" and 0 < number <= 100:
            return "memory", number / 100
    units = ", ".join([*BYTES, *SECONDS])
    raise LadderNotUnderstood(text, f"'{limit}' is no limit; that is a number with {units}, or % of the memory")
