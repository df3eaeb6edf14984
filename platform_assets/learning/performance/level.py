"""Whether measured performance holds the level of the validation rows, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from platform_assets.learning.performance.estimate import Bounded

Verdict = Literal["holds", "fell", "cannot_tell"]


@dataclass(frozen=True, slots=True)
class Level:
    """The verdict and a sentence with the figures."""

    verdict: Verdict
    message: str


def judge_level(
    what: str, rows: int, auc: Bounded | None, validation: float | None, *, tolerated_loss: float, minimum_rows: int
) -> Level:
    """Compare a measured AUC with that of the validation rows.

    It fell if it is lower by more than `tolerated_loss` and its interval lies below; a loss of that size that the
    interval does not rule out to be chance, or fewer rows than `minimum_rows`, cannot be told.

    Args:
        what: subject of the sentence, such as "2013-04" or "origin JFK".
        validation: AUC on the validation rows, None if these do not determine it.
    """
    if rows < minimum_rows:
        return Level("cannot_tell", f"{what}: too few to tell, {rows} labelled rows of at least {minimum_rows}.")
    if auc is None:
        return Level("cannot_tell", f"{what}: too few to tell, its {rows} labelled rows are all of one class.")
    found = f"{what}: AUC {auc.value:.3f} ({auc.low:.3f} to {auc.high:.3f})"
    if validation is None:
        return Level("cannot_tell", f"{found}; the validation rows give nothing to compare it with.")
    loss = validation - auc.value
    against = f"against {validation:.3f} on the validation rows"
    if loss <= tolerated_loss:
        return Level("holds", f"{found} holds its level, {against}; a loss of {tolerated_loss:g} is tolerated.")
    if auc.high >= validation:
        return Level("cannot_tell", f"{found} is lower, {against}, but too few rows to tell it from chance.")
    return Level("fell", f"{found} fell by {loss:.3f}, {against}; a loss of {tolerated_loss:g} is tolerated.")
