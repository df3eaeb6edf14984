"""The audit of staged rows: one answer a check, and only what must not be published is refused."""

import base64
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from platform_assets.compute import StagedFiles
from platform_assets.compute.engines import Engine
from platform_assets.quality.audit import AuditReport, CheckResult, audit_staged
from platform_assets.quality.contract import Contract, contract_window
from platform_assets.quality.profile import TableProfile

SCHEMA = pa.schema(
    {
        "number": pa.int64(),
        "sold": pa.timestamp("us", tz="UTC"),
        "kind": pa.string(),
        "price": pa.float64(),
        "rating": pa.int32(),
    }
)
GOOD = {"sold": datetime(2013, 2, 3, tzinfo=UTC), "kind": "tea", "price": 2.5, "rating": 4}
Row = dict[str, Any]
Audit = Callable[..., AuditReport]


@pytest.fixture
def audit(embedded: Engine, sales: Callable[..., dict[str, Any]], tmp_path: Path) -> Audit:
    """Audits accepted rows (good ones with changes) and refused ones, under the sales contract with changes."""

    def report(accepted: Sequence[Row], refused: Sequence[Row] = (), **changes: Any) -> AuditReport:
        declared = sales(**changes)
        declared["columns"] = [column for column in declared["columns"] if column["name"] in SCHEMA.names]
        contract = Contract.model_validate({k: v for k, v in declared.items() if k != "arrival"})
        staged = write(
            tmp_path / "rows.parquet", SCHEMA, [{"number": n, **GOOD, **row} for n, row in enumerate(accepted)]
        )
        aside = [
            write(
                tmp_path / "refused.parquet",
                pa.schema({"_refused_by": pa.string(), "_delivered": pa.string()}),
                refused,
            )
        ]
        files = StagedFiles(files=[staged], refused_files=aside if refused else [])
        window = contract_window(contract, "2013-02")
        answer = audit_staged(
            embedded.session, files, contract.model_dump(mode="json"), window.as_text() if window else None
        )
        return AuditReport.model_validate(answer)

    return report


def write(path: Path, schema: pa.Schema, rows: Sequence[Row]) -> str:
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), path)
    return str(path)


def check(report: AuditReport, name: str) -> CheckResult:
    return next(check for check in report.checks if check.name == name)


def test_good_rows_pass_every_check(audit: Audit) -> None:
    report = audit(
        [{}, {}, {"price": None}], expectations=[{"type": "expect_column_to_exist", "arguments": {"column": "kind"}}]
    )

    assert {check.name: check.message for check in report.checks} == {
        "contract_values": "Every value keeps the contract: types, nullability, ranges, allowed values.",
        "contract_window": "Every row lies within the partition's month (UTC).",
        "contract_keys": "Each (number) stands once.",
        "contract_volume": "3 rows; the contract expects at least 1.",
        "expect_column_to_exist__kind": "expect_column_to_exist on kind holds: nothing unexpected.",
    }
    assert all(check.passed for check in report.checks)
    assert (report.rows, report.refused_rows, report.blocked_by) == (3, 0, [])


def test_the_report_carries_the_profile_of_the_accepted_rows(audit: Audit) -> None:
    report = audit([{"price": 1.0}, {"price": 3.0}, {"price": None}])

    profile = TableProfile.from_bytes(base64.b64decode(report.profile))
    assert profile.rows == 3
    assert sorted(profile.columns) == sorted(SCHEMA.names)
    assert profile.columns["price"].mean == 2.0


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"price": -1.0}, "1 row: 'price' is below 0.0."),
        ({"price": 101.0}, "1 row: 'price' is above 100.0."),
        ({"kind": "cake"}, "1 row: 'kind' is not one of tea, bun."),
        ({"number": None}, "1 row: 'number' is missing but must not be."),
    ],
)
def test_a_broken_rule_of_a_strict_column_refuses_the_partition(audit: Audit, broken: Row, said: str) -> None:
    report = audit([{}, broken])

    assert [check.name for check in report.blocked_by] == ["contract_values"]
    assert check(report, "contract_values").message == (
        said + " Correct the file, or the contract if the rule is wrong, and deliver again."
    )


def test_rows_outside_the_month_refuse_the_partition(audit: Audit) -> None:
    report = audit([{}, {"sold": datetime(2013, 3, 1, tzinfo=UTC)}, {"sold": datetime(2013, 1, 31, 23, tzinfo=UTC)}])

    assert [check.name for check in report.blocked_by] == ["contract_window"]
    assert check(report, "contract_window").message == (
        "2 rows: 'sold' lies outside the partition's month (UTC). "
        "Correct the file, or the contract if the rule is wrong, and deliver again."
    )


