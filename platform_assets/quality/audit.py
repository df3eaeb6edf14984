"""Audit staged rows where they are: one report with a result per check, before anything is published."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from platform_assets.compute.arrow import as_arrow
from platform_assets.lake import Window
from platform_assets.lake.partitions import window_from_text
from platform_assets.lake.store import Store
from platform_assets.quality.contract import Contract
from platform_assets.quality.delivery import DELIVERED, REFUSED_BY, SEPARATOR
from platform_assets.quality.expectations.outcome import Outcome
from platform_assets.quality.personal.views import as_stored
from platform_assets.quality.rules import describe, row_rules

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

from platform_assets.compute import StagedFiles

VALUES = "contract_values"
WINDOW = "contract_window"
KEYS = "contract_keys"
VOLUME = "contract_volume"
COLUMNS = "contract_columns"
SAMPLES = 5


class CheckResult(BaseModel):
    """One answer of an audit; a failed blocking check refuses the partition; ``picture`` is an SVG that explains it."""

    name: str
    passed: bool
    blocking: bool
    message: str
    details: dict[str, Any] = {}
    picture: str = ""


class AuditReport(BaseModel):
    """What the audit of one partition found.

    Attributes:
        rows: accepted rows.
        refused_rows: rows set aside because they break a row rule.
        profile: base64 of the profile's bytes.
        expectations: the full results, which are kept for Data Docs.
    """

    rows: int
    refused_rows: int
    checks: list[CheckResult]
    profile: str
    expectations: list[Outcome] = []

    @property
    def blocked_by(self) -> list[CheckResult]:
        """The failed checks that refuse the partition."""
        return [check for check in self.checks if check.blocking and not check.passed]


def audit_staged(
    session: SparkSession, staged: StagedFiles, contract: dict[str, Any], window: dict[str, str] | None
) -> dict[str, Any]:
    """Audit staged files against a contract, on the engine that holds them; returns an AuditReport as JSON."""
    declared = Contract.model_validate(contract)
    partition_window = window_from_text(window) if window else None
    frame = session.read.parquet(*staged.files)
    measured = _measure(frame, as_stored(declared), partition_window)
    refused = _refused(session, staged, declared)
    broken = Counter(measured.broken) + Counter(refused.broken)
    profile = _profile(staged, declared.keys)
    outcomes = _outcomes(frame, declared, measured.rows, profile)
    checks = [
        *_rule_checks(declared, broken, refused.samples),
        _keys_check(declared, frame, measured.rows),
        _volume_check(declared, measured.rows),
        *map(_expectation_check, outcomes),
    ]
    return AuditReport(
        rows=measured.rows, refused_rows=refused.rows, checks=checks, profile=profile, expectations=outcomes
    ).model_dump(mode="json")


class _Measured(BaseModel):
    rows: int
    broken: dict[str, int]
    samples: list[str] = []


def _measure(frame: DataFrame, contract: Contract, window: Window | None) -> _Measured:
    from pyspark.sql import functions as F

    rules = row_rules(contract, window)
    sums = [F.sum(rule.broken.cast("int")).alias(rule.code) for rule in rules]
    counts = as_arrow(frame.agg(F.count(F.lit(1)).alias("rows"), *sums)).to_pylist()[0]
    return _Measured(rows=counts["rows"], broken={rule.code: counts[rule.code] or 0 for rule in rules})


def _refused(session: SparkSession, staged: StagedFiles, contract: Contract) -> _Measured:
    if not staged.refused_files:
        return _Measured(rows=0, broken={})
    frame = session.read.parquet(*staged.refused_files)
    groups = as_arrow(frame.groupBy(REFUSED_BY).count()).to_pylist()
    broken: Counter[str] = Counter()
    for group in groups:
        for code in group[REFUSED_BY].split(SEPARATOR):
            broken[code] += group["count"]
    samples = as_arrow(frame.select(DELIVERED).orderBy(DELIVERED).limit(SAMPLES)).column(0).to_pylist()
    return _Measured(rows=sum(group["count"] for group in groups), broken=dict(broken), samples=samples)


def counted(rows: int) -> str:
    """A number of rows in words."""
    return f"{rows:,} row" if rows == 1 else f"{rows:,} rows"


def _rule_checks(contract: Contract, broken: Counter[str], samples: list[str]) -> list[CheckResult]:
    def check(name: str, codes: dict[str, int], good: str) -> CheckResult:
        refusing = {code: n for code, n in codes.items() if _refuses_partition(code, contract)}
        listed = "; ".join(f"{counted(n)}: {describe(code, contract)}" for code, n in sorted(codes.items()))
        remedy = " Correct the file, or the contract if the rule is wrong, and deliver again." if refusing else ""
        aside = f"{listed} (rows set aside, the others are published)." if codes and not refusing else f"{listed}."
        return CheckResult(
            name=name,
            passed=not refusing,
            blocking=True,
            message=(aside + remedy) if codes else good,
            details={"broken rules": codes, "sample rows": samples} if codes else {},
        )

    found = {code: count for code, count in broken.items() if count}
    windows = {code: count for code, count in found.items() if code.startswith("window:")}
    values = {code: count for code, count in found.items() if not code.startswith("window:")}
    checks = [check(VALUES, values, "Every value keeps the contract: types, nullability, ranges, allowed values.")]
    if contract.partitions:
        checks.append(check(WINDOW, windows, "Every row lies within the partition's month (UTC)."))
    return checks


def _refuses_partition(code: str, contract: Contract) -> bool:
    kind, _, name = code.partition(":")
    return kind == "window" or contract.column(name).on_violation == "refuse_partition"


def _keys_check(contract: Contract, frame: DataFrame, rows: int) -> CheckResult:
    distinct = frame.select(*contract.keys).distinct().count()
    keys = ", ".join(contract.keys)
    if distinct == rows:
        return CheckResult(name=KEYS, passed=True, blocking=True, message=f"Each ({keys}) stands once.")
    verb = "repeats" if rows - distinct == 1 else "repeat"
    samples = frame.groupBy(*contract.keys).count().filter("count > 1").orderBy(*contract.keys).limit(SAMPLES)
    return CheckResult(
        name=KEYS,
        passed=False,
        blocking=True,
        message=f"{counted(rows - distinct)} {verb} a key ({keys}) that must be unique. "
        "Remove the duplicates and deliver again.",
        details={"repeated keys": [str(tuple(row.values())) for row in as_arrow(samples).to_pylist()]},
    )


def _volume_check(contract: Contract, rows: int) -> CheckResult:
    volume = contract.volume
    expected = f"at least {volume.minimum:,}" + (f" and at most {volume.maximum:,}" if volume.maximum else "")
    passed = rows > 0 and rows >= volume.minimum and (volume.maximum is None or rows <= volume.maximum)
    return CheckResult(
        name=VOLUME,
        passed=passed,
        # A partition without rows is never right, whatever the declaration says about unusual volumes.
        blocking=rows == 0 or volume.on_violation == "refuse_partition",
        message=f"{counted(rows)}; the contract expects {expected}."
        + ("" if passed else " Check that the delivery is complete, or correct the declared volume."),
    )


def _outcomes(frame: DataFrame, contract: Contract, rows: int, profile: str) -> list[Outcome]:
    if not contract.expectations or rows == 0:
        return []
    from platform_assets.quality.expectations.validate import validate
    from platform_assets.quality.profile import TableProfile

    personal = [column.name for column in contract.stored_columns if column.personal]
    known = TableProfile.from_bytes(base64.b64decode(profile))
    return validate(frame, contract.expectations, known, personal)


def _expectation_check(outcome: Outcome) -> CheckResult:
    remedy = " Correct the data, or the expectation if it is wrong, and materialise again."
    found = outcome.result["result"]
    facts = {
        "observed": outcome.observed,
        "unexpected rows": outcome.unexpected_rows,
        "unexpected percent": found.get("unexpected_percent"),
        "sample values": [str(value) for value in found.get("partial_unexpected_list") or [] if value is not None],
        "sample rows": outcome.sample_rows,
        "answered by": outcome.answered_by.replace("_", " "),
    }
    return CheckResult(
        name=outcome.name,
        passed=outcome.passed,
        blocking=outcome.blocking,
        message=outcome.message + ("" if outcome.passed else remedy),
        details={name: value for name, value in facts.items() if value not in (None, [])},
    )


def _profile(staged: StagedFiles, keys: Sequence[str]) -> str:
    from platform_assets.quality.profile import profile_parquet

    store = Store(staged.files[0].rpartition("/")[0])
    files = [store.path(file) for file in staged.files]
    return base64.b64encode(profile_parquet(files, store.filesystem, keys=keys).to_bytes()).decode()
