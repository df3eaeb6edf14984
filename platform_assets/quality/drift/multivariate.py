"""Do the columns still go together as before? What no profile of single columns can see, such as a shuffled column.

A classifier tries to tell the rows of both windows apart (a classifier two-sample test). Left alone it would mostly
repeat what the single columns say: any summer differs from any winter. So rows are weighted until the columns, each
on its own, are no longer different (overlap weights of an additive model); what can still be told apart then is how
columns go together. Rows of one day stay in one fold, because flights of one hour share their weather to the digit
and would be recognised by it. Sources: Lopez-Paz and Oquab 2017; Li, Morgan and Zaslavsky 2018 for the weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from platform_assets.quality.drift.declaration import MultivariateDeclaration
from platform_assets.quality.drift.encoding import encoded, folds_of, sampled, told_apart
from platform_assets.quality.drift.result import MultivariateDrift, Verdict
from platform_assets.quality.profile.keys import Floats, Ints

FOLDS, LISTED, SEED = 3, 5, 0
DEFINITION = (
    "Area under the ROC curve of gradient boosted trees that tell rows of the current window from rows of the "
    f"reference, on a sample of both; mean over {FOLDS} folds of days, each judged by trees that have not seen it. "
    "Rows are weighted so that an additive model, which knows each column only on its own, cannot tell them apart: 0.5 "
    "is chance, more is a change of how columns go together. Standard error: Hanley and McNeil 1982 with effective "
    "numbers of rows, or that of the mean over the folds if larger."
)
_TREES: dict[str, Any] = {
    "max_iter": 50,
    "learning_rate": 0.1,
    "max_leaf_nodes": 15,
    "min_samples_leaf": 40,
    "early_stopping": False,
    "random_state": SEED,
}
#: The additive model is never surer than this, so that no single row gets all the weight.
_SUREST = 0.98


@dataclass(frozen=True)
class _Fold:
    """What one fold says: the AUC, its squared standard error, and the AUC lost without each column."""

    auc: float
    variance: float
    losses: Floats


def multivariate_drift(
    reference: pa.Table,
    current: pa.Table,
    columns: Sequence[str],
    declared: MultivariateDeclaration,
    *,
    time_column: str | None = None,
    noise_level: float = 0.01,
    min_rows: int = 100,
) -> MultivariateDrift:
    """Whether `columns` go together in `current` as in `reference`; the same rows give the same answer.

    Half of `declared.sample_rows` of each window are looked at. Columns that are no number, boolean or text, that
    one window lacks, or that never differ are left out. `time_column` keeps the rows of a day together.
    """
    half = declared.sample_rows // 2
    sides = sampled(reference, half, SEED), sampled(current, half, SEED)
    names, values = encoded(sides[0], sides[1], columns)
    rows = sides[0].num_rows, sides[1].num_rows
    told = _Told(declared, rows)
    if min(rows) < min_rows or len(names) < 2:
        return told("cannot_tell", f"Too few rows or columns to compare how columns go together ({rows[0]:,} rows "
                    f"before, {rows[1]:,} now, {len(names)} columns).")  # fmt: skip
    window = np.repeat(np.array([0, 1]), rows)
    fold_of = folds_of(sides[0], sides[1], time_column, FOLDS, SEED)
    folds = [_fold(values, window, fold_of == number) for number in range(FOLDS)]
    auc = float(np.mean([fold.auc for fold in folds]))
    spread = float(np.std([fold.auc for fold in folds], ddof=1)) / FOLDS**0.5
    error = max(sum(fold.variance for fold in folds) ** 0.5 / FOLDS, spread)
    losses = np.mean([fold.losses for fold in folds], axis=0)
    top = {names[i]: float(losses[i]) for i in np.argsort(-losses, kind="stable")[:LISTED] if losses[i] > 0}
    verdict = _verdict(auc, error, declared.auc_at_least, noise_level)
    return told(verdict, _words(verdict, auc, list(top)), auc, error, top if verdict == "drift" else {})


def without_reference(declared: MultivariateDeclaration) -> MultivariateDrift:
    """The answer while there is nothing to compare with: never a pass."""
    return _Told(declared, (0, 0))("no_reference", "There are no earlier rows to compare with yet.")


@dataclass(frozen=True)
class _Told:
    """Makes the result, which always says what was looked at."""

    declared: MultivariateDeclaration
    rows: tuple[int, int]

    def __call__(
        self,
        verdict: Verdict,
        message: str,
        auc: float | None = None,
        error: float | None = None,
        columns: dict[str, float] | None = None,
    ) -> MultivariateDrift:
        return MultivariateDrift(
            verdict=verdict,
            message=message,
            auc=auc,
            auc_standard_error=error,
            auc_at_least=self.declared.auc_at_least,
            reference_rows=self.rows[0],
            current_rows=self.rows[1],
            columns=columns or {},
            definition=DEFINITION,
        )


def _fold(values: Floats, window: Ints, held_out: npt.NDArray[np.bool_]) -> _Fold:
    """Learn on the other folds, judge on this one."""
    weights = _overlap_weights(values, window, ~held_out)
    trees = _fitted(values[~held_out], window[~held_out], weights[~held_out], additive=False)
    judged, truth, weight = values[held_out], window[held_out], weights[held_out]
    auc = told_apart(trees, judged, truth, weight)
    rng, losses = np.random.default_rng(SEED), np.zeros(values.shape[1])
    for column in range(values.shape[1]):
        without = judged.copy()
        without[:, column] = rng.permutation(without[:, column])
        losses[column] = auc - told_apart(trees, without, truth, weight)
    return _Fold(auc, _variance(auc, weight[truth == 0], weight[truth == 1]), losses)


def _overlap_weights(values: Floats, window: Ints, learn: npt.NDArray[np.bool_]) -> Floats:
    """Each row's probability of the other window, by what its columns say one by one."""
    additive = _fitted(values[learn], window[learn], None, additive=True)
    current = np.clip(additive.predict_proba(values)[:, 1], 1.0 - _SUREST, _SUREST)
    return np.asarray(np.where(window == 1, 1.0 - current, current))