def test_refused_rows_of_a_lenient_column_let_the_others_through(audit: Audit) -> None:
    report = audit([{}, {}], refused=[{"_refused_by": "maximum:rating", "_delivered": f"row {n}"} for n in range(7)])

    values = check(report, "contract_values")
    assert (values.passed, report.rows, report.refused_rows) == (True, 2, 7)
    assert values.message == "7 rows: 'rating' is above 5.0 (rows set aside, the others are published)."
    assert values.details == {"broken rules": {"maximum:rating": 7}, "sample rows": [f"row {n}" for n in range(5)]}


def test_refused_rows_of_a_strict_column_refuse_the_partition_with_samples(audit: Audit) -> None:
    refused = [
        {"_refused_by": "type:price;maximum:rating", "_delivered": "1,cheap,9"},
        {"_refused_by": "window:sold", "_delivered": "2,March"},
    ]

    report = audit([{}], refused=refused)

    assert [check.name for check in report.blocked_by] == ["contract_values", "contract_window"]
    assert check(report, "contract_values").message.startswith(
        "1 row: 'rating' is above 5.0; 1 row: 'price' is not of type double. Correct the file"
    )
    assert check(report, "contract_values").details["sample rows"] == ["1,cheap,9", "2,March"]


def test_repeated_keys_refuse_the_partition_and_are_shown(audit: Audit) -> None:
    report = audit([{}, {"number": 0}, {}, {"number": 2}])

    keys = check(report, "contract_keys")
    assert [check.name for check in report.blocked_by] == ["contract_keys"]
    assert keys.message == (
        "2 rows repeat a key (number) that must be unique. Remove the duplicates and deliver again."
    )
    assert keys.details == {"repeated keys": ["(0, 2)", "(2, 2)"]}


def test_keys_of_several_columns_are_unique_together(audit: Audit) -> None:
    together = {"keys": ["kind", "rating"]}

    assert check(audit([{"rating": 1}, {"rating": 2}], **together), "contract_keys").passed
    assert not check(audit([{"rating": 1}, {"rating": 1}], **together), "contract_keys").passed


@pytest.mark.parametrize(
    ("rows", "volume", "passed", "blocks"),
    [
        (2, {"minimum": 2, "maximum": 2}, True, False),
        (1, {"minimum": 2}, False, False),
        (3, {"minimum": 1, "maximum": 2}, False, False),
        (1, {"minimum": 2, "on_violation": "refuse_partition"}, False, True),
        (0, {"minimum": 0}, False, True),
    ],
)
def test_volume_warns_or_refuses_as_declared_but_no_rows_always_refuse(
    audit: Audit, rows: int, volume: dict[str, Any], passed: bool, blocks: bool
) -> None:
    report = audit([{}] * rows, volume=volume)

    assert check(report, "contract_volume").passed == passed
    assert bool(report.blocked_by) == blocks


def test_an_unusual_volume_says_what_was_expected(audit: Audit) -> None:
    message = check(audit([{}], volume={"minimum": 20000, "maximum": 40000}), "contract_volume").message

    assert message == (
        "1 row; the contract expects at least 20,000 and at most 40,000. "
        "Check that the delivery is complete, or correct the declared volume."
    )


@pytest.mark.parametrize(("on_violation", "blocks"), [("refuse_partition", True), ("warn", False)])
def test_a_failed_expectation_refuses_or_warns_as_declared(audit: Audit, on_violation: str, blocks: bool) -> None:
    wanted = {
        "type": "expect_column_max_to_be_between",
        "arguments": {"column": "price", "max_value": 2},
        "on_violation": on_violation,
    }

    report = audit([{}], expectations=[wanted])

    assert not check(report, "expect_column_max_to_be_between__price").passed
    assert bool(report.blocked_by) == blocks
    assert check(report, "expect_column_max_to_be_between__price").message == (
        "expect_column_max_to_be_between on price (max_value=2) failed: 2.5. "
        "Correct the data, or the expectation if it is wrong, and materialise again."
    )


def test_an_unpartitioned_table_has_no_window_to_check(audit: Audit) -> None:
    report = audit([{"sold": datetime(1999, 1, 1, tzinfo=UTC)}], partitions=None)

    assert "contract_window" not in [check.name for check in report.checks]
    assert report.blocked_by == []
