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


def importance_shares(result: DriftResult, inputs: frozenset[str]) -> dict[str, float]:
    """How much of the declared importance each of a model's inputs carries, adding up to 1; empty if all weigh alike.

    Columns that all have one weight were not weighed by anybody.
    """
    weights = {column.column: column.importance for column in result.columns if column.column in inputs}
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()} if len(set(weights.values())) > 1 else {}
