"""A plan as a table: for the command line, and as Markdown for a run's metadata."""

from __future__ import annotations

from platform_assets.compute.spot.fleet import Fleet
from platform_assets.compute.spot.fleet_plan import FleetPlan

COLUMNS = ("fleet", "on demand", "on spot", "USD an hour", "types (weight, USD per usable core and hour)")


def plan_rows(plan: FleetPlan) -> list[tuple[str, ...]]:
    """A row for each fleet, in the order of ``COLUMNS``."""
    return [_row(fleet) for fleet in plan.fleets]


def plan_markdown(plan: FleetPlan) -> str:
    """The fleets as a table, then the reasons as a list."""
    table = [COLUMNS, ("---",) * len(COLUMNS), *plan_rows(plan)]
    lines = [f"| {' | '.join(cells)} |" for cells in table]
    return "\n".join([*lines, "", *(f"- {reason}" for reason in plan.reasons)])


def _row(fleet: Fleet) -> tuple[str, ...]:
    unit = "instance" if fleet.role == "primary" else "cores"
    return (
        fleet.role,
        f"{fleet.on_demand} {unit}" if fleet.on_demand else "",
        f"{fleet.spot} {unit}" if fleet.spot else "",
        f"{fleet.usd_per_hour():.3f}",
        ", ".join(
            f"{each.name} ({each.weight}, {each.spot_per_core if fleet.spot else each.on_demand_per_core:.4f})"
            for each in fleet.types
        ),
    )
