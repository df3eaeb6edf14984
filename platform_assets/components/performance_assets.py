"""The assets that say how good a model's predictions are: expected before their labels arrive, measured afterwards."""

import functools
from collections.abc import Iterator
from typing import Any

import dagster as dg

from platform_assets.automation.conditions import when_inputs_are_updated
from platform_assets.components import model_contracts
from platform_assets.components.asset_facts import asset_arguments, check_spec, check_specs, materialize_result
from platform_assets.components.resources import WorkspaceResource
from platform_assets.components.steps import run_step
from platform_assets.pipeline import Product, Workspace
from platform_assets.pipeline.product import MonitoredModelDeclaration
from platform_assets.quality.contract import Contract

LEVEL_CHECK = "holds_validation_level"


def estimate_asset(product: Product, model: MonitoredModelDeclaration) -> dg.AssetsDefinition:
    """Says what the partition's predictions let expect, as soon as they are made."""
    contract = model_contracts.performance_estimate(product, model)

    @dg.asset(
        **asset_arguments(contract, product.name, {"iceberg"}),
        deps=[f"{model.name}_predictions"],
        check_specs=check_specs(contract, delivered=False),
        automation_condition=when_inputs_are_updated(),
    )
    def estimate(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Iterator[Any]:
        from platform_assets.pipeline.performance_estimate import materialise_estimate

        space = workspace.open(context.run_id)
        step = functools.partial(materialise_estimate, space, product, model.name, context.partition_key)
        done = yield from run_step(contract, step)
        yield materialize_result(contract, done)

    return estimate


def performance_asset(product: Product, model: MonitoredModelDeclaration) -> dg.AssetsDefinition:
    """Compares the partition's predictions with their labels, once these are known; by segment if any are declared."""
    overall = model_contracts.performance(product, model)
    segments = model_contracts.performance_by_segment(product, model) if model.monitoring.segments else None
    known = dg.TimeWindowPartitionMapping(end_offset=model.label.delay_partitions)
    reads = [product.datasets[model.label.dataset]]
    contracts = [overall, *([segments] if segments else [])]

    @dg.multi_asset(
        name=overall.name,
        can_subset=True,
        specs=[_spec(contract, product, model, known) for contract in contracts],
        check_specs=[
            *(spec for contract in contracts for spec in check_specs(contract, delivered=False)),
            check_spec(
                overall.name,
                LEVEL_CHECK,
                f"AUC is at most {model.monitoring.tolerated_loss:g} below that of the champion's validation rows.",
                overall.partitions,
                blocking=False,
            ),
        ],
    )
    def performance(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Iterator[Any]:
        from platform_assets.pipeline.performance import measure_performance, publish_performance, publish_segments

        space = workspace.open(context.run_id)
        step = functools.partial(measure_performance, space, product, model.name, context.partition_key)
        measured = yield from run_step(overall, step, reads=reads)
        wanted = context.selected_asset_keys
        if dg.AssetKey(overall.name) in wanted:
            publish = functools.partial(publish_performance, space, product, model.name, measured)
            done = yield from run_step(overall, publish)
            level = _level(overall, measured.row, measured.segments)
            yield materialize_result(overall, done, checks=[level], metadata=_plot(space, product, model))
        if segments and dg.AssetKey(segments.name) in wanted:
            publish = functools.partial(publish_segments, space, product, model.name, measured)
            yield materialize_result(segments, (yield from run_step(segments, publish)))

    return performance


def _spec(
    contract: Contract, product: Product, model: MonitoredModelDeclaration, known: dg.PartitionMapping
) -> dg.AssetSpec:
    reads = [product.datasets[model.label.dataset]]
    arguments = asset_arguments(contract, product.name, {"iceberg"}, reads)
    return dg.AssetSpec(
        arguments.pop("name"),
        **arguments,
        deps=[
            f"{model.name}_predictions",
            dg.AssetDep(model.label.dataset, partition_mapping=known),
            model.feature_set,
        ],
        # New features make new predictions first; from them alone there is nothing to measure.
        automation_condition=when_inputs_are_updated(besides=model.feature_set),
    )


def _level(contract: Contract, row: Any, segments: list[dict[str, Any]]) -> dg.AssetCheckResult:
    """The verdict in words: the level of all rows, the segments below theirs, and what explains it."""
    below = [segment["message"] for segment in segments if segment["verdict"] == "fell"]
    words = " ".join([row["message"], *below, row["explanation"]])
    return dg.AssetCheckResult(
        asset_key=contract.name,
        check_name=LEVEL_CHECK,
        passed=row["verdict"] != "fell",
        severity=dg.AssetCheckSeverity.WARN,
        description=words,
        metadata={
            "message": words,
            "level": row["verdict"],
            "cause": row["cause"],
            "segments below their level": len(below),
        },
    )


def _plot(workspace: Workspace, product: Product, model: MonitoredModelDeclaration) -> dict[str, Any]:
    from platform_assets.pipeline.performance_plot import performance_plot

    return {"estimated and came true": dg.MetadataValue.md(performance_plot(workspace, product, model.name))}
