"""A fitted model as it is kept, moved and used: pipeline, baseline and what is known about their making."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from platform_assets.learning.baseline import SeasonalNaiveBaseline
from platform_assets.learning.columns import feature_frame, require_columns
from platform_assets.learning.declaration import Parameter
from platform_assets.learning.errors import ScoringError
from platform_assets.learning.evaluation import Evaluation
from platform_assets.learning.metrics import Metrics
from platform_assets.learning.threads import share_the_cores

_PIPELINE, _BASELINE, _METADATA = "pipeline.joblib", "baseline.json", "model.json"


class ModelMetadata(BaseModel):
    """What is known about a fitted model; times are ISO 8601 in UTC, `digest` is what `model_digest` returned.

    `evaluation` is that of a model fitted on the rows before the validation window, with the same parameters; None
    for models of before it was kept.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    label: str
    event_time: str
    keys: tuple[str, ...]
    features: tuple[str, ...]
    categorical: tuple[str, ...]
    as_of: str
    trained_from: str
    trained_to: str
    rows: int
    snapshots: dict[str, int]
    estimator: str
    parameters: dict[str, Parameter]
    seed: int
    validation_from: str
    validation: Metrics
    baseline_validation: Metrics
    digest: str
    libraries: dict[str, str]
    evaluation: Evaluation | None = None


@dataclass(frozen=True)
class FittedModel:
    """A model that turns rows of its feature set into probabilities of the positive class."""

    pipeline: Any
    baseline: SeasonalNaiveBaseline
    metadata: ModelMetadata

    def predict(self, rows: pa.Table) -> NDArray[np.float64]:
        """Probability of the positive class for each row; raises `ScoringError` if a feature column is missing."""
        features = self.metadata.features
        require_columns(rows, features, f"model '{self.metadata.name}', features", ScoringError)
        return predict_pipeline(self.pipeline, rows, features, self.metadata.categorical)

    def baseline_probability(self, rows: pa.Table) -> NDArray[np.float64]:
        """Probability the seasonal naive baseline gives each row."""
        return self.baseline.predict(rows)

    def save(self, directory: Path) -> str:
        """Write the model into a directory, made if need be, and return the checksum of its files."""
        import joblib

        directory.mkdir(parents=True, exist_ok=True)
        joblib.dump(self.pipeline, directory / _PIPELINE)
        (directory / _BASELINE).write_text(json.dumps(self.baseline.to_dict()), encoding="utf-8")
        (directory / _METADATA).write_text(self.metadata.model_dump_json(indent=2), encoding="utf-8")
        return checksum(directory)

    @classmethod
    def load(cls, directory: Path, *, expected_checksum: str | None = None) -> "FittedModel":
        """Read what `save` wrote.

        The pipeline is a pickle, which can run code: pass the checksum that was recorded at saving, and files that
        were changed since raise `ScoringError` before any of them is opened.
        """
        import joblib

        if expected_checksum is not None and checksum(directory) != expected_checksum:
            raise ScoringError(
                f"The model files in {directory} are not those that were registered: their checksum differs. "
                "Restore them from a backup or train the version again; do not use them."
            )
        share_the_cores()
        return cls(
            pipeline=joblib.load(directory / _PIPELINE),
            baseline=SeasonalNaiveBaseline.from_dict(json.loads((directory / _BASELINE).read_text(encoding="utf-8"))),
            metadata=ModelMetadata.model_validate_json((directory / _METADATA).read_text(encoding="utf-8")),
        )


def predict_pipeline(
    pipeline: Any, rows: pa.Table, features: tuple[str, ...], categorical: tuple[str, ...]
) -> NDArray[np.float64]:
    """Probability of the positive class for each row, as a float array; no rows give an empty one."""
    if rows.num_rows == 0:
        return np.empty(0)
    probabilities: NDArray[np.float64] = pipeline.predict_proba(feature_frame(rows, features, categorical))[:, 1]
    return probabilities


def model_digest(probabilities: NDArray[np.float64], parameters: Mapping[str, Parameter], estimator: str) -> str:
    """Identity of a model by what it does: equal for trainings that came to the same model, on any machine.

    SHA-256, in hexadecimal, of the estimator's import path and parameters as canonical JSON, followed by the final
    model's probabilities on its validation rows (in order of time, then keys) as little-endian 64-bit floats.
    """
    described = json.dumps({"estimator": estimator, "parameters": dict(parameters)}, sort_keys=True)
    digest = hashlib.sha256(described.encode())
    digest.update(probabilities.astype("<f8").tobytes())
    return digest.hexdigest()


def checksum(directory: Path) -> str:
    """SHA-256 over the names and contents of the model's files."""
    digest = hashlib.sha256()
    for name in (_PIPELINE, _BASELINE, _METADATA):
        digest.update(name.encode())
        digest.update(hashlib.sha256((directory / name).read_bytes()).digest())
    return digest.hexdigest()
