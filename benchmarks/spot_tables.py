"""What the simulated bills of the policies say: savings and delays with intervals over seeds, beside the goal."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from platform_assets.compute.spot.need import SpotPolicy

SAVING_GOAL, LONGER_GOAL = 0.60, 0.05
REFERENCE, PLAIN, OURS = "all on demand", "one type on demand", "spot plan"
AS_DECLARED = SpotPolicy()
# Share of the cores on demand.
BOUNDS = {
    "cheapest as declared": AS_DECLARED.core_share * AS_DECLARED.on_demand_share(attempts_lost=0),
    "cheapest possible": 0.0,
}


@dataclass(frozen=True)
class Sum:
    """All jobs of one seed under one policy."""

    usd: float
    fee_usd: float
    hours: float
    lost_attempts: int
    lost_pools: int


Bills = dict[str, list[Sum]]


def print_comparison(bills: Bills) -> None:
    """A row for each policy, and whether the goal is met."""
    heads = ("below on demand", "without EMR's fee", "below one type", "longer", "lost attempts", "lost pools")
    print(f"{'':22}" + "".join(f"{head:>19}" for head in heads))
    for name, sums in bills.items():
        cells = [told(savings(bills, name)), "", told(savings(bills, name, PLAIN)), "", "", ""]
        if name not in BOUNDS:
            ec2 = savings(bills, name, cost=lambda each: each.usd - each.fee_usd)
            cells[1], cells[3] = told(ec2), told(longer(bills, name))
            cells[4] = f"{statistics.mean(each.lost_attempts for each in sums):.1f}"
            cells[5] = f"{statistics.mean(each.lost_pools for each in sums):.1f}"
        print(f"{name:22}" + "".join(f"{cell:>19}" for cell in cells))
    saving, slower = _interval(savings(bills, OURS))[0], _interval(longer(bills, OURS))[0]
    possible = _interval(savings(bills, "cheapest possible"))[0]
    print(
        f"\nGoal of the spot plan: at least {SAVING_GOAL:.0%} below on demand: {_verdict(saving >= SAVING_GOAL)} "
        f"({saving:.1%}; no policy can have more than {possible:.1%}); at most {LONGER_GOAL:.0%} longer: "
        f"{_verdict(slower <= LONGER_GOAL)} ({slower:.1%})"
    )


def print_world(name: str, bills: Bills) -> None:
    """One line on a market with other assumptions."""
    shown = (OURS, "EMR defaults on spot")
    lines = "; ".join(
        f"{each} {told(savings(bills, each))}, {told(longer(bills, each))} longer, "
        f"{statistics.mean(one.lost_attempts for one in bills[each]):.1f} lost"
        for each in shown
    )
    print(f"{name:28}{lines}; possible {_interval(savings(bills, 'cheapest possible'))[0]:.1%}")


def savings(
    bills: Bills, name: str, reference: str = REFERENCE, cost: Callable[[Sum], float] = lambda each: each.usd
) -> list[float]:
    """Share of the reference's cost that a policy saves, seed by seed."""
    return [1 - cost(one) / cost(base) for one, base in zip(bills[name], bills[reference], strict=True)]


def longer(bills: Bills, name: str) -> list[float]:
    """Share by which jobs take longer than all on demand, seed by seed."""
    return [one.hours / base.hours - 1 for one, base in zip(bills[name], bills[REFERENCE], strict=True)]


def _interval(values: Sequence[float]) -> tuple[float, float]:
    """Mean, and half the width of its 95 % interval."""
    from scipy import stats

    if len(values) < 2:
        return statistics.mean(values), math.nan
    half = float(stats.t.ppf(0.975, len(values) - 1)) * statistics.stdev(values) / math.sqrt(len(values))
    return statistics.mean(values), half


def told(values: Sequence[float]) -> str:
    """Mean and half the width of the 95 % interval."""
    mean, half = _interval(values)
    return f"{mean:.1%} +- {half:.1%}"


def _verdict(met: bool) -> str:
    return "met" if met else "NOT met"
