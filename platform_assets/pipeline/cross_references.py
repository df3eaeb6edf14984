"""Whether the declarations of a product fit together: what one names, another declares, or a file defines."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from platform_assets.pipeline.asset_owners import asset_owners
from platform_assets.pipeline.declared_wrongly import broken_rule, unknown_columns, unknown_name
from platform_assets.pipeline.matched_on import broken_matches
from platform_assets.pipeline.model_tables import predictions_contract
from platform_assets.quality.contract import Contract
from platform_assets.quality.rate_of_change.rule import WatchedContract

if TYPE_CHECKING:
    from platform_assets.pipeline.product import Product


def broken_references(product: Product, folder: Path) -> Iterator[str]:
    """Names that refer to nothing, in words for the person who wrote them.

    Take the first one only: each group relies on the names that the groups before it have looked up.
    """
    yield from _dangling_names(product)
    yield from _dangling_lineage(product)
    yield from _dangling_replacements(product)
    yield from _unfit_predictions(product)
    yield from _missing_functions(folder, product)
    yield from _dangling_budgets(product)


def _dangling_names(product: Product) -> Iterator[str]:
    for feature_set in product.feature_sets.values():
        for source in feature_set.inputs:
            if source.dataset not in product.datasets:
                yield unknown_name(f"{feature_set.name}.inputs", source.dataset, "dataset", product.datasets)
    for model in product.models.values():
        if model.feature_set not in product.feature_sets:
            yield unknown_name(f"{model.name}.feature_set", model.feature_set, "feature set", product.feature_sets)
            continue
        if model.label.dataset not in product.datasets:
            yield unknown_name(f"{model.name}.label.dataset", model.label.dataset, "dataset", product.datasets)
        known = [column.name for column in product.feature_sets[model.feature_set].columns]
        named = {
            "features": model.features,
            "where": model.where,
            "baseline.segments": model.baseline.segments,
            "segments": model.segments,
            **{f"gates.{gate.name}.column": [gate.column] for gate in model.gates if gate.column},
            "monitored_columns": model.monitored_columns,
            "monitoring.segments": model.monitoring.segments,
        }
        for field, names in named.items():
            for name in set(names or []) - set(known):
                yield unknown_name(f"{model.name}.{field}", name, f"column of {model.feature_set}", known)
        labels = [f"label: {path.rpartition('.')[2]}" for path in (model.label.column, *model.label.computed_from)]
        for name in set(model.drift.importance) - {*known, "probability", *labels}:
            yield unknown_name(f"{model.name}.drift.importance", name, f"column of {model.feature_set}", known)


def _dangling_lineage(product: Product) -> Iterator[str]:
    """Columns said to be computed from what is no column of an input."""
    for feature_set in product.feature_sets.values():
        inputs = {source.dataset: product.datasets[source.dataset] for source in feature_set.inputs}
        for column in feature_set.columns:
            yield from unknown_columns(f"{feature_set.name}.columns.{column.name}", column.computed_from, inputs)
        yield from broken_matches(feature_set, inputs)
    for model in product.models.values():
        source = {model.label.dataset: product.datasets[model.label.dataset]}
        yield from unknown_columns(f"{model.name}.label", model.label.computed_from, source)


def _dangling_replacements(product: Product) -> Iterator[str]:
    """Replacements of deprecated tables that are not declared."""
    tables: dict[str, Contract] = {**product.datasets, **product.feature_sets}
    for name, contract in tables.items():
        replacement = contract.deprecation.replacement if contract.deprecation else None
        if replacement and replacement not in tables:
            yield unknown_name(f"{name}.deprecation.replacement", replacement, "dataset or feature set", tables)


def _unfit_predictions(product: Product) -> Iterator[str]:
    """Rates of change of predictions that name what is no column of them."""
    for model in product.models.values():
        features = product.feature_sets[model.feature_set]
        if features.partitions is None:
            continue
        try:
            predictions_contract(model, features)
        except ValidationError as error:
            yield broken_rule(WatchedContract, {"name": f"{model.name}_predictions"}, error)


def _dangling_budgets(product: Product) -> Iterator[str]:
    """Budgets of assets or owners that the product does not have."""
    if not product.budgets:
        return
    owners = asset_owners(product)
    for budget in product.budgets.values():
        if budget.asset is not None and budget.asset not in owners:
            yield unknown_name(f"{budget.name}.asset", budget.asset, "asset", owners)
        if budget.for_owner is not None and budget.for_owner not in owners.values():
            yield unknown_name(f"{budget.name}.for_owner", budget.for_owner, "owner", sorted({*owners.values()}))


def _missing_functions(folder: Path, product: Product) -> Iterator[str]:
    """Declared functions that the product's files do not define; looked up in the source, as PySpark loads slowly."""
    declared = [(f"{each.name}.function", each.function) for each in product.feature_sets.values()]
    declared += [(f"{model.name}.label.function", model.label.function) for model in product.models.values()]
    for field, path in declared:
        module, _, name = path.rpartition(".")
        file = folder.joinpath(*module.split(".")).with_suffix(".py")
        body = ast.parse(file.read_text(encoding="utf-8")).body if file.is_file() else []
        functions = [node.name for node in body if isinstance(node, ast.FunctionDef)]
        if name not in functions:
            public = [function for function in functions if not function.startswith("_")]
            yield unknown_name(field, name, f"function in {folder.name}/{file.relative_to(folder)}", public)
