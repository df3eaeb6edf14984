"""A trained model with everything needed to decide on it."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from platform_assets.learning.declaration import Parameter
from platform_assets.learning.diagnostics import Diagnostics
from platform_assets.learning.evaluation import Evaluation
from platform_assets.learning.gates import GateResult
from platform_assets.learning.metrics import Metrics
from platform_assets.learning.model import FittedModel
from platform_assets.learning.training_set import sample_words
from platform_assets.learning.tuning import Trial


@dataclass(frozen=True)
class Candidate:
    """A trained model with everything needed to decide on it; the metrics are of one fitted on earlier rows only.

    `parity_rows` are validation rows on which the model has to predict the same wherever it is loaded.
    """

    model: FittedModel
    metrics: Metrics
    baseline_metrics: Metrics
    champion_metrics: Metrics | None
    gates: list[GateResult]
    parameters: dict[str, Parameter]
    trials: list[Trial]
    train_window: tuple[str, str]
    rows: int
    seconds: float
    cpu_seconds: float
    digest: str
    parity_rows: pa.Table
    validation_probabilities: NDArray[np.float64]
    diagnostics: Diagnostics | None = None

    @property
    def evaluation(self) -> Evaluation | None:
        """The figures with their intervals, by segment and by probability, as they are kept with the model."""
        return self.model.metadata.evaluation

    @property
    def accepted(self) -> bool:
        """Whether every gate was passed."""
        return all(gate.passed for gate in self.gates)

    @property
    def size_words(self) -> str:
        """On how many of the labelled rows it was trained, in words."""
        return sample_words(self.rows, self.model.metadata.sampled_from)

    @property
    def tuning_words(self) -> str:
        """What tuning gained on the rows of the search, in words."""
        known = self.model.metadata
        if known.search_metric is None:
            return "not tuned"
        untuned, tuned = (
            "undefined" if value is None else f"{value:.4f}" for value in (known.untuned_value, known.tuned_value)
        )
        return (
            f"{known.search_metric} {tuned} tuned, {untuned} as declared, on the same rows ({len(self.trials)} trials)"
        )
