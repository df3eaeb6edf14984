"""One entry of the quarantine table: what was refused, by which rules, what was kept of it, what was decided."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from platform_assets.lake import ColumnSpec, TableSpec
from platform_assets.lake.quarantine import KeptFile
from platform_assets.quality.audit import CheckResult

Kind = Literal["partition", "rows", "file"]
Status = Literal["quarantined", "releasing", "released", "discarded"]
OPEN: tuple[Status, ...] = ("quarantined", "releasing")

QUARANTINE = TableSpec(
    "platform.quarantine",
    (
        ColumnSpec("quarantine_id", "string", False, "Identifies one refusal."),
        ColumnSpec("table", "string", False, "Table that would have been published."),
        ColumnSpec("partition", "string", True, "Partition that was refused; missing for unpartitioned tables."),
        ColumnSpec("rules", "string", False, "Broken rules in words."),
        ColumnSpec("rows", "long", True, "Rows set aside; missing if the file could not be read."),
        ColumnSpec("location", "string", False, "Folder that keeps the file and the staged rows."),
        ColumnSpec("run_id", "string", False, "Run that refused it."),
        ColumnSpec("refused_at", "timestamp", False, "When it was refused (UTC)."),
        ColumnSpec("kind", "string", True, "What was refused: a partition, single rows, or a file nobody can read."),
        ColumnSpec("status", "string", True, "quarantined, releasing (begun, not finished), released or discarded."),
        ColumnSpec("broken_rules", "string", True, "JSON list: code, words, rows and sample rows of each rule."),
        ColumnSpec("files", "string", True, "JSON list: kind, location, sha256, bytes and rows of each kept file."),
        ColumnSpec("source_file", "string", True, "The delivered file."),
        ColumnSpec("source_sha256", "string", True, "SHA-256 of the delivered file."),
        ColumnSpec("contract_version", "int", True, "Contract version under which it was refused."),
        ColumnSpec("checks", "string", True, "JSON list: the audit's answers in words."),
        ColumnSpec("provenance", "string", True, "JSON: what the publish would have recorded."),
        ColumnSpec("sequence", "long", True, "Number of the table's newest commit at the refusal."),
        ColumnSpec("decided_by", "string", True, "Who released or discarded it."),
        ColumnSpec("decided_at", "timestamp", True, "When (UTC)."),
        ColumnSpec("reason", "string", True, "Why."),
        ColumnSpec("published_snapshot", "long", True, "Snapshot that a release published."),
    ),
)
NESTED = ("broken_rules", "files", "checks", "provenance")


class BrokenRule(BaseModel):
    """A rule that was broken.

    Attributes:
        code: ``kind:column`` of a row rule, or the name of the check.
        rows: how many rows broke it; None if the rule is not about single rows.
        samples: some of those rows; protected as they were staged if the dataset has personal columns.
    """

    code: str
    words: str
    rows: int | None = None
    samples: list[str] = []


class Entry(BaseModel):
    """One refusal, as the quarantine table lists it."""

    model_config = ConfigDict(frozen=True)

    quarantine_id: str
    table: str
    partition: str | None = None
    rules: str
    rows: int | None = None
    location: str
    run_id: str
    refused_at: datetime
    kind: Kind = "partition"
    status: Status = "quarantined"
    broken_rules: list[BrokenRule] = []
    files: list[KeptFile] = []
    source_file: str | None = None
    source_sha256: str | None = None
    contract_version: int | None = None
    checks: list[CheckResult] = []
    provenance: dict[str, str] = {}
    sequence: int = 0
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None
    published_snapshot: int | None = None

    @property
    def what(self) -> str:
        """Table and partition, for messages."""
        return f"{self.table} {self.partition}" if self.partition else self.table

    @property
    def staged(self) -> list[KeptFile]:
        """The kept files whose rows could be published."""
        return [file for file in self.files if file.kind == "staged"]

    def row(self) -> dict[str, Any]:
        """The entry as a row of the table."""
        nested = self.model_dump(mode="json", include=set(NESTED))
        return {**self.model_dump(), **{name: json.dumps(value) for name, value in nested.items()}}

    @classmethod
    def of_row(cls, row: dict[str, Any]) -> Entry:
        """The inverse of :meth:`row`."""
        known = {name: value for name, value in row.items() if value is not None}
        return cls.model_validate({n: json.loads(v) if n in NESTED else v for n, v in known.items()})
