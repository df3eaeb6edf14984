"""A prediction is quick enough: the median wall time of predicting `rows` rows at once, in milliseconds `<= at_most`.

The median of several predictions after one that warms up: one that another process disturbed does not count.
"""

from __future__ import annotations

import time
from statistics import median

from platform_assets.learning.declaration.gate import GateDeclaration
from platform_assets.learning.gates.evidence import Evidence, given
from platform_assets.learning.gates.result import GateResult
from platform_assets.learning.tuning import evenly_spread

PREDICTIONS = 3


def judge(gate: GateDeclaration, evidence: Evidence) -> GateResult:
    """Predicts validation rows; fewer of them than declared are scaled to as many."""
    declared = given(gate.latency_ms, gate.name, "latency_ms")
    model, rows = given(evidence.model, gate.name, "the model"), given(evidence.rows, gate.name, "rows to predict")
    sample = evenly_spread(rows.later, declared.rows)
    model.predict(sample)
    times = []
    for _ in range(PREDICTIONS):
        started = time.perf_counter()
        model.predict(sample)
        times.append(time.perf_counter() - started)
    value = median(times) * 1000 * declared.rows / sample.num_rows
    passed = value <= declared.at_most
    message = (
        f"Predicting {declared.rows:,} rows takes {value:.1f} ms, {'not more' if passed else 'more'} than the allowed "
        f"{declared.at_most:g} ms (median of {PREDICTIONS})."
    )
    return GateResult(gate.name, passed, value, declared.at_most, message)
