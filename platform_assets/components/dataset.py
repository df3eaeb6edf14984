"""The Dataset component: a delivered file per partition becomes an audited table."""

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
from platform_assets.components.failures import told_to_the_user
from platform_assets.components.resources import WorkspaceResource
from platform_assets.pipeline import Product
from platform_assets.quality import audit
from platform_assets.quality.audit import CheckResult
from platform_assets.quality.dataset import DatasetDeclaration
from platform_assets.quality.errors import DeliveryRefused


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
        from platform_assets.pipeline.publishing import Refused

        partition = context.partition_key if declaration.partitions else None
        readable = CheckResult(name=audit.COLUMNS, passed=True, blocking=True, message="The file has every column.")
        with told_to_the_user():
            try:
                done = materialise_dataset(workspace.open(context.run_id), product, declaration.name, partition)
            except DeliveryRefused as error:
                refused = readable.model_copy(update={"passed": False, "message": str(error)})
                yield check_result(declaration, refused)
                raise
            except Refused as error:
                for check in [readable, *error.report.checks]:
                    yield check_result(declaration, check)
                raise
        yield materialize_result(declaration, done, checks=[check_result(declaration, readable)])

    return dataset
