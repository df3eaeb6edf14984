"""What gates may look at: figures of the candidate and of others, the rows it was made from, and the model itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import pyarrow as pa

from platform_assets.learning.evaluation import Judged
from platform_assets.learning.metrics import Metrics
from platform_assets.learning.model import FittedModel

Given = TypeVar("Given")


@dataclass(frozen=True)
class TrainingRows:
    """The rows of a training set, cut where the validation window begins."""

    earlier: pa.Table
    later: pa.Table
    features: tuple[str, ...]
    categorical: tuple[str, ...]
    label: str
    event_time: str


@dataclass(frozen=True)
class Evidence:
    """All that is known of a candidate when its gates are asked.

    `champion_note` says on which rows the champion was measured, if not on the candidate's. The last three may be left
    out where no declared gate looks at them.
    """

    candidate: Metrics
    baseline: Metrics
    champion: Metrics | None
    champion_note: str = ""
    judged: Judged | None = None
    rows: TrainingRows | None = None
    model: FittedModel | None = None

    def metrics(self, other: str) -> Metrics | None:
        """Those of 'baseline' or 'champion'."""
        return {"baseline": self.baseline, "champion": self.champion}[other]


def given(part: Given | None, gate: str, what: str) -> Given:
    """A part of the evidence that a gate cannot do without; raises ValueError if it was left out."""
    if part is None:
        raise ValueError(f"gate '{gate}' looks at {what}, which evaluate_gates was not given. Pass it.")
    return part
