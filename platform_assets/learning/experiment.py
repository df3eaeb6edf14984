"""The MLflow experiment of a model, in which all its runs are."""

from pathlib import Path
from typing import TYPE_CHECKING

from platform_assets.learning.errors import RegistryError

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Experiment


def ensure_experiment(client: "MlflowClient", name: str, tracking_uri: str, artifact_root: str | None) -> str:
    """Id of the experiment, made if need be; `artifact_root` is the folder or URI under which a new one keeps files.

    Raises `RegistryError` if it was deleted, because MLflow then neither uses nor remakes it.
    """
    existing = client.get_experiment_by_name(name) or _created(client, name, artifact_root)
    if existing.lifecycle_stage == "deleted":
        raise RegistryError(
            f"Experiment '{name}' at {tracking_uri} was deleted, so nothing can be logged into it. "
            f"Restore it with 'mlflow experiments restore --experiment-id {existing.experiment_id}'."
        )
    return str(existing.experiment_id)


def _created(client: "MlflowClient", name: str, artifact_root: str | None) -> "Experiment":
    from mlflow.exceptions import MlflowException

    try:
        client.create_experiment(name, artifact_location=_artifact_location(name, artifact_root))
    except MlflowException as error:
        # Another process was faster: its experiment is as good.
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    return client.get_experiment_by_name(name)


def _artifact_location(name: str, artifact_root: str | None) -> str | None:
    if artifact_root is None or "://" in artifact_root:
        return artifact_root and f"{artifact_root.rstrip('/')}/{name}"
    return (Path(artifact_root).resolve() / name).as_uri()
