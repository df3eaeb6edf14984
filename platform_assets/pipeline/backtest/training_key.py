"""What a training depends on, as one key: equal keys give the same model, so it is trained once."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from platform_assets.pipeline.product import MonitoredModelDeclaration, Product

ROOT = Path(__file__).parents[2]
# What a training takes from the declaration; gates, drift and policy have no part in it.
DECLARED = ("name", "label", "features", "where", "estimator", "parameters", "search", "validation", "baseline", "seed")
# Where the code of a training lies, below the package.
CODE = ("learning", "pipeline/training.py", "pipeline/inputs.py", "compute")
LIBRARIES = ("scikit-learn", "numpy", "pyarrow", "pandas", "optuna")


def training_key(
    product: Product, model: MonitoredModelDeclaration, as_of: str, files: Mapping[str, Sequence[str]]
) -> str:
    """SHA-256, in hexadecimal, over partition, declaration, code, libraries and data files.

    Args:
        files: data files of the training's partitions by table. Files never change, so the same files are the same
            rows, whichever snapshot they are read by.
    """
    depends_on = {
        "as of": as_of,
        "declared": model.model_dump(mode="json", include=set(DECLARED)),
        "files": {table: sorted(names) for table, names in files.items()},
        "code": _code(product.module),
        "libraries": {name: version(name) for name in LIBRARIES},
    }
    return hashlib.sha256(json.dumps(depends_on, sort_keys=True).encode()).hexdigest()


@functools.cache
def _code(module: str) -> str:
    """Checksum of the source files that a training runs through, the product's own among them."""
    product = ROOT.joinpath(*module.split(".")[1:])
    digest = hashlib.sha256()
    for place in (*(ROOT / name for name in CODE), product):
        for file in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            if "backtest" not in file.parts:
                digest.update(file.relative_to(ROOT).as_posix().encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
