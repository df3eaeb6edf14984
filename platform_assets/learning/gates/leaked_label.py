"""Poison: a feature that gives the answer away. No feature alone may rank the label with an AUC above `auc_at_most`.

`max_f AUC(rate of the label by value of f) <= auc_at_most`, rates being learned on every other row and ranked on the
rest; in the rows learned from and in those judged on, because a leak may have begun lately. What could honestly be
known before the event never tells it nearly perfectly; a column that was written after it does.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from platform_assets.learning.columns import label_values
from platform_assets.learning.declaration.gate import GateDeclaration
from platform_assets.learning.gates.evidence import Evidence, TrainingRows, given
from platform_assets.learning.gates.rates import coded, single_feature_auc
from platform_assets.learning.gates.result import GateResult
from platform_assets.learning.gates.wording import unknown
from platform_assets.learning.tuning import evenly_spread

SAMPLE_ROWS = 8_000
NAMED = 3


def judge(gate: GateDeclaration, evidence: Evidence) -> GateResult:
    """Passes if the single most telling feature stays at or below the level; the value is its AUC."""
    declared = given(gate.leaked_label, gate.name, "leaked_label")
    rows, limit = given(evidence.rows, gate.name, "the training set"), declared.auc_at_most
    sides = [_telling(rows, side) for side in (rows.earlier, rows.later)]
    found = {name: max(side[name] for side in sides if side) for name in rows.features if any(sides)}
    if not found:
        return GateResult(gate.name, False, None, limit, unknown("auc", "single features"))
    order = sorted(found, key=lambda name: (-found[name], name))
    leaks = [name for name in order if found[name] > limit]
    value = found[order[0]]
    if not leaks:
        message = (
            f"No feature alone tells the label: the most telling, {order[0]}, has auc {value:.4f}, not above {limit:g}."
        )
        return GateResult(gate.name, True, value, limit, message)
    listed = ", ".join(f"{name} (auc {found[name]:.4f})" for name in leaks[:NAMED])
    message = (
        f"Leaked label: {listed} alone ranks the label above the allowed {limit:g}. It was most likely written after "
        "the event; compute it from what was known before, or remove it from the features."
    )
    return GateResult(gate.name, False, value, limit, message)


def _telling(rows: TrainingRows, side: pa.Table) -> dict[str, float]:
    """AUC by feature; empty if the ranked rows hold one class only."""
    sample = evenly_spread(side, SAMPLE_ROWS)
    y = label_values(sample, rows.label)
    if len(set(y[1::2])) < 2:
        return {}
    odd = np.arange(sample.num_rows) % 2 == 1
    return {name: single_feature_auc(coded(sample, name, rows.categorical), y, odd) for name in rows.features}
