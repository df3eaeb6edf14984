"""What a step leaves behind: a published snapshot with the audit that allowed it, or a refusal that carries it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from platform_assets.pipeline.workspace import Workspace, code_commit
from platform_assets.quality.errors import PartitionRefused

if TYPE_CHECKING:
    from platform_assets.lake import Publication
    from platform_assets.pipeline.utilisation.report import UtilisationReport
    from platform_assets.quality.audit import AuditReport, CheckResult
    from platform_assets.quality.contract import Contract


class Refused(PartitionRefused):
    """A refusal that still carries the audit, so that every check can be reported."""

    def __init__(self, what: str, report: AuditReport, quarantine_id: str) -> None:
        self.report = report
        super().__init__(what, [f"{check.name}: {check.message}" for check in report.blocked_by], quarantine_id)


@dataclass(frozen=True)
class Materialisation:
    """What a step published, with the audit that allowed it and facts for people (``facts``: name to value).

    ``utilisation`` is what its job made of its machines, if that ran on Spark.
    """

    partition: str | None
    publication: Publication
    report: AuditReport
    inputs: Mapping[str, int]
    facts: Mapping[str, Any] = field(default_factory=dict)
    utilisation: UtilisationReport | None = None

    @property
    def checks(self) -> list[CheckResult]:
        """The audit's answers."""
        return self.report.checks


@dataclass(frozen=True)
class Provenance:
    """Where rows come from: input snapshots by table, and further facts (source files, model version)."""

    inputs: Mapping[str, int]
    facts: Mapping[str, str] = field(default_factory=dict)

    def properties(self, workspace: Workspace, contract: Contract, partition: str | None) -> dict[str, str]:
        """As snapshot properties."""
        return {
            "run-id": workspace.run_id,
            "code-commit": code_commit(),
            "contract-version": str(contract.version),
            "partition": partition or "",
            "inputs": json.dumps(self.inputs, sort_keys=True),
            **self.facts,
        }
