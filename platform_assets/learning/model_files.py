"""Models read back from the files that the registry keeps, and held to what they were when they were trained."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from platform_assets.learning.candidate import Candidate
from platform_assets.learning.errors import ParityBroken
from platform_assets.learning.model import FittedModel


@lru_cache(maxsize=8)
def load_model(tracking_uri: str, source: str, files_sha256: str) -> FittedModel:
    """As `read_model`, kept by checksum: files with other contents are another entry, so it is never out of date."""
    return read_model(tracking_uri, source, files_sha256)


def read_model(tracking_uri: str, source: str, files_sha256: str) -> FittedModel:
    """The model whose files are at `source`; raises `ScoringError` if they have another checksum."""
    from mlflow.artifacts import download_artifacts

    folder: Any = download_artifacts(artifact_uri=source, tracking_uri=tracking_uri)
    return FittedModel.load(Path(folder), expected_checksum=files_sha256)


def require_parity(candidate: Candidate, loaded: FittedModel) -> None:
    """Raise `ParityBroken` unless the model that was read back predicts the candidate's rows bit for bit."""
    trained, read = (model.predict(candidate.parity_rows) for model in (candidate.model, loaded))
    different = int((trained != read).sum())
    if different:
        raise ParityBroken(candidate.model.metadata.name, different, len(trained), float(abs(trained - read).max()))
