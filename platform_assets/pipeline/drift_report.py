"""How far did a partition move away from what its champion was trained on? Answered from stored profiles alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platform_assets.learning import partitions
from platform_assets.pipeline.materialisation import Materialisation, Provenance
from platform_assets.pipeline.model_tables import MONTH, drift_contract
from platform_assets.pipeline.product import MonitoredModelDeclaration, Product
from platform_assets.pipeline.promotion import NoChampion
from platform_assets.pipeline.publishing import publish_rows
from platform_assets.pipeline.report_context import report_context
from platform_assets.pipeline.training import labelled_partitions, rows_under
from platform_assets.pipeline.workspace import Workspace
from platform_assets.quality.drift.compare import compare_profiles
from platform_assets.quality.drift.result import DriftResult
from platform_assets.quality.errors import MissingProfile
from platform_assets.quality.profile import TableProfile
from platform_assets.quality.profile_table import read_profile
from platform_assets.quality.report.as_json import drift_report_json
from platform_assets.quality.report.context import ReportContext
from platform_assets.quality.report.html import drift_report_html
from platform_assets.quality.report.markdown import drift_report_markdown
from platform_assets.quality.report.picture import drift_picture_svg

PROBABILITY = "probability"


@dataclass(frozen=True)
class DriftReport:
    """A finished report: the result, where a person reads it, and the published rows."""

    result: DriftResult
    html: Path
    markdown: str
    record: Materialisation


@dataclass(frozen=True)
class _Windows:
    """The two sides of a comparison, as profiles of the same columns."""

    reference: TableProfile | None
    current: TableProfile
    trained_on: list[str]
    version: int


def materialise_drift_report(workspace: Workspace, product: Product, name: str, partition: str) -> DriftReport:
    """Compare one partition's features and predictions with the training window of the champion in charge.

    The predicted probability is compared with the partition before, which the champion had not been trained on either.

    Raises:
        NoChampion: no champion is in charge of the partition.
        MissingProfile: the partition's features were not published.
    """
    model = product.models[name]
    windows = _windows(workspace, product, model, partition)
    result = compare_profiles(
        windows.reference, windows.current, columns=watched(product, model), thresholds=model.drift
    )
    picture = drift_picture_svg(result, windows.reference, windows.current)
    about = report_context(workspace, product, model, partition, result, windows.reference, windows.trained_on)
    html = _write(workspace, product, model, partition, windows, result, about)
    record = _record(workspace, product, model, partition, windows, result)
    return DriftReport(result, html, drift_report_markdown(result, picture, about), record)


def watched(product: Product, model: MonitoredModelDeclaration) -> list[str]:
    """Columns that a model's drift report compares."""
    features = model.monitored_columns or model.features or product.feature_sets[model.feature_set].feature_columns
    return [*features, PROBABILITY]


def _windows(workspace: Workspace, product: Product, model: MonitoredModelDeclaration, partition: str) -> _Windows:
    registry = workspace.registry(model.name)
    version = registry.champion_in_charge(partition)
    if version is None:
        raise NoChampion(model.name, partition)
    as_of = next(info.as_of for info in registry.versions() if info.version == version)
    feature_set = product.feature_sets[model.feature_set]
    trained_on = labelled_partitions(feature_set, model, as_of)
    features = product.table(feature_set.name)
    current = read_profile(workspace.lake, features, [partition])
    if current is None:
        raise MissingProfile(features, partition)
    reference = read_profile(workspace.lake, features, trained_on)
    predictions = product.table(f"{model.name}_predictions")
    before = read_profile(workspace.lake, predictions, [partitions.previous_partition(partition)])
    now = read_profile(workspace.lake, predictions, [partition])
    return _Windows(
        _with_probability(reference, before), _with_probability(current, now) or current, trained_on, version
    )


def _with_probability(features: TableProfile | None, predictions: TableProfile | None) -> TableProfile | None:
    if features is None or predictions is None:
        return features
    columns = {**features.columns, PROBABILITY: predictions.columns[PROBABILITY]}
    return TableProfile(features.rows, dict(sorted(columns.items())))


def _write(
    workspace: Workspace,
    product: Product,
    model: MonitoredModelDeclaration,
    partition: str,
    windows: _Windows,
    result: DriftResult,
    about: ReportContext,
) -> Path:
    folder = workspace.reports / product.name / model.name
    folder.mkdir(parents=True, exist_ok=True)
    context = {
        "Model": f"{model.name}, version {windows.version}",
        "Partition": partition,
        "Compared with": f"{_span(windows.trained_on)}, on which that version was trained",
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


def _span(months: list[str]) -> str:
    return months[0] if len(months) == 1 else f"{months[0]} to {months[-1]}"


def _record(
    workspace: Workspace,
    product: Product,
    model: MonitoredModelDeclaration,
    partition: str,
    windows: _Windows,
    result: DriftResult,
) -> Materialisation:
    rows: list[dict[str, Any]] = [
        {
            MONTH: partitions.window(partition)[0],
            "column": column.column,
            "verdict": column.verdict,
            "partition_verdict": result.verdict,
            "psi": column.psi,
            "js": column.js,
            "ks": column.ks,
            "wasserstein": column.wasserstein,
            "reference_missing_share": column.reference_missing_share,
            "current_missing_share": column.current_missing_share,
            "message": column.message,
            "model_version": windows.version,
        }
        for column in result.columns
    ]
    contract = drift_contract(model)
    tables = [product.table(model.feature_set), product.table(f"{model.name}_predictions")]
    read = {table: workspace.lake.snapshot_id(table) for table in tables if workspace.lake.exists(table)}
    inputs = {table: snapshot for table, snapshot in read.items() if snapshot is not None}
    provenance = Provenance(inputs, {"model-version": str(windows.version)})
    return publish_rows(workspace, product.name, contract, partition, rows_under(contract, rows), provenance)
