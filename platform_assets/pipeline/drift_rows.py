"""The declared multivariate look of a drift report: the only part of it that reads rows again, and a sample of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_assets.pipeline.drift_windows import Windows
from platform_assets.pipeline.product import MonitoredModelDeclaration, Product
from platform_assets.pipeline.workspace import Workspace
from platform_assets.quality.contract import Contract, contract_window
from platform_assets.quality.drift.declaration import MultivariateDeclaration
from platform_assets.quality.drift.result import DriftResult, MultivariateDrift

if TYPE_CHECKING:
    import pyarrow as pa


def with_multivariate(
    workspace: Workspace,
    product: Product,
    model: MonitoredModelDeclaration,
    partition: str,
    windows: Windows,
    result: DriftResult,
) -> DriftResult:
    """The result with what rows tell about how features go together, if that is declared; drift if they do not.

    Each partition is read on its own and sampled at once, so memory is bounded by the largest of them.
    """
    declared = model.drift.multivariate
    if declared is None:
        return result
    found = _look(workspace, product, model, partition, windows, declared)
    summary = result.summary if found.verdict == "stable" else f"{result.summary} {found.message}"
    verdict = "drift" if found.verdict == "drift" else result.verdict
    return result.model_copy(update={"multivariate": found, "verdict": verdict, "summary": summary})


def _look(
    workspace: Workspace,
    product: Product,
    model: MonitoredModelDeclaration,
    partition: str,
    windows: Windows,
    declared: MultivariateDeclaration,
) -> MultivariateDrift:
    import pyarrow as pa

    from platform_assets.quality.drift.encoding import sampled
    from platform_assets.quality.drift.multivariate import multivariate_drift, without_reference

    if windows.reference is None:
        return without_reference(declared)
    contract = product.feature_sets[model.feature_set]
    columns = model.monitored_columns or model.chosen_features(contract.feature_columns)
    share = -(-declared.sample_rows // (2 * len(windows.compared_with)))
    sample = [
        sampled(_rows(workspace, product, model, contract, month, columns), share, model.seed)
        for month in windows.compared_with
    ]
    return multivariate_drift(
        pa.concat_tables(sample),
        _rows(workspace, product, model, contract, partition, columns),
        columns,
        declared,
        time_column=_time(contract),
        noise_level=model.drift.noise_level,
        min_rows=model.drift.min_rows,
    )


def _rows(
    workspace: Workspace,
    product: Product,
    model: MonitoredModelDeclaration,
    contract: Contract,
    partition: str,
    columns: list[str],
) -> pa.Table:
    from platform_assets.learning.segment import rows_where

    window = contract_window(contract, partition)
    if window is None:
        raise ValueError(f"'{contract.name}' has no partitions, but a drift report compares them.")
    named = list(dict.fromkeys([*columns, *model.where, window.column]))
    rows = workspace.lake.read(product.table(contract.name), window, columns=named)
    return rows_where(rows, model.where, f"model '{model.name}', {contract.name}")


def _time(contract: Contract) -> str | None:
    return contract.partitions.column if contract.partitions else None
