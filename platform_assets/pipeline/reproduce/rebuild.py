"""Trains a version again from its recorded snapshots, parameters and seed, and compares the two models."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from platform_assets.lake.errors import LakeError
from platform_assets.learning.errors import RegistryError
from platform_assets.pipeline.product import MonitoredModelDeclaration, Product
from platform_assets.pipeline.reproduce.errors import CannotReproduce
from platform_assets.pipeline.reproduce.result import Comparison, Reproduction
from platform_assets.pipeline.reproduce.same_code import require_same_code, require_same_libraries
from platform_assets.pipeline.training import training_rows
from platform_assets.pipeline.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

    from platform_assets.learning.candidate import Candidate
    from platform_assets.learning.model import FittedModel, ModelMetadata
    from platform_assets.learning.training_set import TrainingSet

_HASH_SHOWN = 16


def reproduce(workspace: Workspace, product: Product, model: str, version: int) -> Reproduction:
    """Train a registered version again, without a new search, and compare it with the registered model.

    Nothing is registered or published. Compared are the number of rows, the metrics on the validation rows, every
    probability on them bit for bit, and the model digest.

    Raises:
        CannotReproduce: code, libraries or the recorded snapshots are not there any more.
        RegistryError, ScoringError: there is no such version, or its files are not those that were registered.
    """
    name, registry = f"{model}@{version}", workspace.registry(model)
    registered = registry.load(version)
    metadata = registered.metadata
    tags = next((info.tags for info in registry.versions() if info.version == version), None)
    if tags is None:
        raise RegistryError(f"{name} is not registered any more. Restore the registry, or choose another version.")
    code = require_same_code(name, product, tags)
    libraries = require_same_libraries(name, metadata.libraries)
    declared = as_recorded(product.models[model], metadata)
    rows = _recorded_rows(workspace, product, declared, metadata, name)
    candidate = _train(declared, rows)
    return Reproduction(name, code, libraries, metadata.snapshots, _compared(registered, candidate, rows))


def as_recorded(model: MonitoredModelDeclaration, metadata: ModelMetadata) -> MonitoredModelDeclaration:
    """The declaration with what was recorded of a version in place of what is searched for, or declared by now."""
    return model.model_copy(
        update={
            "estimator": metadata.estimator,
            "parameters": dict(metadata.parameters),
            "features": list(metadata.features),
            "seed": metadata.seed,
            "search": type(model.search)(),
            "gates": [],
        }
    )


def _recorded_rows(
    workspace: Workspace, product: Product, declared: MonitoredModelDeclaration, metadata: ModelMetadata, name: str
) -> TrainingSet:
    try:
        for table, snapshot in metadata.snapshots.items():
            workspace.lake.versions(table).snapshot(snapshot)
    except LakeError as error:
        reason = f"what it was trained on is not there any more. {str(error).rstrip('.')}"
        raise CannotReproduce(
            name, [reason], "A training tags what it reads; look for a backup from before the tag was removed."
        ) from error
    return training_rows(workspace, product, declared, metadata.as_of, metadata.snapshots)


def _train(declared: MonitoredModelDeclaration, rows: TrainingSet) -> Candidate:
    from platform_assets.learning.training import train_candidate

    return train_candidate(declared, rows)


def _compared(registered: FittedModel, candidate: Candidate, rows: TrainingSet) -> tuple[Comparison, ...]:
    before, after = registered.metadata, candidate.model.metadata
    return (
        _equal("training rows", before.rows, after.rows),
        _equal("trained from", before.trained_from, after.trained_from),
        _equal("trained to", before.trained_to, after.trained_to),
        _equal("validation from", before.validation_from, after.validation_from),
        *(
            _equal(f"validation {metric}", value, after.validation.to_dict()[metric])
            for metric, value in before.validation.to_dict().items()
        ),
        _same_predictions(registered, candidate.model, _validation_rows(rows, before)),
        _equal("model digest", before.digest, after.digest),
    )


def _equal(what: str, recorded: Any, now: Any) -> Comparison:
    return Comparison(what, str(recorded), str(now), recorded == now)


def _validation_rows(rows: TrainingSet, metadata: ModelMetadata) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    column = rows.rows[rows.event_time]
    start = pa.scalar(datetime.fromisoformat(metadata.validation_from), pa.timestamp("us", "UTC"))
    return rows.rows.filter(pc.greater_equal(column, start.cast(column.type)))


def _same_predictions(registered: FittedModel, again: FittedModel, rows: pa.Table) -> Comparison:
    import hashlib

    import numpy as np

    before, after = registered.predict(rows), again.predict(rows)
    digests = [hashlib.sha256(one.astype("<f8").tobytes()).hexdigest()[:_HASH_SHOWN] for one in (before, after)]
    different = int((before != after).sum())
    largest = float(np.abs(before - after).max()) if different else 0.0
    now = digests[1] if not different else f"{digests[1]}: {different} differ, by {largest:g} at most"
    return Comparison(f"{rows.num_rows} validation predictions", digests[0], now, different == 0)
