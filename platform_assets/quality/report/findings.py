"""Which kinds of change a column shows: each asks for something else to be done."""

from typing import Literal

from platform_assets.quality.drift.result import ColumnDrift, DriftResult

Finding = Literal["missing_rose", "missing_fell", "new_values", "moved"]


def findings_of(column: ColumnDrift, result: DriftResult) -> list[Finding]:
    """The effects of a drifted column that reach their declared limits, at least one; none for other verdicts."""
    if column.verdict != "drift":
        return []
    found: list[Finding] = []
    missing = column.current_missing_share - (column.reference_missing_share or 0.0)
    if abs(missing) >= result.thresholds["missing_share"]:
        found.append("missing_rose" if missing > 0 else "missing_fell")
    if (column.new_values_share or 0.0) >= result.thresholds["new_values_share"]:
        found.append("new_values")
    if (column.psi or 0.0) >= result.thresholds["psi"] or not found:
        found.append("moved")
    return found


def mattering(result: DriftResult, used: frozenset[str] | None) -> list[ColumnDrift]:
    """Drifted columns that the model uses (all, if nobody said what it uses), most important first if that is known."""
    shares = importance_shares(result)
    own = [column for column in result.named("drift") if used is None or column.column in used]
    return sorted(own, key=lambda column: -shares.get(column.column, 0.0))


def importance_shares(result: DriftResult) -> dict[str, float]:
    """How much of the model's importance each column carries, adding up to 1; empty if all weigh the same.

    Columns that all have one weight were not weighed by anybody.
    """
    weights: dict[str, float] = {c.column: getattr(c, "importance", 1.0) for c in result.columns}
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()} if len(set(weights.values())) > 1 else {}
