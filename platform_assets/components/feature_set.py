"""The FeatureSet component: a PySpark function over datasets becomes an audited table."""

import functools
from collections.abc import Iterator
from typing import Any

import dagster as dg

from platform_assets.automation.conditions import when_inputs_are_updated
from platform_assets.components.asset_facts import asset_arguments, check_specs, materialize_result
from platform_assets.components.declared import DeclaredComponent
from platform_assets.components.resources import WorkspaceResource
from platform_assets.components.steps import run_step
from platform_assets.learning.feature_set import FeatureSetDeclaration
from platform_assets.pipeline import Product


class FeatureSet(DeclaredComponent):
    """Features computed by a PySpark function of the product's folder, from exact input snapshots."""

    declaration_type = FeatureSetDeclaration

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """The asset with its checks."""
        product = self.product(context)
        return dg.Definitions(assets=[feature_asset(product, product.feature_sets[self.name])])


def feature_asset(product: Product, declaration: FeatureSetDeclaration) -> dg.AssetsDefinition:
    """The asset of a feature set."""
    reads = [product.datasets[source.dataset] for source in declaration.inputs]

    @dg.asset(
        **asset_arguments(declaration, product.name, {"iceberg", "pyspark"}, reads),
        deps=[_input_dependency(product, source.dataset, source.lookback_days > 0) for source in declaration.inputs],
        check_specs=check_specs(declaration, delivered=False),
        automation_condition=when_inputs_are_updated(),
    )
    def feature_set(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Iterator[Any]:
        from platform_assets.pipeline.feature_set import materialise_features

        partition = context.partition_key if declaration.partitions else None
        space = workspace.open_step(context)
        make = functools.partial(materialise_features, space, product, declaration.name, partition)
        done = yield from run_step(declaration, make, reads=reads)
        yield materialize_result(declaration, done)

    return feature_set


def _input_dependency(product: Product, dataset: str, looks_back: bool) -> dg.AssetDep:
    if product.datasets[dataset].partitions is None or not looks_back:
        return dg.AssetDep(dataset)
    # The month before is needed for the history; the very first month has none.
    history = dg.TimeWindowPartitionMapping(start_offset=-1, allow_nonexistent_upstream_partitions=True)
    return dg.AssetDep(dataset, partition_mapping=history)
