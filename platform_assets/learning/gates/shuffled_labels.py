"""Poison: labels that do not belong to their rows. In every month they must follow the features as in the others.

`min_m AUC_m >= auc_at_least`, over the months learned from and the validation window: how well the labels of month m
are ranked by a naive Bayes score that was learned on all other months. The model's own AUC would not do: it remembers
what it was fitted on, shuffled or not (in a year of flights, 0.75 in a month of shuffled labels), whereas rates of the
other months know nothing of this one's labels. Labels that were joined to the wrong rows follow no feature, so their
month comes out near one half, however good the average is; labels that were shuffled throughout do so everywhere.

What is held against the threshold is the AUC plus `STANDARD_ERRORS` of its standard errors (Hanley and McNeil,
Radiology 143, 1982), so that small months do not refuse a model by chance.
"""

from __future__ import annotations

import math

import numpy as np
import pyarrow as pa

from platform_assets.learning.columns import epoch_micros, label_values
from platform_assets.learning.declaration.gate import GateDeclaration
from platform_assets.learning.gates.evidence import Evidence, TrainingRows, given
from platform_assets.learning.gates.rates import coded, scores_from_other_folds
from platform_assets.learning.gates.result import GateResult
from platform_assets.learning.gates.wording import unknown
from platform_assets.learning.metrics import auc
from platform_assets.learning.tuning import evenly_spread

ROWS_A_MONTH = 2000
STANDARD_ERRORS = 2.0
VALIDATION = "the validation window"


def judge(gate: GateDeclaration, evidence: Evidence) -> GateResult:
    """Passes if no month is surely below the level; the value is the lowest AUC of a month, as measured."""
    declared = given(gate.shuffled_labels, gate.name, "shuffled_labels")
    lowest = declared.auc_at_least
    found = _by_month(given(evidence.rows, gate.name, "the training set"))
    if not found:
        return GateResult(gate.name, False, None, lowest, unknown("auc", "every month"))
    doubtful = {name: value for name, (value, error) in found.items() if value + STANDARD_ERRORS * error < lowest}
    worst = min(found, key=lambda name: found[name][0])
    value = found[worst][0]
    if not doubtful:
        message = f"Labels follow the features in every month as in others: the lowest auc, in {worst}, is {value:.4f}."
        return GateResult(gate.name, True, value, lowest, message)
    listed = ", ".join(f"{name} (auc {each:.4f})" for name, each in sorted(doubtful.items()))
    message = (
        f"Shuffled labels: in {listed} they follow the features hardly better than chance, below the required "
        f"{lowest:g}. Check that the label function joins each label to its own row; then train again."
    )
    return GateResult(gate.name, False, value, lowest, message)


def _by_month(rows: TrainingRows) -> dict[str, tuple[float, float]]:
    """AUC and standard error by month learned from, and of the validation window; without those of one class."""
    months = epoch_micros(rows.earlier[rows.event_time]).astype("datetime64[us]").astype("datetime64[M]")
    parts = {str(month): rows.earlier.filter(pa.array(months == month)) for month in np.unique(months)}
    samples = {name: evenly_spread(part, ROWS_A_MONTH) for name, part in {**parts, VALIDATION: rows.later}.items()}
    together = pa.concat_tables(samples.values())
    fold = np.repeat(np.arange(len(samples)), [each.num_rows for each in samples.values()])
    y = label_values(together, rows.label)
    scores = scores_from_other_folds([coded(together, name, rows.categorical) for name in rows.features], y, fold)
    found = {}
    for number, name in enumerate(samples):
        labels = y[fold == number]
        value = auc(labels, scores[fold == number])
        if value is not None:
            found[name] = (value, _standard_error(value, int(labels.sum()), int((1 - labels).sum())))
    return found


def _standard_error(value: float, positives: int, negatives: int) -> float:
    """`sqrt((A(1-A) + (n1-1)(Q1-A^2) + (n0-1)(Q2-A^2)) / (n1 n0))`, Q1 = A/(2-A), Q2 = 2A^2/(1+A)."""
    square = value**2
    first, second = value / (2 - value) - square, 2 * square / (1 + value) - square
    variance = (value - square + (positives - 1) * first + (negatives - 1) * second) / (positives * negatives)
    return math.sqrt(max(variance, 0.0))
