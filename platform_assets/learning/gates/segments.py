"""The segments that a gate can judge: those of its column with rows enough and a known figure."""

from __future__ import annotations

from collections.abc import Callable

from platform_assets.learning.evaluation import SegmentFigures
from platform_assets.learning.gates.evidence import Evidence, given


def known_segments(
    gate: str,
    evidence: Evidence,
    column: str,
    minimum_rows: int,
    figure: Callable[[SegmentFigures], float | None],
) -> list[tuple[str, int, float]]:
    """Value of the column in words, rows, and figure of each segment that is large enough."""
    judged = given(evidence.judged, gate, "figures by segment")
    segments = [each for each in judged.evaluation.candidate.segments if each.column == column]
    known = [(each, figure(each)) for each in segments if each.metrics.rows >= minimum_rows]
    return [(_words(each), each.metrics.rows, value) for each, value in known if value is not None]


def too_small(column: str, minimum_rows: int) -> str:
    """That no segment can be judged, and what to do."""
    return (
        f"No value of {column} has {minimum_rows} validation rows with both classes, so its segments cannot be judged. "
        "Validate on more rows, or lower minimum_rows."
    )


def _words(segment: SegmentFigures) -> str:
    return f"{segment.column} {segment.value if segment.value is not None else 'missing'}"
