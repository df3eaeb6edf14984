"""The candidate beats another model: `gain > margin`, or surely so: the lower bound of the gain's interval does.

The gain is `candidate - other` for AUC and `other - candidate` for metrics that are better when lower. With
`confidence`, the interval of the gain comes from drawing the same days again for both models (paired bootstrap by
days, see `learning.evaluation.bootstrap`); what both find hard on a day cancels, so it is far narrower than the two
models' own intervals suggest.
"""

from __future__ import annotations

from platform_assets.learning.declaration.gate import GateDeclaration
from platform_assets.learning.gates.evidence import Evidence, given
from platform_assets.learning.gates.result import GateResult
from platform_assets.learning.gates.wording import metric_of, unknown
from platform_assets.learning.metric_names import higher_is_better


def judge(gate: GateDeclaration, evidence: Evidence) -> GateResult:
    """Passes if there is nothing to beat yet, or the gain exceeds the margin; an unknown gain fails."""
    metric, other = metric_of(gate), gate.better_than or ""
    value, reference = evidence.candidate.value(metric), evidence.metrics(other)
    if reference is None:
        message = f"There is no {other} yet, so there is nothing to be better than."
        return GateResult(gate.name, True, value, None, message)
    theirs = reference.value(metric)
    if value is None or theirs is None:
        whose = "the candidate" if value is None else f"the {other}"
        return GateResult(gate.name, False, value, None, unknown(metric, whose))
    if gate.confidence is not None:
        return _surely(gate, gate.confidence, evidence, value, theirs)
    sign = 1.0 if higher_is_better(metric) else -1.0
    gain = sign * (value - theirs)
    passed = gain > gate.margin
    comparison = "more" if passed else "not more"
    message = (
        f"{_figures(gate, evidence, value, theirs)}: "
        f"a gain of {gain:+.4f}, {comparison} than the required {gate.margin:+.4f}."
    )
    return GateResult(gate.name, passed, value, theirs + sign * gate.margin, message)


def _surely(gate: GateDeclaration, confidence: float, evidence: Evidence, value: float, theirs: float) -> GateResult:
    """Value and threshold are those of the gain here: its lower bound, and the margin."""
    metric, other = metric_of(gate), gate.better_than or ""
    judged = given(evidence.judged, gate.name, "an interval of the gain")
    gain = judged.gain(metric, other, confidence)
    figures = _figures(gate, evidence, value, theirs)
    if gain is None or gain.low is None or gain.high is None:
        why = evidence.champion_note.strip(" ()") if gain is None else f"{judged.evaluation.days} days are too few"
        message = (
            f"{figures}: how sure the gain is cannot be told ({why}). Train as of a later partition, or raise "
            "validation.max_days or validation.share."
        )
        return GateResult(gate.name, False, None, gate.margin, message)
    passed = gain.low > gate.margin
    comparison = "surely more" if passed else "not surely more"
    message = (
        f"{figures}: a gain of {gain.value:+.4f}, with {confidence:.0%} confidence between {gain.low:+.4f} and "
        f"{gain.high:+.4f}, {comparison} than the required {gate.margin:+.4f}."
    )
    return GateResult(gate.name, passed, gain.low, gate.margin, message)


def _figures(gate: GateDeclaration, evidence: Evidence, value: float, theirs: float) -> str:
    note = evidence.champion_note if gate.better_than == "champion" else ""
    return f"{gate.metric} {value:.4f} against the {gate.better_than}'s {theirs:.4f}{note}"
