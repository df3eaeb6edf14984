"""Column lineage of the tables that every model has, derived from the model's declaration.

Keys that only match a row with itself (a prediction with its features, a label with its prediction) are not named.
"""

from __future__ import annotations

from collections.abc import Iterable

from platform_assets.learning.feature_set import FeatureSetDeclaration
from platform_assets.pipeline.model_tables import MONTH
from platform_assets.pipeline.product import MonitoredModelDeclaration
from platform_assets.quality.lineage import ColumnReference

Lineage = dict[str, list[str]]


def predictions_lineage(model: MonitoredModelDeclaration, features: FeatureSetDeclaration) -> Lineage:
    """Keys come from the feature set; what is predicted also depends on the version in charge."""
    identity = _union(_of(features.name, features.keys), _time(features))
    champion = f"{model.name}_champion"
    version = f"{champion}.model_version"
    return {
        **{ColumnReference.parse(reference).column: [reference] for reference in identity},
        "probability": [*_features(model, features), version],
        "baseline_probability": [*_segments(model, features), version],
        "model_version": [version],
        "model_as_of": [f"{champion}.{MONTH}"],
    }


def performance_lineage(model: MonitoredModelDeclaration, features: FeatureSetDeclaration) -> Lineage:
    """Figures compare a predicted probability with the label."""
    predictions, label = f"{model.name}_predictions", model.label.computed_from
    probability, baseline = [f"{predictions}.probability", *label], [f"{predictions}.baseline_probability", *label]
    return {
        "rows": _of(predictions, features.keys),
        "labelled": label,
        "base_rate": label,
        **dict.fromkeys(("auc", "brier", "log_loss", "calibration_error"), probability),
        **dict.fromkeys(("baseline_auc", "baseline_brier"), baseline),
        "model_version": [f"{predictions}.model_version"],
    }


def drift_lineage(model: MonitoredModelDeclaration, features: FeatureSetDeclaration) -> Lineage:
    """A row is about one watched column, and any row may be about any of them."""
    watched = model.monitored_columns or model.chosen_features(features.feature_columns)
    compared = [*_of(features.name, watched), f"{model.name}_predictions.probability", *model.label.computed_from]
    measures = ("psi", "js", "ks", "wasserstein", "reference_missing_share", "current_missing_share")
    return {
        **dict.fromkeys(("verdict", "partition_verdict", "message", *measures), compared),
        "model_version": [f"{model.name}_champion.model_version"],
    }


def trainings_lineage(model: MonitoredModelDeclaration, features: FeatureSetDeclaration) -> Lineage:
    """A candidate depends on its features and labels, a gate also on the baseline if it compares with it."""
    label, time = model.label.computed_from, _time(features)
    # Rows are split by time into those to learn from and those to be judged on.
    rows = [*time, *label]
    learned, baseline = _union(_features(model, features), rows), _union(_segments(model, features), rows)
    compared = any(gate.better_than == "baseline" for gate in model.gates)
    judged = _union(learned, baseline if compared else []) if model.gates else []
    return {
        **dict.fromkeys(("auc", "brier", "log_loss", "calibration_error", "champion_auc", "digest"), learned),
        "baseline_auc": baseline,
        **dict.fromkeys(("accepted", "gates"), judged),
        "parameters": learned if model.search.trials else [],
        "rows": label,
        **dict.fromkeys(("trained_from", "trained_to"), rows),
    }


def champions_lineage(model: MonitoredModelDeclaration) -> Lineage:
    """A promotion repeats what the training recorded."""
    trainings = f"{model.name}_model"
    same = {name: _of(trainings, [name]) for name in (MONTH, "model_version", "reason")}
    return {**same, "validation_auc": [f"{trainings}.auc"]}


def _features(model: MonitoredModelDeclaration, features: FeatureSetDeclaration) -> list[str]:
    return _of(features.name, model.chosen_features(features.feature_columns))


def _segments(model: MonitoredModelDeclaration, features: FeatureSetDeclaration) -> list[str]:
    return _of(features.name, model.baseline.segments)


def _time(features: FeatureSetDeclaration) -> list[str]:
    return _of(features.name, [features.partitions.column] if features.partitions else [])


def _of(table: str, columns: Iterable[str]) -> list[str]:
    return [f"{table}.{column}" for column in columns]


def _union(*lists: list[str]) -> list[str]:
    return list(dict.fromkeys(reference for each in lists for reference in each))
