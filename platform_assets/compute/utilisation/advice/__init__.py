"""What to change about a job, in words with numbers and what it saves; nothing for a run that is well."""

from __future__ import annotations

from dataclasses import replace

from platform_assets.compute.utilisation.advice.run import (
    gc_bound,
    losing_executors,
    memory_over_configured,
    over_provisioned,
)
from platform_assets.compute.utilisation.advice.saving import Advice, AdviceKind
from platform_assets.compute.utilisation.advice.stages import (
    skewed,
    spilling,
    too_many_small_tasks,
    under_partitioned,
)
from platform_assets.compute.utilisation.utilisation import Utilisation

__all__ = ["Advice", "AdviceKind", "advise"]


def advise(utilisation: Utilisation, usd_per_core_hour: float | None = None) -> list[Advice]:
    """Everything that would make the run cheaper or faster, what saves most core seconds first.

    Args:
        usd_per_core_hour: what an hour of an executor's core costs, instance and EMR fee; savings are in US dollars
            only if it is given.
    """
    stages = [*skewed(utilisation), *spilling(utilisation), *too_many_small_tasks(utilisation)]
    uneven = {(advice.stage_id, advice.stage_attempt) for advice in stages}
    few = [each for each in under_partitioned(utilisation) if (each.stage_id, each.stage_attempt) not in uneven]
    lost = [*losing_executors(utilisation)]
    found = [*stages, *few, *lost, *gc_bound(utilisation), *memory_over_configured(utilisation)]
    # Executors are idle if work was not spread, or came to replace others when little was left of it; with that put
    # right, they may all be needed.
    if not few and not lost and not any(advice.kind == "skewed" for advice in stages):
        found += over_provisioned(utilisation)
    priced = [replace(advice, usd_per_core_hour=usd_per_core_hour) for advice in found]
    return sorted(priced, key=lambda advice: -(advice.saves_core_seconds or 0.0))
