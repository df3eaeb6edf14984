"""Named automation conditions; each reads as the sentence it stands for."""

from __future__ import annotations

import dagster as dg

Condition = dg.AutomationCondition


def when_inputs_are_updated(*, besides: str | tuple[str, ...] = ()) -> Condition:  # type: ignore[type-arg]
    """Request a partition once any of its inputs was updated, or while it was never made, if all inputs are there.

    What asks for it is remembered until it was handled, so that an input that arrives late does not lose it, and a
    partition that failed is asked for again only by a new update. Nothing is requested while an input or the
    partition itself is in progress.

    Args:
        besides: inputs whose updates request nothing, but which must be there. A partition whose other inputs
            were updated while it was missing is left alone, also later, until somebody makes it once: a model must
            not score partitions from before its first champion.
    """
    updated, handled = Condition.any_deps_updated(), Condition.newly_requested() | Condition.newly_updated()
    wanted: Condition  # type: ignore[type-arg]
    names = (besides,) if isinstance(besides, str) else besides
    if not names:
        wanted = (updated | Condition.missing().newly_true()).since(handled)
    else:
        only = dg.AssetSelection.assets(*names)
        others_updated = updated.ignore(only)
        too_early = (others_updated & Condition.any_deps_missing().allow(only)).since(Condition.newly_updated())
        wanted = others_updated.since(handled) & ~too_early.with_label(f"{' or '.join(names)} was missing")
    return (
        wanted.with_label("an input was updated")
        & ~Condition.any_deps_missing().with_label("an input is missing")
        & ~Condition.any_deps_in_progress().with_label("an input is in progress")
        & ~Condition.in_progress().with_label("in progress")
    ).with_label("when inputs are updated")
