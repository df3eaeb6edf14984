"""What a gate demands, in a sentence for people who look at its check."""

from __future__ import annotations

from platform_assets.learning.declaration.gate import GateDeclaration
from platform_assets.learning.declaration.gate_kinds import (
    ConstantFeatures,
    Latency,
    LeakedLabel,
    ModelBytes,
    SegmentDifference,
    ShuffledLabels,
    WorstSegment,
)


def in_words(gate: GateDeclaration) -> str:
    """The condition as declared."""
    match gate.worst_segment or gate.segment_difference or gate.model_bytes or gate.latency_ms or _poison(gate):
        case WorstSegment() as rule:
            what = f"{rule.metric} {_bound(rule.at_least, rule.at_most)} for every {rule.column}"
            return f"{what} with {rule.minimum_rows:,} validation rows."
        case SegmentDifference() as rule:
            what = f"{rule.metric or rule.rate} differs by at most {rule.at_most:g}"
            return f"{what} between values of {rule.column} with {rule.minimum_rows:,} validation rows."
        case ModelBytes() as rule:
            return f"The saved model has at most {rule.at_most:,} bytes."
        case Latency() as rule:
            return f"Predicting {rule.rows:,} rows takes at most {rule.at_most:g} ms."
        case ConstantFeatures():
            return "No feature is constant in the rows learned from or judged on."
        case LeakedLabel() as rule:
            return f"No feature alone ranks the label with an auc above {rule.auc_at_most:g}."
        case ShuffledLabels() as rule:
            return f"What other months teach ranks each month's labels with an auc of at least {rule.auc_at_least:g}."
        case _:
            return _of_metric(gate)


def _poison(gate: GateDeclaration) -> ConstantFeatures | LeakedLabel | ShuffledLabels | None:
    return gate.constant_features or gate.leaked_label or gate.shuffled_labels


def _of_metric(gate: GateDeclaration) -> str:
    if gate.better_than is None:
        return f"{gate.metric} on the validation rows is {_bound(gate.at_least, gate.at_most)}."
    sure = f", with {gate.confidence:.0%} confidence" if gate.confidence else ""
    return f"{gate.metric} better than the {gate.better_than}'s by more than {gate.margin:g}, on the same rows{sure}."


def _bound(at_least: float | None, at_most: float | None) -> str:
    return f"at least {at_least:g}" if at_least is not None else f"at most {at_most:g}"
