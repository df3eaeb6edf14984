"""A metric on the validation rows keeps a bound: `value >= at_least` or `value <= at_most`."""

from __future__ import annotations

from platform_assets.learning.declaration.gate import GateDeclaration
from platform_assets.learning.gates.evidence import Evidence
from platform_assets.learning.gates.result import GateResult
from platform_assets.learning.gates.wording import bound_in_words, metric_of, unknown, within


def judge(gate: GateDeclaration, evidence: Evidence) -> GateResult:
    """Passes if the candidate's metric keeps the bound; an unknown metric fails."""
    metric = metric_of(gate)
    value = evidence.candidate.value(metric)
    threshold = gate.at_least if gate.at_least is not None else gate.at_most
    if value is None:
        return GateResult(gate.name, False, None, threshold, unknown(metric, "the candidate"))
    passed = within(value, gate.at_least, gate.at_most)
    verb = "is" if passed else "is not"
    message = f"{metric} {value:.4f} {verb} {bound_in_words(gate.at_least, gate.at_most)}, as required."
    return GateResult(gate.name, passed, value, threshold, message)
