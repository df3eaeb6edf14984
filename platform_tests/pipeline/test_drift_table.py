"""The drift report as a table: every number that the JSON has, and tables of an older release are widened."""

import json
from collections.abc import Sequence

import pyarrow as pa

from platform_assets.learning.partitions import window
from platform_assets.pipeline import Product, Workspace
from platform_assets.pipeline.drift_table import drift_rows
from platform_assets.pipeline.materialisation import Provenance
from platform_assets.pipeline.model_tables import MONTH, drift_contract
from platform_assets.pipeline.publishing import publish_rows
from platform_assets.pipeline.training import rows_under
from platform_assets.quality.contract import Contract
from platform_assets.quality.drift.compare import compare_profiles
from platform_assets.quality.drift.result import ColumnDrift, DriftResult
from platform_assets.quality.profile import TableProfile, profile_batches
from platform_assets.quality.recorded_contract import read_history

FIRST_VERSION = (
    MONTH,
    "column",
    "verdict",
    "partition_verdict",
    "psi",
    "js",
    "ks",
    "wasserstein",
    "reference_missing_share",
    "current_missing_share",
    "message",
    "model_version",
)


def profile(numbers: Sequence[float | None], texts: Sequence[str]) -> TableProfile:
    return profile_batches(pa.table({"number": numbers, "text": texts}).to_batches())


def result() -> DriftResult:
    before = profile([float(at) for at in range(500)], ["a", "b"] * 250)
    now = profile([None, *(float(at) + 400 for at in range(499))], ["a", "c"] * 250)
    return compare_profiles(before, now, importance={"text": 3})


def published(workspace: Workspace, contract: Contract, month: str) -> None:
    origin = {MONTH: window(month)[0], "model_version": 1}
    rows = rows_under(contract, [{**origin, **row} for row in drift_rows(result())])
    publish_rows(workspace, "flight_delay", contract, month, rows, Provenance({}, {}))


def test_a_row_holds_every_number_of_the_result() -> None:
    found = result()
    rows = {row["column"]: row for row in drift_rows(found)}

    for column in found.columns:
        row = rows[column.column]
        errors = {name: row[f"{name}_error"] for name in ("psi", "js", "hellinger", "chi_square", "cramers_v", "ks")}
        assert {name: value for name, value in errors.items() if name in column.errors} == {
            name: value for name, value in column.errors.items() if name != "wasserstein"
        }
        told = {"new_values": json.loads(row["new_values"]), "vanished_values": json.loads(row["vanished_values"])}
        for name in set(ColumnDrift.model_fields) - {"errors"}:
            assert {**row, **told}[name] == getattr(column, name), name
    assert (rows["text"]["importance"], rows["text"]["new_values"]) == (3, '["c"]')


def test_a_table_with_the_columns_of_the_first_version_is_widened_by_the_next_publish(
    workspace: Workspace, product: Product
) -> None:
    newest = drift_contract(product.models["flight_delay"])
    columns = [column for column in newest.columns if column.name in FIRST_VERSION]
    published(workspace, newest.model_copy(update={"version": 1, "changelog": [], "columns": columns}), "2013-02")
    table = "flight_delay.flight_delay_drift_report"
    assert set(workspace.lake.read(table).column_names) == set(FIRST_VERSION)

    published(workspace, newest, "2013-03")

    rows = {(row[MONTH].month, row["column"]): row for row in workspace.lake.read(table).to_pylist()}
    assert (rows[2, "text"]["hellinger"], rows[2, "text"]["psi"]) == (None, rows[3, "text"]["psi"])
    assert rows[3, "text"]["hellinger"] > 0.1
    assert rows[3, "number"]["psi_error"] is not None
    assert [recorded.version for recorded in read_history(workspace.lake.terms(table))] == [1, 2]
