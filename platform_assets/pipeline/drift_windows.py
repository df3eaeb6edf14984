"""What a model's drift report compares with what: the windows of its features, its predictions and its labels."""

from __future__ import annotations

from dataclasses import dataclass, field

from platform_assets.learning import partitions
from platform_assets.pipeline.model_profiles import applies, model_profile
from platform_assets.pipeline.product import MonitoredModelDeclaration, Product
from platform_assets.pipeline.promotion import NoChampion
from platform_assets.pipeline.training import labelled_partitions
from platform_assets.pipeline.workspace import Workspace
from platform_assets.quality.drift.windows import refuse_overlap
from platform_assets.quality.errors import MissingProfile
from platform_assets.quality.profile import ColumnProfile, TableProfile
from platform_assets.quality.profile_table import read_profile

PROBABILITY = "probability"
MONTHS_A_YEAR = 12


@dataclass(frozen=True)
class Windows:
    """The two sides of a comparison, as profiles of the same columns.

    Attributes:
        compared_with: partitions of the features' reference.
        described: the reference in words.
        unreferenced: columns of the current side whose own reference was never published.
        labels: what of the labels is compared with what, in words.
    """

    reference: TableProfile | None
    current: TableProfile
    compared_with: list[str]
    described: str
    version: int
    columns: list[str]
    unreferenced: list[str] = field(default_factory=list)
    labels: str = "not compared"


@dataclass(frozen=True)
class _Addition:
    """Columns that come from another table than the features, with both of their sides."""

    reference: dict[str, ColumnProfile]
    current: dict[str, ColumnProfile]
    words: str = ""


def drift_windows(workspace: Workspace, product: Product, model: MonitoredModelDeclaration, partition: str) -> Windows:
    """The profiles that a report of ``partition`` compares; no row is read, unless the model is for some rows only.

    Features follow the declared reference. Predictions are compared with the partition before, which the champion had
    not been trained on either, or with that of the season. Labels come late: the newest labelled partition is
    compared, with the training labels or as declared, and not at all if it was itself trained on.

    Raises:
        NoChampion: no champion is in charge of the partition.
        OverlappingWindows: the champion was trained on the partition itself.
        MissingProfile: the partition's features were not published.
    """
    version, trained_on = _champion(workspace, product, model, partition)
    feature_set = product.feature_sets[model.feature_set]
    features = product.table(feature_set.name)
    compared_with = _reference(model, partition, trained_on)
    refuse_overlap(features, compared_with, [partition], "Declare drift.reference as 'previous' or 'season'.")
    current = model_profile(workspace, product, model, feature_set, [partition])
    if current is None:
        raise MissingProfile(features, partition)
    reference = model_profile(workspace, product, model, feature_set, compared_with)
    added = [
        _predictions(workspace, product, model, partition),
        _labels(workspace, product, model, partition, trained_on),
    ]
    return Windows(
        _with(reference, [addition.reference for addition in added]) if reference else None,
        _with(current, [addition.current for addition in added]),
        compared_with,
        _described(model, compared_with),
        version,
        [*watched(product, model), *added[-1].current],
        [name for addition in added for name in addition.current if name not in addition.reference],
        added[-1].words,
    )


def watched(product: Product, model: MonitoredModelDeclaration) -> list[str]:
    """Features and predictions that a model's drift report compares; labels come besides."""
    features = model.monitored_columns or model.chosen_features(product.feature_sets[model.feature_set].feature_columns)
    return [*features, PROBABILITY]


def _champion(
    workspace: Workspace, product: Product, model: MonitoredModelDeclaration, partition: str
) -> tuple[int, list[str]]:
    """The version in charge and the partitions it was trained on."""
    registry = workspace.registry(model.name)
    version = registry.champion_in_charge(partition)
    if version is None:
        raise NoChampion(model.name, partition)
    as_of = next(info.as_of for info in registry.versions() if info.version == version)
    return version, labelled_partitions(product.feature_sets[model.feature_set], model, as_of)


def _reference(model: MonitoredModelDeclaration, partition: str, trained_on: list[str]) -> list[str]:
    if model.drift.reference == "training":
        return trained_on
    months = 1 if model.drift.reference == "previous" else MONTHS_A_YEAR
    return [partitions.offset(partition, -months)]


def _predictions(workspace: Workspace, product: Product, model: MonitoredModelDeclaration, partition: str) -> _Addition:
    """The predicted probability; nothing if the partition was not predicted."""
    months = MONTHS_A_YEAR if model.drift.reference == "season" else 1
    table = product.table(f"{model.name}_predictions")
    before = read_profile(workspace.lake, table, [partitions.offset(partition, -months)])
    now = read_profile(workspace.lake, table, [partition])
    sides = [{PROBABILITY: side.columns[PROBABILITY]} if side else {} for side in (before, now)]
    return _Addition(sides[0], sides[1])


def _labels(
    workspace: Workspace, product: Product, model: MonitoredModelDeclaration, partition: str, trained_on: list[str]
) -> _Addition:
    """The label of the newest labelled partition, or the columns it is computed from: what the profile has."""
    label = model.label
    newest = partitions.offset(partition, -label.delay_partitions)
    compared_with = _reference(model, newest, trained_on)
    dataset = product.datasets[label.dataset]
    if model.where and not applies(model, dataset):
        return _Addition({}, {}, f"not compared, as {dataset.name} does not tell whose rows are the model's")
    now = model_profile(workspace, product, model, dataset, [newest])
    if newest in compared_with or now is None:
        return _Addition({}, {}, "none newer than those of the training")
    before = model_profile(workspace, product, model, dataset, compared_with)
    sources = [label.column] if label.column in now.columns else [path.split(".")[1] for path in label.computed_from]
    sides = [
        {f"label: {name}": side.columns[name] for name in sources if name in side.columns} if side else {}
        for side in (before, now)
    ]
    return _Addition(sides[0], sides[1], f"{', '.join(sources)} of {newest}, compared with {span(compared_with)}")


def _with(features: TableProfile, additions: list[dict[str, ColumnProfile]]) -> TableProfile:
    columns = dict(features.columns)
    for addition in additions:
        columns.update(addition)
    return TableProfile(features.rows, dict(sorted(columns.items())))


def _described(model: MonitoredModelDeclaration, compared_with: list[str]) -> str:
    why = {
        "training": "on which that version was trained",
        "previous": "the partition before",
        "season": "the same partition a year before",
    }
    return f"{span(compared_with)}, {why[model.drift.reference]}"


def span(months: list[str]) -> str:
    """Partitions in words."""
    return months[0] if len(months) == 1 else f"{months[0]} to {months[-1]}"
