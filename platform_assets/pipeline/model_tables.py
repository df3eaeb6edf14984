"""Contracts of the tables that every model has; they pass the same door as declared datasets."""

from __future__ import annotations

from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.learning.feature_set import FeatureSetDeclaration
from platform_assets.quality.contract import Column, Contract, Partitions, Volume
from platform_assets.quality.rate_of_change.rule import WatchedContract

MONTH = "month"
MONTH_COLUMN = Column(name=MONTH, type="timestamp", nullable=False, description="First instant of the partition (UTC).")


def predictions_contract(model: ModelDeclaration, features: FeatureSetDeclaration) -> WatchedContract:
    """One row an entity: what the champion in charge predicted, from which feature snapshot."""
    if features.partitions is None:
        raise ValueError(f"{model.name}.feature_set: '{features.name}' must have partitions to be predicted on.")
    time = features.partitions.column
    identity = [column for column in features.columns if column.name in {*features.keys, time}]
    columns = [
        # Their rules alone: they come from the feature set, not from what that was computed from.
        *(Column(**column.model_dump()) for column in identity),
        _share("probability", "Probability that the predicted event happens."),
        _share("baseline_probability", "What the seasonal naive baseline says."),
        Column(name="model_version", type="int", nullable=False, description="Model version that made the prediction."),
        Column(name="model_as_of", type="string", nullable=False, description="Partition as of which it was trained."),
        Column(name="feature_snapshot", type="long", nullable=False, description="Snapshot of the features it read."),
    ]
    return WatchedContract(
        name=f"{model.name}_predictions",
        description=f"{model.description} One row per row of {features.name}.",
        owner=model.owner,
        # Their identity comes from the feature set, and changes with it.
        version=features.version,
        changelog=features.changelog,
        columns=columns,
        keys=list(features.keys),
        partitions=features.partitions,
        # That of the feature set says nothing about some of its rows.
        volume=Volume() if model.where else features.volume,
        rate_of_change=model.rate_of_change,
    )


def performance_contract(model: ModelDeclaration) -> Contract:
    """One row a partition: how good its predictions were once the labels were known."""
    measures = ("auc", "brier", "log_loss", "calibration_error", "baseline_auc", "baseline_brier")
    return _monthly(
        f"{model.name}_performance",
        f"Quality of the predictions of {model.name}, once their labels are known. One row a partition.",
        model,
        [
            _count("rows", "Predictions of the partition."),
            _count("labelled", "Predictions whose label is known."),
            Column(name="base_rate", type="double", description="Share of labelled rows in which the event happened."),
            *(Column(name=name, type="double", description=f"{name} on the labelled rows.") for name in measures),
            Column(name="model_version", type="int", nullable=False, description="Model version that was in charge."),
        ],
    )


def drift_contract(model: ModelDeclaration) -> Contract:
    """One row a partition and column: how far it moved away from what the champion was trained on."""
    measures = {
        "psi": "Population stability index on reference deciles.",
        "js": "Jensen-Shannon distance (base 2).",
        "ks": "Kolmogorov-Smirnov distance.",
        "wasserstein": "Wasserstein distance in reference standard deviations.",
        "reference_missing_share": "Share of missing values in the reference.",
        "current_missing_share": "Share of missing values in this partition.",
    }
    return _monthly(
        f"{model.name}_drift_report",
        f"Drift of the features and predictions of {model.name} against its champion's training window.",
        model,
        [
            Column(name="column", type="string", nullable=False, description="Feature, or the predicted probability."),
            Column(name="verdict", type="string", nullable=False, description="Verdict on the column."),
            Column(name="partition_verdict", type="string", nullable=False, description="Verdict on the partition."),
            *(Column(name=name, type="double", description=text) for name, text in measures.items()),
            Column(name="message", type="string", nullable=False, description="What changed, in words."),
            Column(
                name="model_version", type="int", nullable=False, description="Champion whose training is compared."
            ),
        ],
        ["column"],
    )


def trainings_contract(model: ModelDeclaration) -> Contract:
    """One row a partition: the candidate trained as of it, and what the gates said."""
    measures = ("auc", "brier", "log_loss", "calibration_error", "baseline_auc", "champion_auc")
    return _monthly(
        f"{model.name}_model",
        f"Trainings of {model.name}: one candidate a partition, judged by gates. {model.description}",
        model,
        [
            Column(name="model_version", type="int", nullable=False, description="Version in the registry."),
            Column(name="accepted", type="boolean", nullable=False, description="Whether every gate was passed."),
            Column(name="reason", type="string", nullable=False, description="Why it was trained."),
            *(Column(name=name, type="double", description=f"{name} on the validation rows.") for name in measures),
            Column(name="gates", type="string", nullable=False, description="Gates with their values, as JSON."),
            Column(name="parameters", type="string", nullable=False, description="Parameters chosen, as JSON."),
            _count("rows", "Labelled rows it was trained on."),
            Column(name="trained_from", type="string", nullable=False, description="First moment of its rows (UTC)."),
            Column(name="trained_to", type="string", nullable=False, description="Last moment of its rows (UTC)."),
            Column(name="digest", type="string", nullable=False, description="Identity of the model by its answers."),
            Column(name="seconds", type="double", nullable=False, description="Wall seconds of the training."),
        ],
    )


def champions_contract(model: ModelDeclaration) -> Contract:
    """One row a promotion: which version became champion, as of which partition."""
    return _monthly(
        f"{model.name}_champion",
        f"Promotions of {model.name}. A version predicts from the following partition on; the first also its own.",
        model,
        [
            Column(name="model_version", type="int", nullable=False, description="Version that became champion."),
            Column(name="validation_auc", type="double", description="Its AUC on its validation rows."),
            Column(name="reason", type="string", nullable=False, description="Why it was trained and promoted."),
            Column(name="promoted_at", type="timestamp", nullable=False, description="When it was promoted (UTC)."),
        ],
    )


def _monthly(
    name: str, description: str, model: ModelDeclaration, columns: list[Column], keys: list[str] | None = None
) -> Contract:
    return Contract(
        name=name,
        description=description,
        owner=model.owner,
        columns=[MONTH_COLUMN, *columns],
        keys=[MONTH, *(keys or [])],
        partitions=Partitions(column=MONTH, start=model.first_partition),
        volume=Volume(minimum=1, on_violation="refuse_partition"),
    )


def _share(name: str, description: str) -> Column:
    return Column(name=name, type="double", nullable=False, minimum=0, maximum=1, description=description)


def _count(name: str, description: str) -> Column:
    return Column(name=name, type="long", nullable=False, minimum=0, description=description)
