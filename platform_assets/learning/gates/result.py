"""The answer of a gate."""

from dataclasses import dataclass


@dataclass(frozen=True)
class GateResult:
    """Outcome of one gate: the candidate's value, the threshold it was held against, and a sentence."""

    name: str
    passed: bool
    value: float | None
    threshold: float | None
    message: str
