"""A delivered file becomes a published partition of a dataset, or is refused and set aside."""

from __future__ import annotations

from dataclasses import replace

from platform_assets.compute import Job, JobResult, run_job
from platform_assets.compute.errors import JobFailed
from platform_assets.pipeline.inputs import output
from platform_assets.pipeline.product import Product
from platform_assets.pipeline.publishing import (
    Materialisation,
    Provenance,
    as_contract,
    publish_audited,
    set_aside,
)
from platform_assets.pipeline.workspace import Workspace
from platform_assets.quality.audit import AuditReport
from platform_assets.quality.contract import contract_window
from platform_assets.quality.dataset import DatasetDeclaration
from platform_assets.quality.delivery import REFUSED_BY
from platform_assets.quality.errors import DeliveryRefused
from platform_assets.quality.inspection import Delivery, damage, first_malformed_line, inspect_delivery


def materialise_dataset(workspace: Workspace, product: Product, name: str, partition: str | None) -> Materialisation:
    """Read, check and publish one partition of a dataset from its delivered file.

    Raises:
        DeliveryMissing: the file is not there.
        DeliveryRefused: the file is empty, cut off, unreadable or has other columns; it is kept in quarantine.
        Refused: rows break a rule that refuses the partition; file and rows are kept in quarantine.
    """
    declaration = product.datasets[name]
    path = workspace.landing / declaration.landing_file(partition)
    try:
        delivery = inspect_delivery(declaration, partition, path)
        job = _job(workspace, product, declaration, partition, delivery)
        result = _run(workspace, declaration, partition, delivery, job)
    except DeliveryRefused as error:
        set_aside(workspace, product.table(name), partition, [str(error)], [path], None)
        raise
    report = AuditReport.model_validate(result.audit)
    provenance = Provenance(
        inputs={}, facts={"source-file": declaration.landing_file(partition), "source-sha256": delivery.digest}
    )
    published = publish_audited(
        workspace, product.name, declaration, partition, result.staged, report, provenance, [path]
    )
    return replace(published, facts={"source file": path.name, "source sha256": delivery.digest})


def _job(
    workspace: Workspace, product: Product, declaration: DatasetDeclaration, partition: str | None, delivery: Delivery
) -> Job:
    window = contract_window(declaration, partition)
    bounds = window.as_text() if window else None
    return Job(
        name=f"ingest {declaration.name} {partition or ''}".strip(),
        function="platform_assets.quality.delivery:read_delivery",
        parameters={
            "declaration": declaration.model_dump(mode="json"),
            "path": str(delivery.path),
            "header": list(delivery.header),
            "window": bounds,
        },
        output=output(workspace, declaration, product.name).model_copy(update={"refusal_column": REFUSED_BY}),
        audit="platform_assets.quality.audit:audit_staged",
        audit_parameters={"contract": as_contract(declaration), "window": bounds},
    )


def _run(
    workspace: Workspace, declaration: DatasetDeclaration, partition: str | None, delivery: Delivery, job: Job
) -> JobResult:
    try:
        return run_job(job, workspace.engine)
    except JobFailed:
        # An engine says that some row of the file cannot be read, not which; look only now that it matters.
        if declaration.arrival.format == "csv":
            problem = first_malformed_line(delivery.path, len(delivery.header))
            remedy = "Correct that line, or deliver the complete file again."
        else:
            problem, remedy = damage(delivery.path), "Deliver the complete file again."
        if problem is None:
            raise
        what = f"{declaration.name}{f' {partition}' if partition else ''} ({delivery.path.name})"
        raise DeliveryRefused(what, problem, remedy) from None
