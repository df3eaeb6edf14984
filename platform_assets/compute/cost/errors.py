"""Errors of costing; each message names the thing, the rule and the remedy."""

from __future__ import annotations

from decimal import Decimal


class CostError(Exception):
    """A cost that cannot be told."""


class UsageNotPossible(CostError):
    """A record of use that nothing real can have left."""

    def __init__(self, what: str, rule: str, remedy: str) -> None:
        super().__init__(f"The use of {what} cannot be billed: {rule}. {remedy}.")


class SharesNotPossible(CostError):
    """An amount without anybody to bear it."""

    def __init__(self, total: Decimal, parts: int) -> None:
        super().__init__(
            f"${total} cannot be shared out among {parts}: there must be one at least, and no weight below zero. "
            "Name the assets that used it, each with its share of the time."
        )


class UsageNotReadable(CostError):
    """A file among the records of use is none."""

    def __init__(self, location: str, problem: str) -> None:
        super().__init__(
            f"{location} is not a record of use: {problem}. Costs are not added up without it. Restore the file, or "
            "move it away if what it recorded shall not count."
        )


class MonthNotKnown(CostError):
    """A text that is no month."""

    def __init__(self, month: str) -> None:
        super().__init__(f"'{month}' is not a month. Write year and month as in 2026-11.")
