"""Segments are treated alike: `max_s figure(s) - min_s figure(s) <= at_most`.

The figure is a metric (equal quality), or a rate: `mean_probability`, equal when the event is predicted as often for
everybody (demographic parity: Dwork et al., "Fairness through awareness", 2012), or `bias`, mean probability less the
observed share, equal when nobody's risk is overstated more than another's (calibration within groups: Kleinberg,
Mullainathan and Raghavan, "Inherent trade-offs in the fair determination of risk scores", 2017).
"""

from __future__ import annotations

from platform_assets.learning.declaration.gate import GateDeclaration
from platform_assets.learning.declaration.gate_kinds import SegmentDifference
from platform_assets.learning.evaluation import SegmentFigures
from platform_assets.learning.gates.evidence import Evidence, given
from platform_assets.learning.gates.result import GateResult
from platform_assets.learning.gates.segments import known_segments, too_small


def judge(gate: GateDeclaration, evidence: Evidence) -> GateResult:
    """Passes if the segments with rows enough differ by no more than declared; one segment has no difference."""
    declared = given(gate.segment_difference, gate.name, "segment_difference")
    known = known_segments(
        gate.name, evidence, declared.column, declared.minimum_rows, lambda each: _figure(declared, each)
    )
    if not known:
        return GateResult(gate.name, False, None, declared.at_most, too_small(declared.column, declared.minimum_rows))
    highest, lowest = (pick(known, key=lambda each: each[2]) for pick in (max, min))
    value = highest[2] - lowest[2]
    passed = value <= declared.at_most
    message = (
        f"{declared.metric or declared.rate} is {highest[2]:.4f} for {highest[0]} and {lowest[2]:.4f} for "
        f"{lowest[0]}: a difference of {value:.4f}, {'not more' if passed else 'more'} than the allowed "
        f"{declared.at_most:.4f}."
    )
    return GateResult(gate.name, passed, value, declared.at_most, message)


def _figure(declared: SegmentDifference, segment: SegmentFigures) -> float | None:
    if declared.metric is not None:
        return segment.metrics.value(declared.metric)
    if declared.rate == "mean_probability":
        return segment.mean_probability
    observed = segment.metrics.base_rate
    return None if observed is None else segment.mean_probability - observed
