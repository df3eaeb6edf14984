"""Estimated performance and the cause of a fall, on data whose truth is known."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from platform_assets.learning.metrics import auc, brier
from platform_assets.learning.performance import (
    Bounded,
    Calibration,
    Cause,
    Estimate,
    Intervals,
    estimate_performance,
    explain,
    intervals,
)

Floats = NDArray[np.float64]
ROWS = 20_000


@dataclass(frozen=True)
class World:
    """Rows with one feature: `centre` and `spread` are the covariates, `slope` and `shift` the concept."""

    centre: float = 0.0
    spread: float = 1.5
    slope: float = 1.0
    shift: float = 0.0

    def draw(self, seed: int, rows: int = ROWS) -> tuple[Floats, Floats]:
        """Labels, and the probabilities of a model that learnt the usual concept but is too sure of itself."""
        generator = np.random.default_rng(seed)
        feature = generator.normal(self.centre, self.spread, rows)
        truth = 1 / (1 + np.exp(-(self.slope * feature - 1 + self.shift)))
        return (generator.random(rows) < truth).astype(float), 1 / (1 + np.exp(-1.6 * (feature - 1)))


USUAL = World()
#: The feature varies less, so that cases are harder to tell apart.
HARDER = World(spread=0.8)


@pytest.fixture(scope="module")
def validated() -> tuple[Calibration, float]:
    labels, probabilities = USUAL.draw(1, 8000)
    figure = auc(labels, probabilities)
    assert figure is not None
    return Calibration.fit(labels, probabilities), figure


def what_happened(
    world: World, validated: tuple[Calibration, float], seed: int = 2
) -> tuple[Estimate, Intervals, Cause]:
    calibration, validation_auc = validated
    labels, probabilities = world.draw(seed)
    estimate = estimate_performance(calibration, probabilities)
    assert estimate is not None
    realised = intervals(labels, probabilities, np.arange(len(labels)) % 30)
    cause = explain(len(labels), realised, estimate, validation_auc, tolerated_loss=0.05, minimum_rows=300)
    return estimate, realised, cause


@pytest.mark.parametrize(
    ("world", "code"),
    [
        (USUAL, "as_estimated"),
        (HARDER, "covariate_drift"),
        (World(centre=0.7), "as_estimated"),
        (World(slope=0.4), "concept_drift"),
        # Ranks as well as ever, but every case is riskier: only the Brier score can see it.
        (World(shift=1.0), "concept_drift"),
        (World(spread=0.8, slope=0.4), "covariate_and_concept_drift"),
    ],
)
def test_the_cause_of_a_fall_is_told_from_data_whose_truth_is_known(
    world: World, code: str, validated: tuple[Calibration, float]
) -> None:
    estimate, realised, cause = what_happened(world, validated)
    assert estimate.auc is not None
    assert realised.auc is not None
    assert cause.code == code
    assert f"{estimate.auc.value:.3f}" in cause.message or f"{estimate.brier.value:.3f}" in cause.message


@pytest.mark.parametrize("world", [USUAL, HARDER, World(centre=-1.0), World(centre=1.0, spread=2.5)])
def test_the_estimate_foresees_performance_under_any_shift_of_the_features(
    world: World, validated: tuple[Calibration, float]
) -> None:
    labels, probabilities = world.draw(3)
    estimate = estimate_performance(validated[0], probabilities)
    assert estimate is not None
    assert estimate.auc is not None
    assert estimate.auc.low <= auc(labels, probabilities) <= estimate.auc.high  # type: ignore[operator]
    assert estimate.brier.low <= brier(labels, probabilities) <= estimate.brier.high
    assert estimate.base_rate.low <= labels.mean() <= estimate.base_rate.high
    assert estimate.auc.high - estimate.auc.low < 0.08


def test_without_a_change_concept_drift_is_hardly_ever_seen(validated: tuple[Calibration, float]) -> None:
    codes = [what_happened(USUAL, validated, seed)[2].code for seed in range(100, 120)]
    assert codes.count("as_estimated") >= 19


@pytest.mark.parametrize(
    ("realised", "estimated", "code", "words"),
    [
        # A fall was to be expected, and did not come.
        (0.77, 0.72, "as_estimated", "Better than estimated"),
        (0.73, 0.72, "covariate_drift", "explains the fall"),
        # Within an interval that is wide, because there are few rows.
        (0.73, 0.76, "cannot_tell", "too few rows to tell why"),
        (0.68, 0.76, "concept_drift", "turn out differently"),
        (0.66, 0.72, "covariate_and_concept_drift", "comes on top"),
    ],
)
def test_the_cause_follows_from_level_estimate_and_what_came_true(
    realised: float, estimated: float, code: str, words: str
) -> None:
    brier = Bounded(0.15, 0.14, 0.16)
    auc_found = Bounded(realised, realised - 0.02, realised + 0.02)
    estimate = Estimate(5000, brier, Bounded(estimated, estimated - 0.04, estimated + 0.04), brier)
    cause = explain(5000, Intervals(auc_found, brier), estimate, 0.8, tolerated_loss=0.05, minimum_rows=300)
    assert cause.code == code
    assert words in cause.message
