"""A partition about to be published is compared with others of its table, from stored profiles.

Only the multivariate look, if declared, reads rows again, and a sample of them.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_assets.lake.partitions import month_window
from platform_assets.learning.partitions import offset
from platform_assets.quality.watched import DRIFT, DRIFT_TOGETHER, ComparedContract, PartitionDrift

if TYPE_CHECKING:
    import pyarrow as pa

    from platform_assets.compute import StagedFiles
    from platform_assets.lake import Lake
    from platform_assets.quality.audit import AuditReport, CheckResult
    from platform_assets.quality.contract import Contract
    from platform_assets.quality.drift.declaration import MultivariateDeclaration
    from platform_assets.quality.drift.result import DriftResult, MultivariateDrift

MONTHS_A_YEAR = 12
# The same rows are sampled every time.
SEED = 0
_REMEDY = " See what changed at the source; if the change is real, correct drift in defs.yaml."
_LISTED = 3


def with_drift(
    lake: Lake, table: str, contract: Contract, partition: str | None, staged: StagedFiles, report: AuditReport
) -> AuditReport:
    """The audit of a staged partition with a check more, or two, if its table declares drift."""
    if not isinstance(contract, ComparedContract) or contract.drift is None or contract.partitions is None:
        return report
    if partition is None:
        return report
    compared = _Compared(lake, table, contract, contract.drift, contract.partitions.column, partition)
    checks = [compared.column_by_column(report)]
    if contract.drift.multivariate is not None:
        checks.append(compared.columns_together(staged, contract.drift.multivariate))
    return report.model_copy(update={"checks": [*report.checks, *checks]})


def reference_partitions(declared: PartitionDrift, partition: str) -> list[str]:
    """Partitions that a partition is compared with, oldest first; never itself."""
    if declared.reference == "season":
        return [offset(partition, -MONTHS_A_YEAR)]
    return [offset(partition, -back) for back in range(declared.partitions, 0, -1)]


@dataclass(frozen=True)
class _Compared:
    """One partition beside its reference."""

    lake: Lake
    table: str
    contract: ComparedContract
    declared: PartitionDrift
    time: str
    partition: str

    def column_by_column(self, report: AuditReport) -> CheckResult:
        """Each column's distribution against that of the reference, from profiles."""
        from platform_assets.quality.audit import CheckResult
        from platform_assets.quality.drift.compare import compare_profiles
        from platform_assets.quality.profile import TableProfile
        from platform_assets.quality.profile_table import read_profile
        from platform_assets.quality.report.picture import drift_picture_svg

        reference = read_profile(self.lake, self.table, self.partitions)
        current = TableProfile.from_bytes(base64.b64decode(report.profile))
        columns = self.contract.compared_columns
        result = compare_profiles(reference, current, columns=columns, thresholds=self.declared)
        breach = result.verdict == "drift"
        return CheckResult(
            name=DRIFT,
            passed=not breach,
            blocking=breach and self.declared.on_breach == "block",
            message=_message(result, self.partitions) + (_REMEDY if breach else ""),
            details={
                "verdict": result.verdict,
                "compared with": ", ".join(self.partitions),
                "drifted columns": [column.column for column in result.named("drift")],
                "columns that cannot be told": [column.column for column in result.named("cannot_tell")],
            },
            picture=drift_picture_svg(result, reference, current) if result.named("drift") else "",
        )

    @property
    def partitions(self) -> list[str]:
        """The reference."""
        return reference_partitions(self.declared, self.partition)

    def columns_together(self, staged: StagedFiles, declared: MultivariateDeclaration) -> CheckResult:
        """Whether columns go together as in the reference, by a sample of the rows of both."""
        from platform_assets.quality.audit import CheckResult

        found = self._looked_at(staged, declared)
        breach = found.verdict == "drift"
        return CheckResult(
            name=DRIFT_TOGETHER,
            passed=not breach,
            blocking=breach and self.declared.on_breach == "block",
            message=found.message + (_REMEDY if breach else ""),
            details={
                "verdict": found.verdict,
                "compared with": ", ".join(self.partitions),
                "auc": found.auc,
                "drift from": found.auc_at_least,
                "columns": dict(found.columns),
            },
        )

    def _looked_at(self, staged: StagedFiles, declared: MultivariateDeclaration) -> MultivariateDrift:
        import pyarrow as pa

        from platform_assets.quality.drift.encoding import sampled
        from platform_assets.quality.drift.multivariate import multivariate_drift, without_reference

        share = -(-declared.sample_rows // (2 * len(self.partitions)))
        known = self.partitions if self.lake.exists(self.table) else []
        # Each is sampled as it is read, so that memory is bounded by the largest of them.
        sample = [sampled(self._published(name), share, SEED) for name in known]
        if not any(rows.num_rows for rows in sample):
            return without_reference(declared)
        return multivariate_drift(
            pa.concat_tables(sample),
            self._staged(staged),
            self.contract.compared_columns,
            declared,
            time_column=self.time,
            noise_level=self.declared.noise_level,
            min_rows=self.declared.min_rows,
        )

    def _published(self, partition: str) -> pa.Table:
        return self.lake.read(self.table, month_window(partition, self.time), columns=self._read)

    def _staged(self, staged: StagedFiles) -> pa.Table:
        import pyarrow as pa

        return pa.concat_tables([self.lake.store.read_parquet(file).select(self._read) for file in staged.files])

    @property
    def _read(self) -> list[str]:
        return list(dict.fromkeys([*self.contract.compared_columns, self.time]))


def _message(result: DriftResult, compared_with: list[str]) -> str:
    if result.verdict == "no_reference":
        return f"{result.summary} Wanted: {', '.join(compared_with)}."
    found = [f"{column.column}: {column.message}" for column in result.named("drift")[:_LISTED]]
    return " ".join([result.summary, *found])