def _fitted(values: Floats, window: Ints, weights: Floats | None, *, additive: bool) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier

    constraint = "no_interactions" if additive else None
    return HistGradientBoostingClassifier(**_TREES, interaction_cst=constraint).fit(values, window, weights)


def _variance(auc: float, left: Floats, right: Floats) -> float:
    """Hanley and McNeil's variance of an AUC, with effective numbers of rows `(sum w)**2 / sum(w**2)`."""
    n, m = (float(side.sum() ** 2 / (side**2).sum()) for side in (left, right))
    one, two = auc / (2.0 - auc), 2.0 * auc**2 / (1.0 + auc)
    return (auc * (1.0 - auc) + (m - 1.0) * (one - auc**2) + (n - 1.0) * (two - auc**2)) / (n * m)


def _verdict(auc: float, error: float, at_least: float, noise_level: float) -> Verdict:
    reach = NormalDist().inv_cdf(1.0 - noise_level) * error
    if auc >= at_least and auc - reach > 0.5:
        return "drift"
    return "cannot_tell" if 0.5 + reach >= at_least else "stable"


def _words(verdict: Verdict, auc: float, top: list[str]) -> str:
    if verdict == "drift":
        return (
            f"The columns no longer go together as before, whatever each says on its own: a classifier tells the "
            f"windows apart with an AUC of {auc:.2f}. What matters most: {', '.join(top[:3])}."
        )
    if verdict == "cannot_tell":
        return "There are too few rows to tell whether the columns still go together as before."
    return f"The columns go together much as before (AUC {auc:.2f} of a classifier, 0.5 is chance)."
