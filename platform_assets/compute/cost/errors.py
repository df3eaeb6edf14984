"""Errors of costing; each message names the thing, the rule and the remedy."""

from __future__ import annotations


class CostError(Exception):
    """A cost that cannot be told."""


class UsageNotPossible(CostError):
    """A record of use that nothing real can have left."""

    def __init__(self, what: str, rule: str, remedy: str) -> None:
        super().__init__(f"The use of {what} cannot be billed: {rule}. {remedy}.")
