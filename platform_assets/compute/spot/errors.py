"""Errors of the spot plan; each message names the thing, the rule and the remedy."""

from __future__ import annotations


class PlanImpossible(Exception):
    """No fleet of this price book can do what is needed; nothing was started."""

    def __init__(self, need: str, problem: str, remedy: str) -> None:
        super().__init__(f"No cluster can be planned for {need}: {problem}. {remedy}.")
