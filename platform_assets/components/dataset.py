"""The Dataset component: a delivered file per partition becomes an audited table."""

import functools
from collections.abc import Iterator
from typing import Any

import dagster as dg

from platform_assets.components.asset_facts import (
    asset_arguments,
    check_result,
    check_specs,
    materialize_result,
)
from platform_assets.components.declared import DeclaredComponent
from platform_assets.components.resources import WorkspaceResource
from platform_assets.components.steps import READABLE, run_step
from platform_assets.pipeline import Product
from platform_assets.quality.dataset import DatasetDeclaration


class Dataset(DeclaredComponent):
    """A table fed by delivered files, with a contract that every partition must keep before it becomes visible."""

    declaration_type = DatasetDeclaration

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """The asset with its checks."""
        product = self.product(context)
        return dg.Definitions(assets=[dataset_asset(product, product.datasets[self.name])])


def dataset_asset(product: Product, declaration: DatasetDeclaration) -> dg.AssetsDefinition:
    """The asset of a dataset."""

    @dg.asset(
        **asset_arguments(declaration, product.name, {"iceberg", declaration.arrival.format}),
        check_specs=check_specs(declaration, delivered=True),
    )
    def dataset(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Iterator[Any]:
        from platform_assets.pipeline.dataset import materialise_dataset

        partition = context.partition_key if declaration.partitions else None
        space = workspace.open_step(context)
        make = functools.partial(materialise_dataset, space, product, declaration.name, partition)
        done = yield from run_step(declaration, make, passed=[READABLE])
        yield materialize_result(declaration, done, checks=[check_result(declaration, READABLE)])

    return dataset
