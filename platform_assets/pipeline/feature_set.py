"""Exact input snapshots become a published partition of a feature set."""

from __future__ import annotations

from dataclasses import replace

from platform_assets.compute import Job, TableInput
from platform_assets.compute.engines.choice import Work
from platform_assets.lake import Window
from platform_assets.learning import partitions
from platform_assets.pipeline.contracts import require_publishable
from platform_assets.pipeline.inputs import current_snapshot, output, require_partition, table_input
from platform_assets.pipeline.materialisation import Materialisation, Provenance
from platform_assets.pipeline.placement import Placement, placed
from platform_assets.pipeline.product import Product
from platform_assets.pipeline.publishing import as_contract, publish_audited
from platform_assets.pipeline.utilisation.attempts import noting_what_is_refused, run_job_for
from platform_assets.pipeline.utilisation.record import with_utilisation
from platform_assets.pipeline.workspace import Workspace
from platform_assets.quality.audit import AuditReport
from platform_assets.quality.contract import contract_window


def materialise_features(workspace: Workspace, product: Product, name: str, partition: str | None) -> Materialisation:
    """Compute, audit and publish one partition of a feature set.

    Raises:
        PartitionNotFound: an input has no rows of this partition, or of one that its declared history reaches into.
        JobFailed: the feature function broke.
        Refused: the rows break the feature set's contract.
        ContractRefused: the contract changed in a way that would break what was published before.
        EngineNotKnown, EngineUnavailable: the engine that was asked for cannot run it.
    """
    declaration = product.feature_sets[name]
    require_publishable(workspace.lake, product.table(name), declaration)
    snapshots = input_snapshots(workspace, product, name)
    job = feature_job(workspace, product, name, partition, snapshots)
    work = Work.of(job)
    space = placed(workspace, product.table(name), declaration.engine, work)
    result = run_job_for(space, product.table(name), partition, job)
    placement = Placement(space, work, result)
    report = AuditReport.model_validate(result.audit)
    inputs = {product.table(dataset): snapshot for dataset, snapshot in snapshots.items()}
    provenance = Provenance(inputs, placement.recorded())
    with noting_what_is_refused(space, product.table(name), partition, result):
        published = publish_audited(space, product.name, declaration, partition, result.staged, report, provenance)
    done = replace(published, facts={**published.facts, **placement.shown()})
    return with_utilisation(space, product.table(name), result, done)


def feature_job(
    workspace: Workspace, product: Product, name: str, partition: str | None, snapshots: dict[str, int] | None = None
) -> Job:
    """The job that computes, stages and audits one partition; ``snapshots`` by dataset, by default the current ones."""
    declaration = product.feature_sets[name]
    window = contract_window(declaration, partition)
    bounds = window.as_text() if window else None
    read = snapshots or input_snapshots(workspace, product, name)
    return Job(
        name=f"compute {name} {partition or ''}".strip(),
        function=product.function(declaration.function),
        inputs=feature_inputs(workspace, product, name, partition, read),
        output=output(workspace, declaration, product.name, window),
        audit="platform_assets.quality.audit:audit_staged",
        audit_parameters={"contract": as_contract(declaration), "window": bounds},
    )


def input_snapshots(workspace: Workspace, product: Product, name: str) -> dict[str, int]:
    """The current snapshot of every input, by dataset."""
    inputs = product.feature_sets[name].inputs
    return {source.dataset: current_snapshot(workspace, product.table(source.dataset)) for source in inputs}


def feature_inputs(
    workspace: Workspace, product: Product, name: str, partition: str | None, snapshots: dict[str, int]
) -> dict[str, TableInput]:
    """The inputs of a feature function for one partition, by argument name, each with its declared history."""
    inputs = {}
    for source in product.feature_sets[name].inputs:
        window = contract_window(product.datasets[source.dataset], partition)
        wanted = window.starting_earlier(source.lookback_days) if window else None
        inputs[source.dataset] = table_input(
            workspace, product, source.dataset, snapshots[source.dataset], wanted, partition
        )
        if wanted and partition:
            _require_history(workspace, product, source.dataset, snapshots[source.dataset], wanted, partition)
    return inputs


def _require_history(
    workspace: Workspace, product: Product, dataset: str, snapshot_id: int, window: Window, partition: str
) -> None:
    """Features over a gap would be published as if nothing had happened in it; only the first partition has no past."""
    contract = product.datasets[dataset]
    first = contract.partitions.start if contract.partitions else partition
    earlier = partitions.between(partitions.partition_of(window.start), partitions.previous_partition(partition))
    for needed in earlier:
        if needed >= first:
            require_partition(workspace, contract, product.table(dataset), needed, snapshot_id)
