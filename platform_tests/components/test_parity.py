"""A model that is not the same when it is read back: its check fails, with what to do, before the step does."""

from collections.abc import Generator

import dagster as dg
import pytest

from platform_assets.components import parity
from platform_assets.components.steps import run_step
from platform_assets.learning.errors import ParityBroken, RegistryError
from platform_assets.pipeline import Product
from platform_assets.pipeline.model_tables import trainings_contract
from platform_assets.quality.contract import Contract


@pytest.fixture
def contract(product: Product) -> Contract:
    return trainings_contract(product.models["flight_delay"])


def _step(error: Exception | None) -> int:
    if error is not None:
        raise error
    return 7


def _run(contract: Contract, error: Exception | None) -> tuple[list[dg.AssetCheckResult], int | None]:
    """What the step of the model's asset reports, and what it returns."""
    told: list[dg.AssetCheckResult] = []

    def follow() -> Generator[dg.AssetCheckResult, None, int]:
        return (yield from parity.told(contract, run_step(contract, lambda: _step(error))))

    steps = follow()
    while True:
        try:
            told.append(next(steps))
        except StopIteration as done:
            return told, done.value
        except dg.Failure:
            return told, None


def test_broken_parity_fails_the_check_and_then_the_step(contract: Contract) -> None:
    told, returned = _run(contract, ParityBroken("flight_delay", 3, 2000, 0.25))
    [check] = told
    assert (check.check_name, check.passed, returned) == ("parity", False, None)
    assert "3 of 2,000 validation rows other probabilities than when it was trained (up to 0.25 off)" in str(
        check.description
    )


def test_other_failures_say_nothing_of_parity(contract: Contract) -> None:
    assert _run(contract, RegistryError("gone")) == ([], None)
    assert _run(contract, None) == ([], 7)


def test_the_check_blocks_the_promotion(contract: Contract) -> None:
    assert parity.spec(contract).blocking
    assert parity.held(contract, 2000).passed
