"""Asks every declared gate, each by its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from platform_assets.learning.declaration.gate import GateDeclaration, GateKind
from platform_assets.learning.evaluation import Judged
from platform_assets.learning.gates import (
    absolute,
    better_than,
    constant_features,
    latency,
    leaked_label,
    model_bytes,
    segment_difference,
    shuffled_labels,
    worst_segment,
)
from platform_assets.learning.gates.evidence import Evidence, TrainingRows
from platform_assets.learning.gates.result import GateResult
from platform_assets.learning.metrics import Metrics
from platform_assets.learning.model import FittedModel

KINDS: Mapping[GateKind, Callable[[GateDeclaration, Evidence], GateResult]] = {
    "absolute": absolute.judge,
    "better_than": better_than.judge,
    "worst_segment": worst_segment.judge,
    "segment_difference": segment_difference.judge,
    "model_bytes": model_bytes.judge,
    "latency_ms": latency.judge,
    "constant_features": constant_features.judge,
    "leaked_label": leaked_label.judge,
    "shuffled_labels": shuffled_labels.judge,
}


def evaluate_gates(
    gates: Sequence[GateDeclaration],
    candidate: Metrics,
    baseline: Metrics,
    champion: Metrics | None,
    *,
    champion_note: str = "",
    judged: Judged | None = None,
    rows: TrainingRows | None = None,
    model: FittedModel | None = None,
) -> list[GateResult]:
    """One result per gate, in order; see `Evidence` for the arguments.

    Raises ValueError if a gate looks at evidence that was left out.
    """
    evidence = Evidence(candidate, baseline, champion, champion_note, judged, rows, model)
    return [KINDS[gate.kind](gate, evidence) for gate in gates]
