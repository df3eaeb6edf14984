"""Why performance fell: because other cases arrive, or because the same cases turn out differently."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from platform_assets.learning.performance.estimate import Bounded, Estimate
from platform_assets.learning.performance.intervals import Intervals

CauseCode = Literal["as_estimated", "covariate_drift", "concept_drift", "covariate_and_concept_drift", "cannot_tell"]


@dataclass(frozen=True, slots=True)
class Cause:
    """A short code and a sentence for people, with the figures."""

    code: CauseCode
    message: str


def explain(
    rows: int,
    realised: Intervals,
    estimate: Estimate | None,
    validation_auc: float | None,
    *,
    tolerated_loss: float,
    minimum_rows: int,
) -> Cause:
    """Compare what came true with the estimate on the same rows.

    The estimate knows how the features shifted and nothing else. So what the estimate foresaw is explained by the
    cases that arrived (covariate drift); what is worse than its interval is not (concept drift: the relation between
    features and outcome changed, or something that no feature shows). Worse means that AUC is below or the Brier
    score above the estimate's interval, and that the measured figure's own interval excludes the estimate.
    A fall is an AUC lower than on the validation rows by more than `tolerated_loss`.
    """
    if rows < minimum_rows or realised.auc is None or realised.brier is None:
        return Cause("cannot_tell", f"Too few labelled rows to tell a cause: {rows} of at least {minimum_rows}.")
    if estimate is None or estimate.auc is None or validation_auc is None:
        return Cause("cannot_tell", "No estimate to compare with: the model was registered without its calibration.")
    foreseen = validation_auc - estimate.auc.value > tolerated_loss
    surprises = [text for text in (_auc(realised.auc, estimate.auc), _brier(realised.brier, estimate.brier)) if text]
    if surprises:
        return _concept(surprises, foreseen, estimate.auc, validation_auc)
    expected = f"AUC {realised.auc.value:.3f}, estimated {_range(estimate.auc)}, {validation_auc:.3f} in validation"
    fell = validation_auc - realised.auc.value > tolerated_loss
    if fell and foreseen:
        return Cause(
            "covariate_drift",
            f"Covariate drift explains the fall: {expected}. Harder cases arrive than the model was validated on, and "
            "they turn out as its probabilities say.",
        )
    if fell:
        return Cause("cannot_tell", f"Lower than in validation, and too few rows to tell why: {expected}.")
    if realised.auc.value > estimate.auc.high:
        return Cause("as_estimated", f"Better than estimated: {expected}. There is no fall to explain.")
    return Cause("as_estimated", f"As estimated: {expected}. No sign that the relation to the outcome changed.")


def _concept(surprises: list[str], foreseen: bool, estimate: Bounded, validation_auc: float) -> Cause:
    found = " and ".join(surprises)
    if foreseen:
        return Cause(
            "covariate_and_concept_drift",
            f"Covariate drift explains a fall of AUC from {validation_auc:.3f} to {estimate.value:.3f}, and concept "
            f"drift comes on top: {found}. Harder cases arrive, and they turn out differently than before.",
        )
    return Cause(
        "concept_drift",
        f"Concept drift: {found}. Such cases turn out differently than on the validation rows: the relation between "
        "features and outcome changed, or something that no feature shows.",
    )


def _auc(realised: Bounded, estimate: Bounded) -> str | None:
    worse = realised.value < estimate.low and realised.high < estimate.value
    return f"AUC {realised.value:.3f} is below the estimated {_range(estimate)}" if worse else None


def _brier(realised: Bounded, estimate: Bounded) -> str | None:
    worse = realised.value > estimate.high and realised.low > estimate.value
    return f"the Brier score {realised.value:.3f} is above the estimated {_range(estimate)}" if worse else None


def _range(figure: Bounded) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"
