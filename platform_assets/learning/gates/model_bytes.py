"""The saved model is small enough to be loaded where it is used: bytes of its files `<= at_most`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from platform_assets.learning.declaration.gate import GateDeclaration
from platform_assets.learning.gates.evidence import Evidence, given
from platform_assets.learning.gates.result import GateResult


def judge(gate: GateDeclaration, evidence: Evidence) -> GateResult:
    """Saves the model as the registry does, and adds up its files."""
    declared = given(gate.model_bytes, gate.name, "model_bytes")
    model = given(evidence.model, gate.name, "the model")
    with tempfile.TemporaryDirectory() as folder:
        model.save(Path(folder))
        value = sum(file.stat().st_size for file in Path(folder).iterdir())
    passed = value <= declared.at_most
    message = (
        f"The saved model has {value:,} bytes, {'not more' if passed else 'more'} than the allowed "
        f"{declared.at_most:,}."
    )
    return GateResult(gate.name, passed, value, declared.at_most, message)
