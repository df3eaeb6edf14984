"""How far did a partition move away from what its champion was trained on, or from what else is declared?

Answered from stored profiles; only the multivariate look, if declared, reads a sample of the rows again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from platform_assets.learning import partitions
from platform_assets.pipeline.drift_rows import with_multivariate
from platform_assets.pipeline.drift_table import drift_rows
from platform_assets.pipeline.drift_weights import Weights, drift_weights
from platform_assets.pipeline.drift_windows import Windows, drift_windows
from platform_assets.pipeline.materialisation import Materialisation, Provenance
from platform_assets.pipeline.model_tables import MONTH, drift_contract
from platform_assets.pipeline.product import MonitoredModelDeclaration, Product
from platform_assets.pipeline.publishing import publish_rows
from platform_assets.pipeline.report_context import report_context
from platform_assets.pipeline.training import rows_under
from platform_assets.pipeline.workspace import Workspace
from platform_assets.quality.drift.compare import compare_profiles
from platform_assets.quality.drift.result import DriftResult
from platform_assets.quality.report.as_json import drift_report_json
from platform_assets.quality.report.context import ReportContext
from platform_assets.quality.report.html import drift_report_html
from platform_assets.quality.report.markdown import drift_report_markdown
from platform_assets.quality.report.picture import drift_picture_svg


@dataclass(frozen=True)
class DriftReport:
    """A finished report: the result, where a person reads it, and the published rows."""

    result: DriftResult
    html: Path
    markdown: str
    record: Materialisation


def materialise_drift_report(workspace: Workspace, product: Product, name: str, partition: str) -> DriftReport:
    """Compare one partition's features, predictions and labels with the declared reference; see `drift_windows`.

    Raises:
        NoChampion: no champion is in charge of the partition.
        OverlappingWindows: the champion was trained on the partition itself.
        MissingProfile: the partition's features were not published.
    """
    model = product.models[name]
    windows = drift_windows(workspace, product, model, partition)
    weights = drift_weights(workspace, model, windows.version)
    result = compare_windows(workspace, product, model, partition, windows, weights)
    picture = drift_picture_svg(result, windows.reference, windows.current)
    about = report_context(product, model, partition, windows, result)
    html = _write(workspace, product, model, partition, windows, result, about)
    record = _record(workspace, product, model, partition, windows, result)
    return DriftReport(result, html, drift_report_markdown(result, picture, about), record)


def compare_windows(
    workspace: Workspace,
    product: Product,
    model: MonitoredModelDeclaration,
    partition: str,
    windows: Windows,
    weights: Weights,
) -> DriftResult:
    """The verdict on a partition's windows, by the model's declared limits."""
    result = compare_profiles(
        windows.reference,
        windows.current,
        columns=windows.columns,
        thresholds=model.drift,
        importance=weights.by_column,
        unreferenced=windows.unreferenced,
    )
    return with_multivariate(workspace, product, model, partition, windows, weights.stated_in(result))


def _write(
    workspace: Workspace,
    product: Product,
    model: MonitoredModelDeclaration,
    partition: str,
    windows: Windows,
    result: DriftResult,
    about: ReportContext,
) -> Path:
    folder = workspace.reports / product.name / model.name
    folder.mkdir(parents=True, exist_ok=True)
    context = {
        "Model": f"{model.name}, version {windows.version}",
        "Partition": partition,
        "Compared with": windows.described,
        "Labels": windows.labels,
        "Owner": model.owner,
    }
    html = folder / f"drift-{partition}.html"
    text = drift_report_html(
        result,
        windows.reference,
        windows.current,
        title=f"Drift of {model.name} in {partition}",
        context=context,
        about=about,
    )
    html.write_text(text, encoding="utf-8")
    html.with_suffix(".json").write_text(json.dumps(drift_report_json(result, about), indent=2), encoding="utf-8")
    return html


def _record(
    workspace: Workspace,
    product: Product,
    model: MonitoredModelDeclaration,
    partition: str,
    windows: Windows,
    result: DriftResult,
) -> Materialisation:
    origin = {MONTH: partitions.window(partition)[0], "model_version": windows.version}
    rows = [{**origin, **row} for row in drift_rows(result)]
    contract = drift_contract(model)
    tables = [product.table(name) for name in (model.feature_set, f"{model.name}_predictions", model.label.dataset)]
    read = {table: workspace.lake.snapshot_id(table) for table in tables if workspace.lake.exists(table)}
    inputs = {table: snapshot for table, snapshot in read.items() if snapshot is not None}
    provenance = Provenance(inputs, {"model-version": str(windows.version)})
    return publish_rows(workspace, product.name, contract, partition, rows_under(contract, rows), provenance)
