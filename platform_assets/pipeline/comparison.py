"""Two versions of a model side by side: figures on rows that neither was trained on, and how they were made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from platform_assets.learning import partitions
from platform_assets.learning.evaluation import Evaluation, ModelFigures
from platform_assets.learning.model import FittedModel
from platform_assets.learning.version_info import COMPARED_WITH
from platform_assets.pipeline.inputs import current_snapshot
from platform_assets.pipeline.product import MonitoredModelDeclaration, Product
from platform_assets.pipeline.training import label_rows, spanning
from platform_assets.pipeline.workspace import Workspace
from platform_assets.quality.profile_table import StoredProfiles

if TYPE_CHECKING:
    from platform_assets.learning.version_info import VersionInfo

RESAMPLING_SEED = 0


class VersionFacts(BaseModel):
    """How a version was made, and what became of it; `own` are its figures on its own validation rows."""

    model_config = ConfigDict(frozen=True)

    version: int
    as_of: str
    aliases: list[str]
    reason: str
    gates_refused: str
    code_commit: str
    estimator: str
    parameters: dict[str, Any]
    seed: int
    rows: int
    trained_from: str
    trained_to: str
    validation_from: str
    snapshots: dict[str, int]
    libraries: dict[str, str]
    digest: str
    own: ModelFigures | None


class VersionComparison(BaseModel):
    """Two versions: `on_same_rows` has the second as candidate and the first as champion; `words` say which rows."""

    model_config = ConfigDict(frozen=True)

    first: VersionFacts
    second: VersionFacts
    on_same_rows: Evaluation | None
    words: str


def compare_versions(workspace: Workspace, product: Product, name: str, first: int, second: int) -> VersionComparison:
    """Compare two versions on all rows with known labels that are later than what either was trained on.

    Without such rows, by what the training of the second recorded, if the first was champion then; else each by its
    own validation.

    Raises:
        RegistryError: there is no such version.
    """
    registry = workspace.registry(name)
    infos = {info.version: info for info in registry.versions()}
    models = [registry.load(version) for version in (first, second)]
    facts = [_facts(infos[version], model) for version, model in zip((first, second), models, strict=True)]
    rows = _unseen_rows(workspace, product, product.models[name], models)
    if rows is not None and rows.num_rows:
        found = _evaluated(product.models[name], rows, models)
        words = f"{_window(found)}, on which neither was trained"
        return VersionComparison(first=facts[0], second=facts[1], on_same_rows=found, words=words)
    recorded = models[1].metadata.evaluation
    if recorded and recorded.champion and infos[second].tags.get(COMPARED_WITH) == str(first):
        words = f"{_window(recorded)}, on which version {second} was judged before it was fitted on them too"
        return VersionComparison(first=facts[0], second=facts[1], on_same_rows=recorded, words=words)
    words = "each on its own validation rows: no labels are known yet of rows later than both were trained on"
    return VersionComparison(first=facts[0], second=facts[1], on_same_rows=None, words=words)


def _window(found: Evaluation) -> str:
    return f"{found.rows:,} labelled rows from {found.first} to {found.last}"


def _facts(info: VersionInfo, model: FittedModel) -> VersionFacts:
    made = model.metadata
    shared = made.model_dump(include=set(VersionFacts.model_fields) - {"version"})
    return VersionFacts(
        version=info.version,
        aliases=list(info.aliases),
        reason=info.tags.get("reason", ""),
        gates_refused=info.tags.get("gates_refused", ""),
        code_commit=info.tags.get("code_commit", ""),
        own=made.evaluation.candidate if made.evaluation else None,
        **shared,
    )


def _unseen_rows(
    workspace: Workspace, product: Product, model: MonitoredModelDeclaration, models: list[FittedModel]
) -> pa.Table | None:
    from platform_assets.learning.segment import rows_where
    from platform_assets.learning.training_set import join_labels

    feature_set, delay = product.feature_sets[model.feature_set], model.label.delay_partitions
    tables = [product.table(each) for each in (model.feature_set, model.label.dataset)]
    delivered = StoredProfiles(workspace.lake, tables[1]).partitions
    featured = StoredProfiles(workspace.lake, tables[0]).partitions
    first = partitions.offset(max(each.metadata.as_of for each in models), 1 - delay)
    last = min(partitions.offset(delivered[-1], -delay), featured[-1]) if delivered and featured else ""
    if last < first:
        return None
    rows = workspace.lake.read(tables[0], spanning(feature_set, first, last))
    features = rows_where(rows, model.where, f"model '{model.name}', {model.feature_set}")
    labels = label_rows(workspace, product, model, first, last, current_snapshot(workspace, tables[1]))
    return join_labels(features, labels, feature_set.keys, model.label.column)


def _evaluated(model: MonitoredModelDeclaration, rows: pa.Table, models: list[FittedModel]) -> Evaluation:
    from platform_assets.learning.columns import epoch_micros, label_values
    from platform_assets.learning.evaluation import evaluate_models

    first, second = models
    return evaluate_models(
        rows,
        label_values(rows, model.label.column),
        epoch_micros(rows[second.metadata.event_time]),
        {
            "candidate": second.predict(rows),
            "baseline": second.baseline_probability(rows),
            "champion": first.predict(rows),
        },
        segments=model.segment_columns,
        seed=RESAMPLING_SEED,
    ).evaluation
