"""The meter around a step: what it used is recorded for the cost table, and shown on its materialisation."""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import dagster as dg

from platform_assets.pipeline.costs.usage_facts import CPU_SECONDS, USD
from platform_assets.quality.contract import Contract

if TYPE_CHECKING:
    from platform_assets.components.resources import WorkspaceResource
    from platform_assets.compute.cost.charge import Attribution, Outcome
    from platform_assets.compute.cost.meter import Meter

# An asset may take several steps of the pipeline; what is shown is their sum.
_shown: weakref.WeakKeyDictionary[dg.AssetExecutionContext, dict[str, tuple[float, Decimal]]]
_shown = weakref.WeakKeyDictionary()


@dataclass
class Bearer:
    """The model version that a step trained, once it is known."""

    model: str | None = None
    version: int | None = None


@contextlib.contextmanager
def billed(contract: Contract) -> Iterator[Bearer]:
    """Measure the block for the asset of a contract, whether it succeeds or fails.

    Outside of a run there is nobody to bill, and nothing is measured.
    """
    from platform_assets.compute.cost.meter import metered

    bearer, context = Bearer(), _current_context()
    if context is None:
        yield bearer
        return
    outcome: Outcome = "failed"
    with contextlib.ExitStack() as measuring:
        meter = measuring.enter_context(metered())
        try:
            yield bearer
            outcome = "succeeded"
        finally:
            measuring.close()
            _record(context, contract, meter, outcome, bearer)


def _current_context() -> dg.AssetExecutionContext | None:
    from dagster._core.execution.context.compute import current_execution_context

    context = current_execution_context.get()
    return context if isinstance(context, dg.AssetExecutionContext) else None


def _record(
    context: dg.AssetExecutionContext,
    contract: Contract,
    meter: Meter,
    outcome: Outcome,
    bearer: Bearer,
) -> None:
    """Write the records and show their sum; a store that does not take them must not undo what the step did."""
    from platform_assets.compute.cost.charge import Share
    from platform_assets.compute.cost.meter import total
    from platform_assets.compute.cost.record import write_record
    from platform_assets.notebook import open_lake

    workspace: WorkspaceResource = context.resources.workspace
    share = Share(to=_attribution(context, contract, bearer))
    machine = f"machine of deployment {workspace.deployment}"
    records = meter.records(context.run_id, [share], outcome, workspace.cpu_hour_usd, machine)
    try:
        store = open_lake(workspace.settings).store
        for record in records:
            write_record(store, record)
    except OSError as error:
        context.log.warning(
            f"What {contract.name} used could not be recorded below {workspace.warehouse}/usage ({error}), so it is "
            f"missing in platform.costs: {meter.cpu_seconds:.3f} CPU seconds, ${total(records)}. Make room or restore "
            "the store; later steps are recorded again."
        )
    cpu, usd = _shown.setdefault(context, {}).get(contract.name, (0.0, Decimal(0)))
    cpu, usd = cpu + meter.cpu_seconds, usd + total(records)
    _shown[context][contract.name] = (cpu, usd)
    context.add_asset_metadata(_facts(cpu, usd), asset_key=contract.name)


def _attribution(context: dg.AssetExecutionContext, contract: Contract, bearer: Bearer) -> Attribution:
    from platform_assets.compute.cost.charge import Attribution

    return Attribution(
        asset=contract.name,
        product=context.assets_def.specs_by_key[dg.AssetKey(contract.name)].group_name or contract.name,
        owner=contract.owner,
        partition=context.partition_key if context.has_partition_key else None,
        model=bearer.model,
        model_version=bearer.version,
    )


def _facts(cpu_seconds: float, usd: Decimal) -> dict[str, Any]:
    return {CPU_SECONDS: round(cpu_seconds, 3), USD: float(usd)}
