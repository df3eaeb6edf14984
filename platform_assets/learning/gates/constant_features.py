"""Poison: a feature that stopped varying. None may be constant in the rows learned from, nor in those judged on.

Constant is a feature that is missing in all rows, or has one value and is never missing. Both sides of the cut are
looked at, because a feature that broke lately still varies over a long history.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from platform_assets.learning.declaration.gate import GateDeclaration
from platform_assets.learning.gates.evidence import Evidence, given
from platform_assets.learning.gates.result import GateResult


def judge(gate: GateDeclaration, evidence: Evidence) -> GateResult:
    """Passes if every feature that is not excepted varies; the value counts those that do not."""
    declared = given(gate.constant_features, gate.name, "constant_features")
    rows = given(evidence.rows, gate.name, "the training set")
    looked_at = [name for name in rows.features if name not in declared.allowed]
    sides = {"to learn from": rows.earlier, "to be judged on": rows.later}
    found = [
        f"{name} is {_constant(side[name])} in all {side.num_rows:,} rows {which}"
        for name in looked_at
        for which, side in sides.items()
        if _constant(side[name])
    ]
    if not found:
        message = f"All {len(looked_at)} features vary, in the rows to learn from and in those to be judged on."
        return GateResult(gate.name, True, 0.0, 0.0, message)
    message = (
        f"Constant feature: {'; '.join(found)}. Look at what delivers it; name it under constant_features.allowed only "
        "if it has to be so."
    )
    return GateResult(gate.name, False, float(len(found)), 0.0, message)


def _constant(column: pa.ChunkedArray) -> str:
    """The one value in words; empty if the column varies. NaN counts as missing."""
    known = column.drop_null()
    if pa.types.is_floating(column.type):
        known = known.filter(pc.invert(pc.is_nan(known)))
    if len(known) == 0:
        return "missing"
    if len(known) < len(column) or known[0].as_py() != known[-1].as_py():
        return ""
    ends = pc.min_max(known)
    same = ends["min"].as_py() == ends["max"].as_py()
    return str(known[0].as_py()) if same else ""
