import pytest

from platform_assets.learning.declaration import GateDeclaration
from platform_assets.learning.gates import evaluate_gates
from platform_assets.learning.metrics import Metrics


def _metrics(auc: float | None = 0.7, brier: float = 0.2) -> Metrics:
    return Metrics(rows=100, base_rate=0.3, auc=auc, brier=brier, log_loss=0.5, calibration_error=0.02)


@pytest.mark.parametrize(
    ("gate", "passed"),
    [
        ({"metric": "auc", "at_least": 0.7}, True),
        ({"metric": "auc", "at_least": 0.71}, False),
        ({"metric": "brier", "at_most": 0.2}, True),
        ({"metric": "calibration_error", "at_most": 0.01}, False),
        ({"metric": "auc", "better_than": "baseline", "margin": 0.05}, True),
        ({"metric": "auc", "better_than": "baseline", "margin": 0.15}, False),
        ({"metric": "brier", "better_than": "baseline", "margin": 0.04}, True),
        ({"metric": "brier", "better_than": "baseline", "margin": 0.06}, False),
        ({"metric": "auc", "better_than": "champion"}, False),
        ({"metric": "auc", "better_than": "champion", "margin": -0.01}, True),
    ],
)
def test_gate(gate: dict[str, object], passed: bool) -> None:
    declared = GateDeclaration.model_validate({"name": "g", **gate})
    [result] = evaluate_gates([declared], _metrics(), _metrics(auc=0.6, brier=0.25), _metrics())
    assert result.passed is passed
    assert result.threshold is not None


def test_a_first_model_passes_a_champion_gate_and_says_why() -> None:
    gate = GateDeclaration(name="g", metric="auc", better_than="champion", margin=0.1)
    [result] = evaluate_gates([gate], _metrics(), _metrics(), None)
    assert result.passed
    assert "no champion yet" in result.message


@pytest.mark.parametrize("rule", [{"at_least": 0.1}, {"better_than": "baseline"}])
def test_an_unknown_figure_fails_and_says_what_to_do(rule: dict[str, object]) -> None:
    gate = GateDeclaration.model_validate({"name": "g", "metric": "auc", **rule})
    [result] = evaluate_gates([gate], _metrics(auc=None), _metrics(), None)
    assert not result.passed
    assert "one class only" in result.message


def test_the_champions_rows_are_told() -> None:
    gate = GateDeclaration(name="g", metric="auc", better_than="champion")
    [result] = evaluate_gates([gate], _metrics(), _metrics(), _metrics(), champion_note=" (on other rows)")
    assert "champion's 0.7000 (on other rows)" in result.message
