"""The assets that every declared model has."""

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import dagster as dg

from platform_assets.automation.conditions import when_inputs_are_updated
from platform_assets.automation.retraining import REASON_TAG
from platform_assets.components import model_contracts
from platform_assets.components.asset_facts import (
    asset_arguments,
    check_spec,
    check_specs,
    materialize_result,
)
from platform_assets.components.resources import MlflowResource, WorkspaceResource
from platform_assets.components.steps import run_step
from platform_assets.pipeline import Product, Workspace
from platform_assets.pipeline.materialisation import Materialisation
from platform_assets.pipeline.product import MonitoredModelDeclaration
from platform_assets.quality.contract import Contract

BY_HAND = "materialised by hand"


def model_asset(product: Product, model: MonitoredModelDeclaration) -> dg.AssetsDefinition:
    """Trains a candidate as of the partition; the gates are blocking checks."""
    contract = model_contracts.trainings(product, model)
    reads = [product.feature_sets[model.feature_set], product.datasets[model.label.dataset]]
    # The newest partition with known labels; the older ones it learns from are recorded with the training window.
    newest = dg.TimeWindowPartitionMapping(
        start_offset=-model.label.delay_partitions,
        end_offset=-model.label.delay_partitions,
        allow_nonexistent_upstream_partitions=True,
    )

    @dg.asset(
        **asset_arguments(contract, product.name, {"mlflow", "scikitlearn"}, reads),
        deps=[
            dg.AssetDep(model.feature_set, partition_mapping=newest),
            dg.AssetDep(model.label.dataset, partition_mapping=newest),
        ],
        check_specs=[
            *check_specs(contract, delivered=False),
            *(
                check_spec(contract.name, gate.name, _gate_words(gate), contract.partitions, blocking=True)
                for gate in model.gates
            ),
        ],
    )
    def trained(
        context: dg.AssetExecutionContext, workspace: WorkspaceResource, mlflow_tracking: MlflowResource
    ) -> Iterator[Any]:
        from platform_assets.pipeline.training import train_model

        space = workspace.open(context.run_id)
        reason = context.run.tags.get(REASON_TAG, BY_HAND)
        space.registry(model.name).ensure_experiment()
        with mlflow_tracking.run(context, model.name) as run_id:
            step = functools.partial(train_model, space, product, model.name, context.partition_key, reason, run_id)
            done = yield from run_step(contract, step, reads=reads)
        gates = [
            dg.AssetCheckResult(
                asset_key=contract.name,
                check_name=gate.name,
                passed=gate.passed,
                description=gate.message,
                metadata={"message": gate.message, **_numbers(value=gate.value, threshold=gate.threshold)},
            )
            for gate in done.candidate.gates
        ]
        metrics = {key: value for key, value in done.candidate.metrics.to_dict().items() if value is not None}
        metadata = {
            "model version": done.version,
            "reason": reason,
            "mlflow run": run_id,
            "trained from": done.candidate.train_window[0],
            "trained to": done.candidate.train_window[1],
            "labelled rows": done.candidate.rows,
            "rows": done.candidate.size_words,
            "update": done.candidate.model.metadata.update,
            "tuning": done.candidate.tuning_words,
            "parameters": dg.MetadataValue.json(dict(done.candidate.parameters)),
            "digest": done.candidate.digest,
            **{f"validation {key}": value for key, value in metrics.items()},
        }
        yield materialize_result(contract, done.record, checks=gates, metadata=metadata)

    return trained


