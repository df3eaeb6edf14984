"""A product's declarations, read from its folder and checked against each other, without Dagster."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, Field, ValidationError

from platform_assets.compute.cost.budget import BudgetDeclaration
from platform_assets.learning.backtest.declaration import BacktestDeclaration
from platform_assets.learning.declaration import LabelDeclaration, ModelDeclaration
from platform_assets.learning.feature_set import FeatureSetDeclaration
from platform_assets.pipeline.cross_references import broken_references
from platform_assets.pipeline.declared_wrongly import broken_rule, unknown_name
from platform_assets.pipeline.variants import RESERVED, reserved_field, variant_name, variants
from platform_assets.quality.contract import Contract
from platform_assets.quality.dataset import DatasetDeclaration
from platform_assets.quality.drift.declaration import DriftDeclaration
from platform_assets.quality.lineage import References

DEFS_FOLDER = Path(__file__).parents[1] / "defs"
DECLARATION_FILE = "defs.yaml"
COMPONENTS = "platform_assets.components."
# libyaml's is ten times as quick; a build of PyYAML may lack it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_Named = TypeVar("_Named", DatasetDeclaration, FeatureSetDeclaration, "MonitoredModelDeclaration", BudgetDeclaration)


class TracedLabelDeclaration(LabelDeclaration):
    """Where the truth comes from, down to the columns."""

    computed_from: References = Field(
        default_factory=list, description="Columns that the label is computed from, as dataset.column."
    )


class MonitoredModelDeclaration(ModelDeclaration):
    """A model as declared in a product's defs.yaml, with its label's lineage and the drift that counts for it."""

    label: TracedLabelDeclaration = Field(description="Where the truth comes from.")
    drift: DriftDeclaration = Field(
        default_factory=DriftDeclaration,
        description="What the data is compared with, and from which size on a change counts as drift.",
    )
    backtest: BacktestDeclaration = Field(
        default_factory=BacktestDeclaration, description="How retraining policies are weighed against each other."
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
    budgets: Mapping[str, BudgetDeclaration] = field(default_factory=dict)

    def family(self, model: str) -> list[MonitoredModelDeclaration]:
        """A declared model and its variants."""
        names = [model, *(variant_name(model, variant) for variant in self.models[model].variants)]
        return [self.models[name] for name in names]

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
        budgets=_by_name(file, (d for d in found if isinstance(d, BudgetDeclaration))),
    )
    for problem in broken_references(product, file.parent):
        raise DeclarationError(file, problem)
    return product


def _declarations(file: Path) -> list[BaseModel]:
    kinds: dict[str, type[BaseModel]] = {
        "Dataset": DatasetDeclaration,
        "FeatureSet": FeatureSetDeclaration,
        "Model": MonitoredModelDeclaration,
        "Budget": BudgetDeclaration,
    }
    found: list[BaseModel] = []
    for document in _documents(file):
        declared = str(document.get("type", ""))
        kind = kinds.get(declared.removeprefix(COMPONENTS))
        if kind is not None:
            found += _with_variants(file, kind, document.get("attributes") or {})
        elif declared.startswith(COMPONENTS):
            known = [COMPONENTS + name for name in kinds]
            raise DeclarationError(file, unknown_name("type", declared, "component type", known))
    return found


def _with_variants(file: Path, kind: type[BaseModel], attributes: dict[str, Any]) -> list[BaseModel]:
    declared = _validated(file, kind, attributes)
    if not isinstance(declared, MonitoredModelDeclaration):
        return [declared]
    misplaced = reserved_field(attributes)
    if misplaced:
        raise DeclarationError(
            file, f"{declared.name}.{misplaced}: a variant cannot have {' or '.join(RESERVED)}. Remove it."
        )
    return [declared, *(_validated(file, kind, variant) for variant in variants(attributes))]


def _documents(file: Path) -> list[dict[str, Any]]:
    try:
        documents = [
            document for document in yaml.load_all(file.read_text(encoding="utf-8"), Loader=_LOADER) if document
        ]
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise DeclarationError(file, f"it is no valid YAML: {reason}. Correct that line.") from error
    for number, document in enumerate(documents, start=1):
        if not isinstance(document, dict):
            raise DeclarationError(file, f"document {number} has no fields. Begin it with 'type:' and 'attributes:'.")
    return documents


def _validated(file: Path, kind: type[BaseModel], attributes: dict[str, Any]) -> BaseModel:
    try:
        return kind.model_validate(attributes)
    except ValidationError as error:
        raise DeclarationError(file, broken_rule(kind, attributes, error)) from error


def _by_name(file: Path, declarations: Iterable[_Named]) -> dict[str, _Named]:
    result: dict[str, _Named] = {}
    for declaration in declarations:
        if declaration.name in result:
            raise DeclarationError(file, f"'{declaration.name}' is declared twice. Rename or remove one of them.")
        result[declaration.name] = declaration
    return result


def all_products(folder: Path = DEFS_FOLDER) -> list[Product]:
    """All products of a folder, by name."""
    return [load_product(file.parent.name, folder) for file in declaration_files(folder)]


def declaration_files(folder: Path = DEFS_FOLDER) -> list[Path]:
    """The file of declarations of every product, by name of the product."""
    return sorted(folder.glob(f"*/{DECLARATION_FILE}"))
