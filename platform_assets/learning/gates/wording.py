"""Sentences and comparisons that several gates share."""

from __future__ import annotations

from platform_assets.learning.declaration.gate import GateDeclaration
from platform_assets.learning.metric_names import MetricName


def metric_of(gate: GateDeclaration) -> MetricName:
    """The metric of a gate whose kind always has one."""
    if gate.metric is None:
        raise ValueError(f"gate '{gate.name}' has no metric, but its kind needs one. Declare it.")
    return gate.metric


def within(value: float, at_least: float | None, at_most: float | None) -> bool:
    """Whether a value keeps the declared bound."""
    return (at_least is None or value >= at_least) and (at_most is None or value <= at_most)


def bound_in_words(at_least: float | None, at_most: float | None) -> str:
    """The declared bound, as in 'at least 0.6200'."""
    return f"at least {at_least:.4f}" if at_least is not None else f"at most {at_most:.4f}"


def unknown(what: str, whose: str) -> str:
    """That a figure cannot be told, why, and what to do."""
    return (
        f"{what} of {whose} is unknown, because the validation rows hold one class only or none. "
        "Validate on more rows: raise validation.max_days or validation.share."
    )
