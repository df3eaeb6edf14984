"""What a drift report tells beside the comparison: the course of every column, the model's use of it, whom to ask."""

from __future__ import annotations

from platform_assets.learning import partitions
from platform_assets.learning.declaration import RetrainingDeclaration
from platform_assets.learning.feature_set import FeatureSetDeclaration
from platform_assets.pipeline.drift_windows import MONTHS_A_YEAR, PROBABILITY, Windows, watched
from platform_assets.pipeline.model_profiles import model_profiles
from platform_assets.pipeline.product import MonitoredModelDeclaration, Product
from platform_assets.pipeline.workspace import Workspace
from platform_assets.quality.drift.result import DriftResult
from platform_assets.quality.lineage import lineage_of
from platform_assets.quality.profile import TableProfile
from platform_assets.quality.profile_table import read_profiles
from platform_assets.quality.report.context import Origin, ReportContext
from platform_assets.quality.report.history import column_histories


def report_context(
    workspace: Workspace,
    product: Product,
    model: MonitoredModelDeclaration,
    partition: str,
    windows: Windows,
    result: DriftResult,
) -> ReportContext:
    """Everything around one comparison of a model's data, from stored profiles and declarations."""
    feature_set = product.feature_sets[model.feature_set]
    months = MONTHS_A_YEAR if model.drift.reference == "season" else 1
    references = {column.column: windows.compared_with for column in result.columns}
    references[PROBABILITY] = [partitions.offset(partition, -months)]
    profiles = _profiles(workspace, product, model)
    return ReportContext(
        partition=partition,
        histories=column_histories(profiles, result, windows.reference, references, partition),
        model=model.name,
        used=frozenset([*model.chosen_features(feature_set.feature_columns), PROBABILITY]),
        prediction=PROBABILITY,
        labels=frozenset(windows.columns) - frozenset(watched(product, model)),
        origins=_origins(product, feature_set, partition),
        policy=policy_words(model.retraining),
    )


def policy_words(policy: RetrainingDeclaration) -> str:
    """What the declared retraining policy does about drift, as a sentence."""
    if policy.on_drift:
        pause = f", but not within {_count(policy.cool_down_partitions, 'one partition')} of a training"
        return f"The policy trains by itself when a drift begins{pause if policy.cool_down_partitions else ''}."
    if policy.every_partitions:
        return f"The policy trains every {_count(policy.every_partitions, 'partition')}, whatever drifts."
    return "No training follows by itself: train by hand."


def _count(many: int, one: str) -> str:
    return one if many == 1 else f"{many} partitions"


def _profiles(workspace: Workspace, product: Product, model: MonitoredModelDeclaration) -> dict[str, TableProfile]:
    """Features and predictions of each partition as one profile."""
    features = model_profiles(workspace, product, model, product.feature_sets[model.feature_set])
    predictions = read_profiles(workspace.lake, product.table(f"{model.name}_predictions"))
    return {name: _joined(profile, predictions.get(name)) for name, profile in features.items()}


def _joined(features: TableProfile, predictions: TableProfile | None) -> TableProfile:
    if predictions is None:
        return features
    return TableProfile(features.rows, {**features.columns, PROBABILITY: predictions.columns[PROBABILITY]})


def _origins(product: Product, feature_set: FeatureSetDeclaration, partition: str) -> dict[str, tuple[Origin, ...]]:
    """The delivered files behind each feature by the declared lineage, that with a column of its name first."""
    found: dict[str, tuple[Origin, ...]] = {}
    for name, references in lineage_of(feature_set).items():
        columns: dict[str, list[str]] = {}
        for reference in references:
            columns.setdefault(reference.table, []).append(reference.column)
        # A column of the same name is where the values are; the others only join or order them.
        tables = sorted(columns, key=lambda table: name not in columns[table])
        found[name] = tuple(
            _origin(product, table, sorted(columns[table], key=lambda column: column != name), partition)
            for table in tables
        )
    return found


def _origin(product: Product, dataset: str, columns: list[str], partition: str) -> Origin:
    declared = product.datasets[dataset]
    return Origin(declared.landing_file(partition), tuple(columns), declared.owner)