def champion_asset(product: Product, model: MonitoredModelDeclaration) -> dg.AssetsDefinition:
    """Promotes the newest candidate; it runs only after every gate was passed."""
    contract = model_contracts.champions(model)
    arguments = {**asset_arguments(contract, product.name, {"mlflow"}), "partitions_def": None}

    @dg.asset(
        **arguments,
        deps=[dg.AssetDep(f"{model.name}_model")],
        check_specs=check_specs(contract, delivered=False, partitioned=False),
    )
    def champion(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Iterator[Any]:
        from platform_assets.pipeline.promotion import promote_newest

        step = functools.partial(promote_newest, workspace.open(context.run_id), product, model.name)
        promoted = yield from run_step(contract, step)
        metadata = {"model version": promoted.version, "trained as of": promoted.as_of, "reason": promoted.reason}
        yield materialize_result(contract, promoted.record, metadata=metadata)

    return champion


def predictions_asset(product: Product, model: MonitoredModelDeclaration) -> dg.AssetsDefinition:
    """Scores the partition with the champion in charge of it."""
    contract = model_contracts.predictions(product, model)

    def make(workspace: Workspace, partition: str) -> Materialisation:
        from platform_assets.pipeline.predictions import materialise_predictions

        return materialise_predictions(workspace, product, model.name, partition)

    deps = [dg.AssetDep(model.feature_set), dg.AssetDep(f"{model.name}_champion")]
    reads = [product.feature_sets[model.feature_set]]
    return _table_asset(product, model, contract, {"iceberg", "scikitlearn"}, deps, make, reads=reads)


def performance_asset(product: Product, model: MonitoredModelDeclaration) -> dg.AssetsDefinition:
    """Compares the partition's predictions with their labels, once these are known."""
    contract = model_contracts.performance(product, model)

    def make(workspace: Workspace, partition: str) -> Materialisation:
        from platform_assets.pipeline.performance import materialise_performance

        return materialise_performance(workspace, product, model.name, partition)

    known = dg.TimeWindowPartitionMapping(end_offset=model.label.delay_partitions)
    deps = [
        dg.AssetDep(f"{model.name}_predictions"),
        dg.AssetDep(model.label.dataset, partition_mapping=known),
    ]
    reads = [product.datasets[model.label.dataset]]
    return _table_asset(product, model, contract, {"iceberg"}, deps, make, besides=None, reads=reads)


def drift_report_asset(product: Product, model: MonitoredModelDeclaration) -> dg.AssetsDefinition:
    """Compares the partition with what the champion in charge of it was trained on."""
    contract = model_contracts.drift_report(product, model)
    reads = [product.feature_sets[model.feature_set], product.datasets[model.label.dataset]]
    champion = f"{model.name}_champion"
    # The newest labels that are known when the partition is reported.
    newest = dg.TimeWindowPartitionMapping(
        start_offset=-model.label.delay_partitions,
        end_offset=-model.label.delay_partitions,
        allow_nonexistent_upstream_partitions=True,
    )

    @dg.asset(
        **asset_arguments(contract, product.name, {"iceberg", "html"}, reads),
        deps=[
            model.feature_set,
            f"{model.name}_predictions",
            champion,
            dg.AssetDep(model.label.dataset, partition_mapping=newest),
        ],
        check_specs=[
            *check_specs(contract, delivered=False),
            check_spec(
                contract.name,
                "no_drift",
                "The partition looks like the training data.",
                contract.partitions,
                blocking=False,
            ),
        ],
        # New labels alone ask for no report: they are compared with the next partition.
        automation_condition=when_inputs_are_updated(besides=(champion, model.label.dataset)),
    )
    def drift_report(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Iterator[Any]:
        from platform_assets.pipeline.drift_report import materialise_drift_report

        space = workspace.open(context.run_id)
        step = functools.partial(materialise_drift_report, space, product, model.name, context.partition_key)
        report = yield from run_step(contract, step, reads=reads)
        result = report.result
        verdict = dg.AssetCheckResult(
            asset_key=contract.name,
            check_name="no_drift",
            passed=result.verdict == "stable",
            severity=dg.AssetCheckSeverity.WARN,
            description=result.summary,
            metadata={"message": result.summary, "verdict": result.verdict},
        )
        metadata = {
            "verdict": result.verdict,
            "drifted columns": len(result.named("drift")),
            "report": dg.MetadataValue.md(report.markdown),
            "html report": dg.MetadataValue.path(str(report.html)),
        }
        yield materialize_result(contract, report.record, checks=[verdict], metadata=metadata)

    return drift_report


def _table_asset(
    product: Product,
    model: MonitoredModelDeclaration,
    contract: Contract,
    kinds: set[str],
    deps: list[dg.AssetDep],
    make: Callable[[Workspace, str], Materialisation],
    *,
    besides: str | None = "champion",
    reads: Sequence[Contract] = (),
) -> dg.AssetsDefinition:
    """An asset whose step needs only the workspace and the partition."""

    @dg.asset(
        **asset_arguments(contract, product.name, kinds, reads),
        deps=deps,
        check_specs=check_specs(contract, delivered=False),
        automation_condition=when_inputs_are_updated(besides=f"{model.name}_{besides}" if besides else ()),
    )
    def table(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Iterator[Any]:
        step = functools.partial(make, workspace.open(context.run_id), context.partition_key)
        done = yield from run_step(contract, step, reads=reads)
        yield materialize_result(contract, done)

    return table


def _gate_words(gate: Any) -> str:
    if gate.better_than:
        return f"{gate.metric} better than the {gate.better_than}'s by more than {gate.margin:g}, on the same rows."
    bound = f"at least {gate.at_least:g}" if gate.at_least is not None else f"at most {gate.at_most:g}"
    return f"{gate.metric} on the validation rows is {bound}."


def _numbers(**values: float | None) -> dict[str, float]:
    return {key: value for key, value in values.items() if value is not None}
