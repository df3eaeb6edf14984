"""A product's declarations, read from its folder and checked against each other, without Dagster."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, Field, ValidationError

from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.learning.feature_set import FeatureSetDeclaration
from platform_assets.quality.contract import Contract
from platform_assets.quality.dataset import DatasetDeclaration
from platform_assets.quality.drift import DriftThresholds

DEFS_FOLDER = Path(__file__).parents[1] / "defs"
DECLARATION_FILE = "defs.yaml"
COMPONENTS = "platform_assets.components."

_Named = TypeVar("_Named", DatasetDeclaration, FeatureSetDeclaration, "MonitoredModelDeclaration")


class MonitoredModelDeclaration(ModelDeclaration):
    """A model as declared in a product's defs.yaml, with the drift that counts for it."""

    drift: DriftThresholds = Field(
        default_factory=DriftThresholds, description="From which size on a change of the features counts as drift."
    )


class DeclarationError(ValueError):
    """A declaration that breaks a rule; the message names file, field, rule and remedy."""

    def __init__(self, file: Path, problem: str) -> None:
        super().__init__(f"{file.parent.name}/{file.name}: {problem}")


@dataclass(frozen=True)
class Product:
    """Everything declared in one product's folder.

    Attributes:
        name: the folder's name; also the namespace of its tables and the group of its assets.
        module: importable package of the folder, where its PySpark functions live.
    """

    name: str
    module: str
    datasets: Mapping[str, DatasetDeclaration]
    feature_sets: Mapping[str, FeatureSetDeclaration]
    models: Mapping[str, MonitoredModelDeclaration]

    def table(self, name: str) -> str:
        """Full name of a table of this product."""
        return f"{self.name}.{name}"

    def function(self, declared: str) -> str:
        """A declared ``module.function`` as ``package.module:function``."""
        module, _, name = declared.rpartition(".")
        return f"{self.module}.{module}:{name}"

    def readable(self, name: str) -> Contract:
        """The contract of a dataset or feature set."""
        return {**self.datasets, **self.feature_sets}[name]


@functools.cache
def load_product(name: str, folder: Path = DEFS_FOLDER) -> Product:
    """Read and check the declarations of product ``name``.

    Raises:
        DeclarationError: a declaration breaks a rule, or names something that is not declared.
    """
    file = folder / name / DECLARATION_FILE
    if not file.is_file():
        known = sorted(path.parent.name for path in folder.glob(f"*/{DECLARATION_FILE}"))
        raise DeclarationError(file, f"there is no product '{name}'. Products here: {', '.join(known)}.")
    found = _declarations(file)
    product = Product(
        name=name,
        module=f"platform_assets.defs.{name}",
        datasets=_by_name(file, (d for d in found if isinstance(d, DatasetDeclaration))),
        feature_sets=_by_name(file, (d for d in found if isinstance(d, FeatureSetDeclaration))),
        models=_by_name(file, (d for d in found if isinstance(d, MonitoredModelDeclaration))),
    )
    for problem in _dangling_names(product):
        raise DeclarationError(file, problem)
    return product


def _declarations(file: Path) -> list[BaseModel]:
    kinds: dict[str, type[BaseModel]] = {
        "Dataset": DatasetDeclaration,
        "FeatureSet": FeatureSetDeclaration,
        "Model": MonitoredModelDeclaration,
    }
    found = []
    for document in yaml.safe_load_all(file.read_text()):
        kind = kinds.get(str(document.get("type", "")).removeprefix(COMPONENTS))
        if kind is not None:
            found.append(_validated(file, kind, document.get("attributes", {})))
    return found


def _validated(file: Path, kind: type[BaseModel], attributes: dict[str, Any]) -> BaseModel:
    try:
        return kind.model_validate(attributes)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        where = f"{attributes.get('name', kind.__name__)}{f'.{field}' if field else ''}"
        raise DeclarationError(file, f"{where}: {first['msg'].removeprefix('Value error, ')}") from error


def _by_name(file: Path, declarations: Iterable[_Named]) -> dict[str, _Named]:
    result: dict[str, _Named] = {}
    for declaration in declarations:
        if declaration.name in result:
            raise DeclarationError(file, f"'{declaration.name}' is declared twice. Rename or remove one of them.")
        result[declaration.name] = declaration
    return result


def _dangling_names(product: Product) -> Iterable[str]:
    for feature_set in product.feature_sets.values():
        for source in feature_set.inputs:
            if source.dataset not in product.datasets:
                yield _unknown(f"{feature_set.name}.inputs", source.dataset, "dataset", product.datasets)
    for model in product.models.values():
        if model.feature_set not in product.feature_sets:
            yield _unknown(f"{model.name}.feature_set", model.feature_set, "feature set", product.feature_sets)
            continue
        if model.label.dataset not in product.datasets:
            yield _unknown(f"{model.name}.label.dataset", model.label.dataset, "dataset", product.datasets)
        known = [column.name for column in product.feature_sets[model.feature_set].columns]
        for name in [*(model.features or []), *model.baseline.segments, *(model.monitored_columns or [])]:
            if name not in known:
                yield _unknown(f"{model.name}", name, f"column of {model.feature_set}", known)


def _unknown(field: str, name: str, what: str, known: Iterable[str]) -> str:
    return f"{field}: there is no {what} '{name}'. Declare it, or choose one of: {', '.join(known)}."


def all_products(folder: Path = DEFS_FOLDER) -> list[Product]:
    """All products of a folder, by name."""
    return [load_product(path.parent.name, folder) for path in sorted(folder.glob(f"*/{DECLARATION_FILE}"))]
