"""Gates: the declared conditions a candidate has to meet before it may become champion, each with its figures."""

from collections.abc import Sequence
from dataclasses import dataclass

from platform_assets.learning.declaration import GateDeclaration
from platform_assets.learning.metric_names import higher_is_better
from platform_assets.learning.metrics import Metrics


@dataclass(frozen=True)
class GateResult:
    """Outcome of one gate: the candidate's value, the threshold it was held against, and a sentence."""

    name: str
    passed: bool
    value: float | None
    threshold: float | None
    message: str


def evaluate_gates(
    gates: Sequence[GateDeclaration],
    candidate: Metrics,
    baseline: Metrics,
    champion: Metrics | None,
    *,
    champion_note: str = "",
) -> list[GateResult]:
    """One result per gate, in order; `champion_note` says on which rows the champion was measured, if not the same."""
    references = {"baseline": baseline, "champion": champion}
    notes = {"baseline": "", "champion": champion_note}
    return [
        _absolute(gate, candidate)
        if gate.better_than is None
        else _relative(gate, candidate, references[gate.better_than], notes[gate.better_than])
        for gate in gates
    ]


def _absolute(gate: GateDeclaration, candidate: Metrics) -> GateResult:
    value = candidate.value(gate.metric)
    lowest, highest = gate.at_least, gate.at_most
    threshold = lowest if lowest is not None else highest
    if value is None:
        return GateResult(gate.name, False, None, threshold, _unknown(gate, "the candidate"))
    passed = (lowest is None or value >= lowest) and (highest is None or value <= highest)
    rule = "at least" if lowest is not None else "at most"
    verb = "is" if passed else "is not"
    message = f"{gate.metric} {value:.4f} {verb} {rule} {threshold:.4f}, as required."
    return GateResult(gate.name, passed, value, threshold, message)


def _relative(gate: GateDeclaration, candidate: Metrics, reference: Metrics | None, note: str) -> GateResult:
    value = candidate.value(gate.metric)
    if reference is None:
        message = f"There is no {gate.better_than} yet, so there is nothing to be better than."
        return GateResult(gate.name, True, value, None, message)
    other = reference.value(gate.metric)
    if value is None or other is None:
        whose = "the candidate" if value is None else f"the {gate.better_than}"
        return GateResult(gate.name, False, value, None, _unknown(gate, whose))
    sign = 1.0 if higher_is_better(gate.metric) else -1.0
    threshold = other + sign * gate.margin
    gain = sign * (value - other)
    passed = gain > gate.margin
    comparison = "more" if passed else "not more"
    message = (
        f"{gate.metric} {value:.4f} against the {gate.better_than}'s {other:.4f}{note}: "
        f"a gain of {gain:+.4f}, {comparison} than the required {gate.margin:+.4f}."
    )
    return GateResult(gate.name, passed, value, threshold, message)


def _unknown(gate: GateDeclaration, whose: str) -> str:
    return (
        f"{gate.metric} of {whose} is unknown, because the validation rows hold one class only or none. "
        "Validate on more rows: raise validation.max_days or validation.share."
    )
