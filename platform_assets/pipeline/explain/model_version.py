"""The model version behind a prediction: its training run, and the snapshots and files that it learned from."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from platform_assets.lake import Window
from platform_assets.learning import partitions
from platform_assets.learning.errors import RegistryError
from platform_assets.pipeline.explain.link import Link, resolved
from platform_assets.pipeline.explain.publishes import code_link, publish_link
from platform_assets.pipeline.explain.source_file import source_file_link
from platform_assets.pipeline.explain.surroundings import Surroundings

if TYPE_CHECKING:
    from platform_assets.learning.model import FittedModel, ModelMetadata
    from platform_assets.learning.registry import VersionInfo

TRAINING_SET = "training-set snapshot"


def load_model(around: Surroundings, version: int) -> FittedModel:
    """The registered model; raises RegistryError if its files or its entry are gone, ScoringError if changed."""
    name = f"{around.model.name}@{version}"
    with _told_as_registry_error(f"the files of model version {name}"):
        return around.workspace.registry(around.model.name).load(version)


def model_version_link(around: Surroundings, version: int) -> Link:
    """A registered version with its training run, code and training set."""
    name = f"{around.model.name}@{version}"

    def look() -> Link:
        with _told_as_registry_error(f"model version {name}"):
            versions = around.workspace.registry(around.model.name).versions()
        info = next((info for info in versions if info.version == version), None)
        if info is None:
            known = ", ".join(str(info.version) for info in versions) or "none"
            raise RegistryError(
                f"it is not registered at {around.workspace.tracking_uri} any more, which has: {known}."
            )
        metadata = load_model(around, version).metadata
        links = (
            _run_link(around, info.run_id),
            code_link(info.tags.get("code_commit", "unknown")),
            *(_training_set_link(around, metadata, table, snapshot) for table, snapshot in metadata.snapshots.items()),
        )
        return Link("model version", name, _facts(info, metadata), links=links)

    return around.once(("model version", version), lambda: resolved("model version", name, look, version=version))


def _facts(info: VersionInfo, metadata: ModelMetadata) -> dict[str, Any]:
    return {
        "version": info.version,
        "trained as of": metadata.as_of,
        "trained because": info.tags.get("reason"),
        "promoted at": info.promoted_at,
        "promoted because": info.reason,
        "aliases now": list(info.aliases),
        "estimator": metadata.estimator,
        "parameters": dict(metadata.parameters),
        "seed": metadata.seed,
        "digest": metadata.digest,
        "libraries": dict(metadata.libraries),
    }


def _run_link(around: Surroundings, run_id: str) -> Link:
    def look() -> Link:
        from mlflow import MlflowClient

        uri = around.workspace.tracking_uri
        with _told_as_registry_error(f"training run {run_id}"):
            run = MlflowClient(tracking_uri=uri).get_run(run_id)
        facts = {
            "run": run_id,
            "name": run.info.run_name,
            "status": run.info.status,
            "started": datetime.fromtimestamp(run.info.start_time / 1000, UTC).isoformat(timespec="seconds"),
            "experiment": run.info.experiment_id,
            "orchestration run": run.data.tags.get("dagster_run_id"),
        }
        if run.info.lifecycle_stage == "deleted":
            problem = f"it was deleted in MLflow. Restore it with: mlflow runs restore --run-id {run_id}."
            return Link("training run", run_id, facts, problem)
        return Link("training run", run_id, facts)

    return resolved("training run", run_id, look)


def _training_set_link(around: Surroundings, metadata: ModelMetadata, table: str, snapshot: int) -> Link:
    """A snapshot that the version learned from, with the publish or the file behind each of its partitions."""

    def look() -> Link:
        versions = around.versions(table)
        held = versions.snapshot(snapshot)
        tags = [tag for tag, named in versions.tags().items() if named == held]
        first, last = (partitions.partition_of(datetime.fromisoformat(text)) for text in _span(metadata))
        contract = around.product.readable(table.removeprefix(f"{around.product.name}."))
        column = contract.partitions.column if contract.partitions else metadata.event_time
        window = Window(column, partitions.window(first)[0], partitions.window(last)[1])
        rows = around.lake.read(table, window, columns=[column], snapshot_id=held).num_rows
        facts = {"snapshot": str(snapshot), "tags": tags, "from": first, "to": last, "rows": rows}
        behind = tuple(_behind(around, contract.name, part, held) for part in partitions.between(first, last))
        return Link(TRAINING_SET, table, facts, links=behind)

    return resolved(TRAINING_SET, table, look, snapshot=str(snapshot))


def _behind(around: Surroundings, name: str, partition: str, snapshot: int) -> Link:
    dataset = around.product.datasets.get(name)
    if dataset is not None:
        return source_file_link(around, dataset, partition, snapshot)
    return publish_link(around, around.product.table(name), partition, snapshot)


def _span(metadata: ModelMetadata) -> tuple[str, str]:
    return metadata.trained_from, metadata.trained_to


@contextlib.contextmanager
def _told_as_registry_error(what: str) -> Iterator[None]:
    """MLflow's own errors, and missing files, as one that says what was looked for."""
    from mlflow.exceptions import MlflowException

    try:
        yield
    except (MlflowException, OSError) as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise RegistryError(
            f"{what} cannot be read: {first.rstrip('.')}. Restore it from a backup of MLflow's store and files, or see "
            "that PLATFORM_MLFLOW_TRACKING_URI names the store in which it was registered."
        ) from error
