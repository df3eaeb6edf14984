"""How an asset runs a step of the pipeline: checks of a refused partition are reported before the step fails."""

from collections.abc import Callable, Generator, Sequence
from typing import TypeVar

import dagster as dg

from platform_assets.components.asset_facts import check_result
from platform_assets.components.failures import told_to_the_user
from platform_assets.components.metering import billed
from platform_assets.components.promises import warn_readers
from platform_assets.pipeline.materialisation import Refused
from platform_assets.quality import audit
from platform_assets.quality.audit import CheckResult
from platform_assets.quality.contract import Contract
from platform_assets.quality.errors import DeliveryRefused

Result = TypeVar("Result")

READABLE = CheckResult(name=audit.COLUMNS, passed=True, blocking=True, message="The file has every column.")


def run_step(
    contract: Contract,
    step: Callable[[], Result],
    passed: Sequence[CheckResult] = (),
    reads: Sequence[Contract] = (),
    version_of: Callable[[Result], tuple[str, int]] | None = None,
) -> Generator[dg.AssetCheckResult, None, Result]:
    """Run a step for the asset of a contract and return what it returns.

    Use it as ``done = yield from run_step(...)``. Errors that a user can cause fail the step with their own message.

    Args:
        passed: checks that had passed already when the audit refused the partition.
        reads: contracts of the tables that the step reads; it is warned of those that are deprecated.
        version_of: the model and its version that the step trained, to which its cost belongs.
    """
    warn_readers(reads)
    with told_to_the_user():
        try:
            with billed(contract) as bearer:
                done = step()
                if version_of is not None:
                    bearer.model, bearer.version = version_of(done)
                return done
        except DeliveryRefused as error:
            yield check_result(contract, READABLE.model_copy(update={"passed": False, "message": str(error)}))
            raise
        except Refused as error:
            for check in [*passed, *error.report.checks]:
                yield check_result(contract, check)
            raise
