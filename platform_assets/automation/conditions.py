"""Named automation conditions; each reads as the sentence it stands for."""

from __future__ import annotations

import dagster as dg

Condition = dg.AutomationCondition


def when_inputs_are_updated(*, besides: str | None = None) -> Condition:  # type: ignore[type-arg]
    """Request a partition once any of its inputs was updated and all of them are there.

    An update is remembered until it was handled, so that an input that arrives late does not lose it. Requests stop
    while an input or the partition itself is in progress.

    Args:
        besides: an input whose updates request nothing, but which must be there. While it is missing, updates of
            the other inputs are forgotten: a model must not score partitions from before its first champion.
    """
    updated = Condition.any_deps_updated()
    forget = Condition.newly_requested() | Condition.newly_updated() | Condition.initial_evaluation()
    if besides is not None:
        only = dg.AssetSelection.assets(besides)
        updated = updated.ignore(only)
        forget = forget | Condition.any_deps_missing().allow(only)
    return (
        updated.since(forget).with_label("an input was updated")
        & ~Condition.any_deps_missing().with_label("an input is missing")
        & ~Condition.any_deps_in_progress().with_label("an input is in progress")
        & ~Condition.in_progress().with_label("in progress")
    ).with_label("when inputs are updated")
