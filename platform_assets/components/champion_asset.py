"""The asset of a model's champion: promotes by itself, or waits for a person, as declared."""

import functools
import json
from collections.abc import Iterator
from typing import Any

import dagster as dg

from platform_assets.automation.promoted import SIGNED_OFF, signed_off
from platform_assets.automation.retraining import REASON_TAG, ROLLBACK_TAG
from platform_assets.components import model_card, model_contracts
from platform_assets.components.asset_facts import asset_arguments, check_spec, check_specs, materialize_result
from platform_assets.components.resources import WorkspaceResource
from platform_assets.components.steps import run_step
from platform_assets.pipeline import Product
from platform_assets.pipeline.product import MonitoredModelDeclaration
from platform_assets.quality.contract import Contract


def champion_asset(product: Product, model: MonitoredModelDeclaration) -> dg.AssetsDefinition:
    """Promotes the newest candidate once every gate was passed, or the version before if the policy asks for that.

    With `promotion: sign_off` it makes nothing and its check says that a person has to decide, and how.
    """
    contract = model_contracts.champions(model)
    arguments = {**asset_arguments(contract, product.name, {"mlflow"}), "partitions_def": None}
    by_person = model.promotion == "sign_off"
    words = "A person signed the newest accepted candidate off."
    specs = [check_spec(contract.name, SIGNED_OFF, words, None, blocking=False)] if by_person else []

    @dg.asset(
        **arguments,
        deps=[dg.AssetDep(f"{model.name}_model")],
        check_specs=[*check_specs(contract, delivered=False, partitioned=False), *specs],
        # While a person has not decided there is nothing new, and what depends on it has nothing to do.
        output_required=not by_person,
    )
    def champion(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Iterator[Any]:
        from platform_assets.pipeline.champion_rollback import promote_by_gates, roll_back_by_policy
        from platform_assets.pipeline.promotion import AwaitsSignOff

        space, asked = workspace.open(context.run_id), context.run.tags.get(ROLLBACK_TAG)
        step = functools.partial(promote_by_gates, space, product, model.name)
        if asked is not None:
            reason = context.run.tags[REASON_TAG]
            step = functools.partial(
                roll_back_by_policy, space, product, model.name, **json.loads(asked), reason=reason
            )
        try:
            promoted = yield from run_step(contract, step)
        except dg.Failure as failure:
            if not isinstance(failure.__cause__, AwaitsSignOff):
                raise
            yield signed_off(contract.name, False, str(failure.__cause__))
            yield from _unchanged(contract)
            return
        done = [signed_off(contract.name, True, f"Version {promoted.version} is champion.")] if by_person else []
        card = model_card.metadata(space, product, model.name, promoted.version)
        yield materialize_result(contract, promoted.record, checks=done, metadata=card)

    return champion


def _unchanged(contract: Contract) -> Iterator[dg.AssetCheckResult]:
    """The checks of the table's rows, which Dagster wants answered whenever the asset was asked for."""
    for spec in check_specs(contract, delivered=False, partitioned=False):
        words = "Nothing was published; the rows are those that passed before."
        yield dg.AssetCheckResult(asset_key=contract.name, check_name=spec.name, passed=True, description=words)
