"""What a decision is, and what a rule has to say to it."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

ReasonToTrain = Literal["first_model", "decay", "drift", "rate_of_change", "schedule", "calendar", "composite"]
ReasonNotTo = Literal[
    "too_few_labels", "already_trained", "cool_down", "too_few_new_labels", "rolled_back", "no_reason"
]
ReasonCode = ReasonToTrain | ReasonNotTo
REASONS_TO_TRAIN: frozenset[str] = frozenset(get_args(ReasonToTrain))


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that applies: its code, and a sentence with the figures."""

    code: ReasonCode
    reason: str


@dataclass(frozen=True)
class RetrainingDecision:
    """Whether to retrain; `code` is short and stable, `reason` a sentence with the figures, `evidence` JSON values."""

    retrain: bool
    code: ReasonCode
    reason: str
    evidence: dict[str, Any]
