"""Arithmetic on monthly partition keys ('YYYY-MM', UTC), so that nobody else needs to know how a month is counted."""

import re
from datetime import UTC, datetime

_KEY = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


def ordinal(partition: str) -> int:
    """Number of months since year 0; raises `ValueError` unless `partition` is a month written YYYY-MM."""
    match = _KEY.fullmatch(partition)
    if match is None:
        raise ValueError(f"'{partition}' is not a partition: a partition is a month written YYYY-MM, such as 2013-02.")
    return int(match[1]) * 12 + int(match[2]) - 1


def offset(partition: str, months: int) -> str:
    """The partition `months` after (or, if negative, before) the given one."""
    year, month = divmod(ordinal(partition) + months, 12)
    return f"{year:04d}-{month + 1:02d}"


def next_partition(partition: str) -> str:
    """The partition of the month after."""
    return offset(partition, 1)


def previous_partition(partition: str) -> str:
    """The partition of the month before."""
    return offset(partition, -1)


def distance(earlier: str, later: str) -> int:
    """Number of partitions from `earlier` to `later`; negative if they are the other way round."""
    return ordinal(later) - ordinal(earlier)


def between(first: str, last: str) -> list[str]:
    """All partitions from `first` to `last`, both included; empty if `last` comes before `first`."""
    return [offset(first, step) for step in range(distance(first, last) + 1)]


def window(partition: str) -> tuple[datetime, datetime]:
    """Start (included) and end (excluded) of the month, in UTC."""
    return _start(partition), _start(next_partition(partition))


def partition_of(moment: datetime) -> str:
    """The partition a moment falls into; a moment without time zone counts as UTC."""
    utc = moment if moment.tzinfo is None else moment.astimezone(UTC)
    return f"{utc.year:04d}-{utc.month:02d}"


def labelled_partitions(first: str, as_of: str, delay: int = 1) -> list[str]:
    """Partitions from `first` on whose labels are known once `as_of` is delivered: all up to `as_of - delay`."""
    return between(first, offset(as_of, -delay))


def _start(partition: str) -> datetime:
    year, month = divmod(ordinal(partition), 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)
