"""The assets that every declared model has."""

import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import dagster as dg

from platform_assets.automation.conditions import when_inputs_are_updated
from platform_assets.automation.retraining import EVIDENCE_TAG, REASON_TAG
from platform_assets.components import model_card, model_contracts, parity
from platform_assets.components.asset_facts import (
    asset_arguments,
    check_spec,
    check_specs,
    materialize_result,
)
from platform_assets.components.resources import MlflowResource, WorkspaceResource
from platform_assets.components.steps import run_step
from platform_assets.learning.declaration.gate_words import in_words
from platform_assets.pipeline import Product
from platform_assets.pipeline.product import MonitoredModelDeclaration

if TYPE_CHECKING:
    from platform_assets.learning.candidate import Candidate
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
                check_spec(contract.name, gate.name, in_words(gate), contract.partitions, blocking=True)
                for gate in model.gates
            ),
            parity.spec(contract),
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
            step = functools.partial(
                train_model,
                space,
                product,
                model.name,
                context.partition_key,
                reason,
                run_id,
                evidence=context.run.tags.get(EVIDENCE_TAG),
            )
            steps = run_step(contract, step, reads=reads, version_of=lambda done: (model.name, done.version))
            done = yield from parity.told(contract, steps)
        checks = [*_gate_checks(contract, done.candidate), parity.held(contract, done.candidate.parity_rows.num_rows)]
        metadata = {
            "model version": done.version,
            "reason": reason,
            "mlflow run": run_id,
            **_facts(done.candidate),
            **model_card.metadata(space, product, model.name, done.version),
        }
        yield materialize_result(contract, done.record, checks=checks, metadata=metadata)

    return trained


def _gate_checks(contract: "Contract", candidate: "Candidate") -> list[dg.AssetCheckResult]:
    return [
        dg.AssetCheckResult(
            asset_key=contract.name,
            check_name=gate.name,
            passed=gate.passed,
            description=gate.message,
            metadata={"message": gate.message, **_numbers(value=gate.value, threshold=gate.threshold)},
        )
        for gate in candidate.gates
    ]


def _facts(candidate: "Candidate") -> dict[str, Any]:
    return {
        "trained from": candidate.train_window[0],
        "trained to": candidate.train_window[1],
        "labelled rows": candidate.rows,
        "rows": candidate.size_words,
        "update": candidate.model.metadata.update,
        "tuning": candidate.tuning_words,
        "parameters": dg.MetadataValue.json(dict(candidate.parameters)),
        "digest": candidate.digest,
        **{f"validation {key}": value for key, value in candidate.metrics.to_dict().items() if value is not None},
    }


def predictions_asset(product: Product, model: MonitoredModelDeclaration) -> dg.AssetsDefinition:
    """Scores the partition with the champion in charge of it."""
    contract = model_contracts.predictions(product, model)

    reads = [product.feature_sets[model.feature_set]]

    @dg.asset(
        **asset_arguments(contract, product.name, {"iceberg", "scikitlearn"}, reads),
        deps=[model.feature_set, f"{model.name}_champion"],
        check_specs=check_specs(contract, delivered=False),
        automation_condition=when_inputs_are_updated(besides=f"{model.name}_champion"),
    )
    def predictions(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Iterator[Any]:
        from platform_assets.pipeline.predictions import materialise_predictions

        space = workspace.open(context.run_id)
        step = functools.partial(materialise_predictions, space, product, model.name, context.partition_key)
        done = yield from run_step(contract, step, reads=reads)
        yield materialize_result(contract, done)

    return predictions


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


def _numbers(**values: float | None) -> dict[str, float]:
    return {key: value for key, value in values.items() if value is not None}
