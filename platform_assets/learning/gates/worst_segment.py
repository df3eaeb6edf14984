"""The worst segment keeps a bound: `min_s metric(s) >= at_least`, or `max_s metric(s) <= at_most`.

Segments are the values of a column with at least `minimum_rows` validation rows.
"""

from __future__ import annotations

from platform_assets.learning.declaration.gate import GateDeclaration
from platform_assets.learning.gates.evidence import Evidence, given
from platform_assets.learning.gates.result import GateResult
from platform_assets.learning.gates.segments import known_segments, too_small
from platform_assets.learning.gates.wording import bound_in_words, within
from platform_assets.learning.metric_names import higher_is_better


def judge(gate: GateDeclaration, evidence: Evidence) -> GateResult:
    """Passes if every segment with rows enough keeps the bound; fails if there is none."""
    declared = given(gate.worst_segment, gate.name, "worst_segment")
    metric, at_least, at_most = declared.metric, declared.at_least, declared.at_most
    threshold = at_least if at_least is not None else at_most
    known = known_segments(
        gate.name, evidence, declared.column, declared.minimum_rows, lambda each: each.metrics.value(metric)
    )
    if not known:
        return GateResult(gate.name, False, None, threshold, too_small(declared.column, declared.minimum_rows))
    worst = min if higher_is_better(metric) else max
    name, rows, value = worst(known, key=lambda each: each[2])
    passed = within(value, at_least, at_most)
    message = (
        f"The worst of {len(known)} segments, {name} ({rows:,} rows), has {metric} {value:.4f}, which "
        f"{'is' if passed else 'is not'} {bound_in_words(at_least, at_most)}, as required."
    )
    return GateResult(gate.name, passed, value, threshold, message)
