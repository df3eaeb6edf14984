"""Contracts of the tables that say how good a model's predictions are, and were expected to be."""

from __future__ import annotations

from datetime import date

from platform_assets.learning.declaration import ModelDeclaration
from platform_assets.pipeline.model_tables import count, monthly
from platform_assets.quality.contract import Column, Contract
from platform_assets.quality.promise import ContractVersion

_ENDS = {"low": "Lower", "high": "Upper"}


def performance_contract(model: ModelDeclaration) -> Contract:
    """One row a partition: how good its predictions were once the labels were known, and what explains it."""
    return monthly(
        f"{model.name}_performance",
        f"Quality of the predictions of {model.name}, once their labels are known, beside what was to be expected of "
        "them. One row a partition.",
        model,
        [
            count("rows", "Predictions of the partition."),
            *_measured(),
            Column(name="model_version", type="int", nullable=False, description="Model version that was in charge."),
            *_bounds("auc", "AUC, from drawing whole days"),
            *_bounds("brier", "Brier score, from drawing whole days"),
            *_estimated("auc", "on the labelled rows, from calibrated probabilities"),
            *_estimated("brier", "on the labelled rows, from calibrated probabilities"),
            _figure("validation_auc", "AUC of the version on its validation rows: the level to hold."),
            _figure("validation_brier", "Brier score of the version on its validation rows."),
            _text("verdict", "Whether the level is held: holds, fell or cannot_tell."),
            _text("message", "The verdict in words, with the figures."),
            _text(
                "cause",
                "What explains a fall: as_estimated, covariate_drift, concept_drift, covariate_and_concept_drift or "
                "cannot_tell.",
            ),
            _text("explanation", "The cause in words, with the figures."),
            Column(name="predecessor_version", type="int", description="Version that was champion before."),
            _figure("predecessor_auc", "AUC that it would have had on the labelled rows."),
            _figure("auc_difference", "AUC less that of the predecessor, on the same rows."),
            *_bounds("auc_difference", "difference, paired"),
        ],
        changelog=[
            ContractVersion(
                version=2,
                date=date(2026, 11, 21),
                change="Intervals, estimate, level to hold, cause of a fall, and figures of the predecessor.",
            )
        ],
    )


def segments_contract(model: ModelDeclaration) -> Contract:
    """One row a partition, segment and value: how good the predictions of these rows were."""
    return monthly(
        f"{model.name}_performance_by_segment",
        f"Quality of the predictions of {model.name} by segment, once their labels are known. One row a partition, "
        "column and value.",
        model,
        [
            Column(name="segment", type="string", nullable=False, description="Column that makes the segment."),
            Column(name="value", type="string", nullable=False, description="Its value as text; '(missing)' for none."),
            *_measured(),
            Column(name="model_version", type="int", nullable=False, description="Model version that was in charge."),
            *_bounds("auc", "AUC, from drawing whole days"),
            _figure("validation_auc", "AUC of the version on its validation rows of the same segment."),
            count("validation_rows", "Validation rows of the same segment."),
            _text("verdict", "Whether the level is held: holds, fell or cannot_tell.", nullable=False),
            _text("message", "The verdict in words, with the figures.", nullable=False),
        ],
        ["segment", "value"],
    )


def estimate_contract(model: ModelDeclaration) -> Contract:
    """One row a partition: what its predictions let expect before any label is known."""
    return monthly(
        f"{model.name}_performance_estimate",
        f"What quality to expect of the predictions of {model.name} before their labels are known, from calibrated "
        "probabilities: right if only the features shift, blind to a change of concept. One row a partition.",
        model,
        [
            count("rows", "Predictions of the partition."),
            Column(name="model_version", type="int", nullable=False, description="Model version that predicted."),
            *_estimated("base_rate", "of the predictions: share of rows in which the event happens"),
            *_estimated("auc", "of the predictions"),
            *_estimated("brier", "of the predictions"),
            _figure("validation_auc", "AUC of the version on its validation rows."),
            _figure("validation_brier", "Brier score of the version on its validation rows."),
            _text("message", "The estimate in words.", nullable=False),
        ],
    )


def _measured() -> list[Column]:
    measures = ("auc", "brier", "log_loss", "calibration_error", "baseline_auc", "baseline_brier")
    return [
        count("labelled", "Predictions whose label is known."),
        _figure("base_rate", "Share of labelled rows in which the event happened."),
        *(_figure(name, f"{name} on the labelled rows.") for name in measures),
    ]


def _estimated(name: str, of: str) -> list[Column]:
    return [
        _figure(f"estimated_{name}", f"Expected {name} {of}."),
        _figure(f"estimated_{name}_low", f"Lower end of the 99 % interval of the expected {name}."),
        _figure(f"estimated_{name}_high", f"Upper end of the 99 % interval of the expected {name}."),
    ]


def _bounds(name: str, of: str) -> list[Column]:
    return [_figure(f"{name}_{end}", f"{words} end of the 95 % interval of the {of}.") for end, words in _ENDS.items()]


def _figure(name: str, description: str) -> Column:
    return Column(name=name, type="double", description=description)


def _text(name: str, description: str, *, nullable: bool = True) -> Column:
    return Column(name=name, type="string", nullable=nullable, description=description)
