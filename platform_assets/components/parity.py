"""The check that every model has: read back from the registry's files, it predicts what it predicted when trained."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

import dagster as dg

from platform_assets.components.asset_facts import check_spec
from platform_assets.learning.declaration.gate import PARITY
from platform_assets.learning.errors import ParityBroken
from platform_assets.quality.contract import Contract

Result = TypeVar("Result")


def spec(contract: Contract) -> dg.AssetCheckSpec:
    """The check's declaration; it blocks the promotion."""
    words = "Read back from the registry's files, the model predicts the same, bit for bit."
    return check_spec(contract.name, PARITY, words, contract.partitions, blocking=True)


def told(
    contract: Contract, step: Generator[dg.AssetCheckResult, None, Result]
) -> Generator[dg.AssetCheckResult, None, Result]:
    """The step's answers; if it failed because parity is broken, the check says so before the step fails."""
    try:
        return (yield from step)
    except dg.Failure as failure:
        if isinstance(failure.__cause__, ParityBroken):
            yield _result(contract, False, str(failure.__cause__))
        raise


def held(contract: Contract, rows: int) -> dg.AssetCheckResult:
    """That it held, which is why a version was registered at all."""
    return _result(contract, True, f"{rows:,} validation rows get the same probabilities, bit for bit.")


def _result(contract: Contract, passed: bool, message: str) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        asset_key=contract.name,
        check_name=PARITY,
        passed=passed,
        description=message,
        metadata={"message": message},
    )
