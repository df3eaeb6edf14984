"""What the spot plan saves, and what that costs in time, in a made-up market of 30 types, 3 zones and 90 days.

The market (benchmarks/spot_market.py) and what becomes of a cluster in it (spot_cluster.py) say what of them is
published and what is assumed; nothing was recorded. Jobs arrive at random; each policy (spot_policies.py) asks for a
cluster for each of them, loses some of it, and starts again where an attempt is lost. All policies meet the same jobs,
prices and reclaims. Intervals are 95 % over seeds (t distribution), each seed a market of its own.

Goal: cost at least 60 % below all on demand, at no more than 5 % longer. Two rows are no policies but bounds, with
every core from the pool that is cheapest at that moment, and none ever reclaimed: `cheapest possible` without a primary
node, `cheapest as declared` with it and an eighth of the cores on demand, as the plan has them at first.

    python benchmarks/spot.py [--seeds 20] [--jobs 200] [--sensitivity]
"""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from benchmarks.spot_cluster import BOOT, run_attempt  # noqa: E402
from benchmarks.spot_market import START, Assumptions, Market, make_market  # noqa: E402
from benchmarks.spot_policies import (  # noqa: E402
    Memory,
    Policy,
    all_on_demand,
    cheapest_possible,
    cheapest_type,
    emr_defaults,
    one_type_on_demand,
    planned,
)
from benchmarks.spot_tables import (  # noqa: E402
    BOUNDS,
    OURS,
    PLAIN,
    REFERENCE,
    Bills,
    Sum,
    longer,
    print_comparison,
    print_world,
    savings,
    told,
)
from platform_assets.compute.spot.need import ClusterNeed, SpotPolicy  # noqa: E402

CORES, MEMORY_GIB = (16, 32, 64, 128), (1.5, 3.0, 6.0)
MEDIAN_HOURS, SHORTEST, LONGEST = 0.75, 1 / 6, 6.0
# After so many lost attempts somebody would stop and look; it counts as time and money all the same.
MOST_ATTEMPTS = 10
POLICIES: dict[str, Policy] = {
    REFERENCE: all_on_demand,
    PLAIN: one_type_on_demand,
    "cheapest type on spot": cheapest_type,
    "EMR defaults on spot": emr_defaults,
    OURS: planned(),
}


@dataclass(frozen=True)
class Job:
    """When, on how many cores with how much memory, for how many hours."""

    at: datetime
    need: ClusterNeed
    hours: float


def main() -> None:
    """Print the comparison, and with ``--sensitivity`` what it rests on."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--seeds", type=int, default=20)
    asked.add_argument("--jobs", type=int, default=200)
    asked.add_argument("--sensitivity", action="store_true", help="also vary the assumptions and the policy")
    given = asked.parse_args()
    bills = simulate(given.seeds, given.jobs, Assumptions(), POLICIES)
    print(f"{given.seeds} made-up markets of 90 days, {given.jobs} jobs in each\n")
    print_comparison(bills)
    if given.sensitivity:
        print_sensitivity(min(given.seeds, 8), given.jobs)
    print(f"\nCPU {sum(os.times()[:2]):.0f} s")


def simulate(seeds: int, count: int, assumed: Assumptions, policies: Mapping[str, Policy]) -> Bills:
    """The sums of every policy, seed by seed."""
    bills: Bills = {name: [] for name in [*policies, *BOUNDS]}
    for seed in range(seeds):
        market, jobs = make_market(seed, assumed), make_jobs(seed, count, assumed)
        for name, policy in policies.items():
            bills[name].append(run_jobs(market, jobs, policy))
        for name, share in BOUNDS.items():
            bills[name].append(_bound(market, jobs, share))
    return bills


def make_jobs(seed: int, count: int, assumed: Assumptions) -> list[Job]:
    """Jobs at random times after the history, oldest first; hours are lognormal."""
    draw = np.random.default_rng([seed, 1])
    # The last days are left to jobs that are still running.
    days = np.sort(draw.uniform(assumed.history_days, assumed.history_days + assumed.days - 3, count))
    return [
        Job(
            START + timedelta(days=float(day)),
            ClusterNeed(cores=int(draw.choice(CORES)), memory_gib_per_core=float(draw.choice(MEMORY_GIB))),
            min(max(MEDIAN_HOURS * math.exp(draw.normal(0, 0.8)), SHORTEST), LONGEST),
        )
        for day in days
    ]


def run_jobs(market: Market, jobs: Sequence[Job], policy: Policy) -> Sum:
    """Every job until it is finished; a lost attempt is followed by another one."""
    memory, usd, fee, hours, lost = Memory(), 0.0, 0.0, 0.0, 0
    for job in jobs:
        at = job.at
        for attempt in range(MOST_ATTEMPTS):
            need = job.need.model_copy(update={"attempts_lost": attempt})
            done = run_attempt(market, policy(market, need, memory, at), need.cores, job.hours, at)
            usd, fee, at = usd + done.usd, fee + done.fee_usd, done.ended
            memory.uses += done.uses
            if done.finished:
                break
            lost += 1
        hours += (at - job.at).total_seconds() / 3600
    return Sum(usd, fee, hours, lost, sum(use.reclaimed for use in memory.uses))


def _bound(market: Market, jobs: Sequence[Job], on_demand_share: float) -> Sum:
    boot = BOOT.total_seconds() / 3600
    usd = sum(cheapest_possible(market, job.need, job.at, on_demand_share) * (job.hours + boot) for job in jobs)
    return Sum(usd, 0.0, sum(job.hours + boot for job in jobs), 0, 0)


def print_sensitivity(seeds: int, count: int) -> None:
    """The same with one assumption or one parameter of the policy changed at a time."""
    plain = Assumptions()
    worlds = {
        "as above": plain,
        "reclaims x 5": replace(plain, reclaims=5),
        "reclaims x 20": replace(plain, reclaims=20),
        "reclaims x 200": replace(plain, reclaims=200),
        "tight pools cost 3 times": replace(plain, tight_price=3),
        "tight a third of the time": replace(plain, calm_days=6),
        "pools of 16 cores": replace(plain, pool_cores=16),
        "restless prices (x 3)": replace(plain, price_deviation=0.18),
        "spot prices 40 % lower": replace(plain, price_level=0.6),
        "spot prices 30 % higher": replace(plain, price_level=1.3),
    }
    ours = {REFERENCE: all_on_demand, "EMR defaults on spot": emr_defaults, OURS: planned()}
    print(f"\nAssumptions of the market, {seeds} seeds\n")
    for name, world in worlds.items():
        print_world(name, simulate(seeds, count, world, ours))
    print(f"\nParameters of the plan, {seeds} seeds\n")
    variants = {
        "without risk": SpotPolicy(risk_weight=0),
        "risk squared": SpotPolicy(risk_weight=2),
        "without volatility": SpotPolicy(volatility_weight=0),
        "5 types": SpotPolicy(max_types=5),
        "any price up to on demand": SpotPolicy(price_spread=10),
        "core fleet 25 %": SpotPolicy(core_share=0.25),
        "core fleet 100 %": SpotPolicy(core_share=1),
        "nothing on demand at first": SpotPolicy(on_demand_shares=(0, 0.5, 1)),
    }
    policies = {REFERENCE: all_on_demand, **{name: planned(policy) for name, policy in variants.items()}}
    bills = simulate(seeds, count, plain, policies)
    for name in variants:
        print(f"{name:28}{told(savings(bills, name)):>20}{told(longer(bills, name)):>20} longer")


if __name__ == "__main__":
    main()
