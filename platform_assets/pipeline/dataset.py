"""A delivered file becomes a published partition of a dataset, or is refused and set aside."""

from __future__ import annotations

from dataclasses import replace

from platform_assets.compute import Job, JobResult
from platform_assets.compute.engines.choice import Work
from platform_assets.compute.errors import JobFailed
from platform_assets.pipeline.contracts import require_publishable
from platform_assets.pipeline.delivered import delivered_file, within_reach
from platform_assets.pipeline.inputs import output
from platform_assets.pipeline.materialisation import Materialisation, Provenance
from platform_assets.pipeline.personal import reading_function, require_protection, without_words
from platform_assets.pipeline.placement import Placement, placed
from platform_assets.pipeline.product import Product
from platform_assets.pipeline.publishing import as_contract, publish_audited
from platform_assets.pipeline.refusing import refuse_file
from platform_assets.pipeline.utilisation.attempts import noting_what_is_refused, run_job_for
from platform_assets.pipeline.utilisation.record import with_utilisation
from platform_assets.pipeline.workspace import Workspace
from platform_assets.quality.audit import AuditReport
from platform_assets.quality.contract import contract_window
from platform_assets.quality.dataset import PERSONAL_STAYS, DatasetDeclaration
from platform_assets.quality.delivery import REFUSED_BY, not_readable
from platform_assets.quality.errors import DeliveryRefused
from platform_assets.quality.inspection import Delivery, damage, first_malformed_line, inspected
from platform_assets.quality.personal.views import as_delivered, has_personal_columns


def materialise_dataset(workspace: Workspace, product: Product, name: str, partition: str | None) -> Materialisation:
    """Read, check and publish one partition of a dataset from its delivered file.

    Raises:
        DeliveryMissing: the file is not there.
        DeliveryRefused: the file is empty, cut off, unreadable or has other columns; it is listed in quarantine.
        Refused: rows break a rule that refuses the partition; it is listed in quarantine.
        ContractRefused: the contract changed in a way that is refused; the file stays where it is.
        PersonalDataError: a personal column cannot be protected, for want of a key or the vault; nothing was read.
        EngineNotKnown, EngineUnavailable: the engine that was asked for cannot run it.
    """
    declaration = product.datasets[name]
    require_publishable(workspace.lake, product.table(name), declaration)
    require_protection(workspace.lake, declaration)
    path = delivered_file(workspace, declaration, partition)
    try:
        with inspected(as_delivered(declaration), partition, path) as delivery:
            placement = _ingested(workspace, product, declaration, partition, delivery)
    except DeliveryRefused as error:
        entry = refuse_file(workspace, declaration, product.table(name), partition, path, error)
        raise error.listed_as(entry.quarantine_id) from None
    space, result = placement.workspace, placement.result
    report = AuditReport.model_validate(result.audit)
    source = {"source-file": declaration.landing_file(partition), "source-sha256": delivery.digest}
    provenance = Provenance(inputs={}, facts={**source, **placement.recorded()})
    with noting_what_is_refused(space, product.table(name), partition, result):
        published = publish_audited(
            space, product.name, declaration, partition, result.staged, report, provenance, [path]
        )
    delivered = {"source file": path.name, "source sha256": delivery.digest}
    facts = {**published.facts, **delivered, **placement.shown()}
    return with_utilisation(space, product.table(name), result, replace(published, facts=facts))


def _ingested(
    workspace: Workspace, product: Product, declaration: DatasetDeclaration, partition: str | None, delivery: Delivery
) -> Placement:
    work = Work(delivery.readable.stat().st_size, 1)
    stays = PERSONAL_STAYS if has_personal_columns(declaration) else None
    space = placed(workspace, product.table(declaration.name), declaration.engine, work, stays)
    with within_reach(space, delivery) as readable:
        job = _job(space, product, declaration, partition, delivery, readable)
        return Placement(space, work, _run(space, product, declaration, partition, delivery, job))


def _job(
    workspace: Workspace,
    product: Product,
    declaration: DatasetDeclaration,
    partition: str | None,
    delivery: Delivery,
    readable: str,
) -> Job:
    window = contract_window(declaration, partition)
    bounds = window.as_text() if window else None
    return Job(
        name=f"ingest {declaration.name} {partition or ''}".strip(),
        function=reading_function(declaration),
        parameters={
            "declaration": declaration.model_dump(mode="json"),
            "path": readable,
            "header": list(delivery.header),
            "window": bounds,
        },
        output=output(workspace, declaration, product.name).model_copy(update={"refusal_column": REFUSED_BY}),
        audit="platform_assets.quality.audit:audit_staged",
        audit_parameters={"contract": as_contract(declaration), "window": bounds},
    )


def _run(
    workspace: Workspace,
    product: Product,
    declaration: DatasetDeclaration,
    partition: str | None,
    delivery: Delivery,
    job: Job,
) -> JobResult:
    personal = has_personal_columns(declaration)
    if personal:
        # An engine that cannot read a row may quote it, in an error or a log of its own; it must not meet one.
        _require_readable(declaration, partition, delivery)
    try:
        return run_job_for(workspace, product.table(declaration.name), partition, job)
    except JobFailed as error:
        if personal:
            raise without_words(job.name, workspace.engine.name, error) from None
        # An engine says that some row of the file cannot be read, not which; look only now that it matters.
        _require_readable(declaration, partition, delivery)
        # It may be stricter than we are, about names or statistics in a Parquet file for one.
        contract, path = as_delivered(declaration), str(delivery.readable)
        problem = not_readable(workspace.session, contract, path, list(delivery.header))
        if problem is not None:
            raise _refused(declaration, partition, delivery, problem, "Deliver the complete file again.") from error
        raise


def _require_readable(declaration: DatasetDeclaration, partition: str | None, delivery: Delivery) -> None:
    if declaration.arrival.format == "parquet":
        problem, remedy = damage(delivery.readable), "Deliver the complete file again."
    else:
        problem = first_malformed_line(delivery.readable, len(delivery.header))
        remedy = "Correct that line, or deliver the complete file again."
    if problem is not None:
        raise _refused(declaration, partition, delivery, problem, remedy) from None


def _refused(
    declaration: DatasetDeclaration, partition: str | None, delivery: Delivery, rule: str, remedy: str
) -> DeliveryRefused:
    what = f"{declaration.name}{f' {partition}' if partition else ''} ({delivery.path.name})"
    return DeliveryRefused(what, rule, remedy)
