"""What a training depends on, as one key: equal keys give the same model, so it is trained once."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from platform_assets.learning.libraries import library_versions
from platform_assets.pipeline.training_code import ROOT, training_paths

if TYPE_CHECKING:
    from platform_assets.pipeline.product import MonitoredModelDeclaration, Product
    from platform_assets.pipeline.workspace import Workspace

# What a training takes from the declaration; drift and policy have no part in it.
DECLARED = (
    "name",
    "label",
    "features",
    "where",
    "estimator",
    "parameters",
    "search",
    "training",
    "validation",
    "baseline",
    "segments",
    "gates",
    "seed",
)


def training_files(
    workspace: Workspace,
    product: Product,
    model: MonitoredModelDeclaration,
    as_of: str,
    snapshots: Mapping[str, int],
) -> dict[str, list[str]]:
    """Data files that a training as of a partition reads, by table of the features and of the labels."""
    from platform_assets.pipeline.training import labelled_partitions, spanning

    feature_set, dataset = product.feature_sets[model.feature_set], product.datasets[model.label.dataset]
    known = labelled_partitions(feature_set, model, as_of)
    contracts = {product.table(contract.name): contract for contract in (feature_set, dataset)}
    return {
        table: workspace.lake.plan_files(table, spanning(contract, known[0], known[-1]), snapshot_id=snapshots[table])
        for table, contract in contracts.items()
    }


def training_key(
    product: Product, model: MonitoredModelDeclaration, as_of: str, files: Mapping[str, Sequence[str]]
) -> str:
    """SHA-256, in hexadecimal, over partition, declaration, code, libraries and data files.

    Args:
        files: data files of the training's partitions by table. Files never change, so the same files are the same
            rows, whichever snapshot they are read by.
    """
    feature_set = product.feature_sets[model.feature_set]
    depends_on = {
        "as of": as_of,
        "columns": [model.chosen_features(feature_set.feature_columns), feature_set.keys],
        "declared": model.model_dump(mode="json", include=set(DECLARED)),
        "files": {table: sorted(names) for table, names in files.items()},
        "code": _code(tuple(training_paths(product))),
        "libraries": library_versions(model.estimator),
    }
    return hashlib.sha256(json.dumps(depends_on, sort_keys=True).encode()).hexdigest()


@functools.cache
def _code(paths: tuple[str, ...]) -> str:
    """Checksum of the Python files that a training runs through; policies and gates have no part in it."""
    digest = hashlib.sha256()
    for place in (ROOT / path for path in paths):
        for file in [place] if place.is_file() else sorted(place.rglob("*.py")):
            if "backtest" not in file.parts:
                digest.update(file.relative_to(ROOT).as_posix().encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
