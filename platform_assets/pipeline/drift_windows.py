"""What a model's drift report compares with what: the windows of its features, its predictions and its labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from platform_assets.learning import partitions
from platform_assets.pipeline.model_profiles import ModelProfiles, applies
from platform_assets.pipeline.product import MonitoredModelDeclaration, Product
from platform_assets.pipeline.promotion import NoChampion
from platform_assets.pipeline.training import labelled_partitions
from platform_assets.pipeline.workspace import Workspace
from platform_assets.quality.drift.windows import refuse_overlap
from platform_assets.quality.errors import MissingProfile
from platform_assets.quality.profile import ColumnProfile, TableProfile
from platform_assets.quality.profile_table import StoredProfiles

PROBABILITY = "probability"
MONTHS_A_YEAR = 12


class PredictedProfiles(Protocol):
    """Profiles of a model's predictions by partition, as `StoredProfiles` has them."""

    def merged(self, window: Sequence[str], columns: Sequence[str] | None = None) -> TableProfile | None:
        """The profile of all rows of these partitions; None if none of them was predicted."""
        ...

    def single(self, *, columns: Sequence[str] | None = None) -> Mapping[str, TableProfile]:
        """The profile of every predicted partition."""
        ...


@dataclass(frozen=True)
class Windows:
    """The two sides of a comparison, as profiles of the same columns.

    Attributes:
        compared_with: partitions of the features' reference.
        described: the reference in words.
        profiles: of the features and of the predictions, by partition.
        unreferenced: columns of the current side whose own reference was never published.
        labels: what of the labels is compared with what, in words.
    """

    reference: TableProfile | None
    current: TableProfile
    compared_with: list[str]
    described: str
    version: int
    columns: list[str]
    profiles: tuple[ModelProfiles, PredictedProfiles]
    unreferenced: list[str] = field(default_factory=list)
    labels: str = "not compared"


@dataclass(frozen=True)
class _Addition:
    """Columns that come from another table than the features, with both of their sides."""

    reference: dict[str, ColumnProfile]
    current: dict[str, ColumnProfile]
    words: str = ""


def drift_windows(workspace: Workspace, product: Product, model: MonitoredModelDeclaration, partition: str) -> Windows:
    """The profiles that a report of ``partition`` compares, with the champion in charge of it; see `windows_of`.

    Raises:
        NoChampion: no champion is in charge of the partition.
        OverlappingWindows: the champion was trained on the partition itself.
        MissingProfile: the partition's features were not published.
    """
    version, as_of = _champion(workspace, model, partition)
    predicted = StoredProfiles(workspace.lake, product.table(f"{model.name}_predictions"))
    return windows_of(workspace, product, model, partition, version, as_of, predicted)


def windows_of(
    workspace: Workspace,
    product: Product,
    model: MonitoredModelDeclaration,
    partition: str,
    version: int,
    as_of: str,
    predicted: PredictedProfiles,
) -> Windows:
    """The profiles that a report of ``partition`` compares for a version trained as of ``as_of``.

    No row is read, unless the model is for some rows only. Features follow the declared reference. Predictions are
    compared with the partition before, which the champion had not been trained on either, or with that of the season.
    Labels come late: the newest labelled partition is compared, with the training labels or as declared, and not at
    all if it was itself trained on.

    Raises:
        OverlappingWindows: the version was trained on the partition itself.
        MissingProfile: the partition's features were not published.
    """
    feature_set = product.feature_sets[model.feature_set]
    trained_on = labelled_partitions(feature_set, model, as_of)
    features = product.table(feature_set.name)
    compared_with = _reference(model, partition, trained_on)
    refuse_overlap(features, compared_with, [partition], "Declare drift.reference as 'previous' or 'season'.")
    profiles = ModelProfiles(workspace, product, model, feature_set)
    current = profiles.merged([partition])
    if current is None:
        raise MissingProfile(features, partition)
    reference = profiles.merged(compared_with)
    added = [
        _predictions(predicted, model, partition),
        _labels(workspace, product, model, partition, trained_on),
    ]
    return Windows(
        _with(reference, [addition.reference for addition in added]) if reference else None,
        _with(current, [addition.current for addition in added]),
        compared_with,
        _described(model, compared_with),
        version,
        [*watched(product, model), *added[-1].current],
        (profiles, predicted),
        [name for addition in added for name in addition.current if name not in addition.reference],
        added[-1].words,
    )


def watched(product: Product, model: MonitoredModelDeclaration) -> list[str]:
    """Features and predictions that a model's drift report compares; labels come besides."""
    features = model.monitored_columns or model.chosen_features(product.feature_sets[model.feature_set].feature_columns)
    return [*features, PROBABILITY]


def _champion(workspace: Workspace, model: MonitoredModelDeclaration, partition: str) -> tuple[int, str]:
    """The version in charge and what it was trained as of."""
    registry = workspace.registry(model.name)
    version = registry.champion_in_charge(partition)
    if version is None:
        raise NoChampion(model.name, partition)
    return version, next(info.as_of for info in registry.versions() if info.version == version)


def _reference(model: MonitoredModelDeclaration, partition: str, trained_on: list[str]) -> list[str]:
    if model.drift.reference == "training":
        return trained_on
    months = 1 if model.drift.reference == "previous" else MONTHS_A_YEAR
    return [partitions.offset(partition, -months)]


def predictions_before(model: MonitoredModelDeclaration, partition: str) -> str:
    """The partition whose predictions are compared with those of this one."""
    return partitions.offset(partition, -(MONTHS_A_YEAR if model.drift.reference == "season" else 1))


def _predictions(predicted: PredictedProfiles, model: MonitoredModelDeclaration, partition: str) -> _Addition:
    """The predicted probability; nothing if the partition was not predicted."""
    windows = [predictions_before(model, partition)], [partition]
    before, now = (predicted.merged(window, [PROBABILITY]) for window in windows)
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
    profiles = ModelProfiles(workspace, product, model, dataset)
    computed_from = [path.split(".")[1] for path in label.computed_from]
    now = profiles.merged([newest], [label.column, *computed_from])
    if newest in compared_with or now is None:
        return _Addition({}, {}, "none newer than those of the training")
    before = profiles.merged(compared_with, list(now.columns))
    sources = [label.column] if label.column in now.columns else computed_from
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
