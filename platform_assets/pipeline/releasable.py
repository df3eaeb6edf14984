"""Whether a quarantine entry can become a partition of its table: decided before anything is touched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from platform_assets.lake.schema import arrow_type
from platform_assets.pipeline.contracts import product_contracts
from platform_assets.pipeline.product import Product
from platform_assets.pipeline.quarantine import already_decided
from platform_assets.pipeline.quarantine_entry import OPEN, Entry
from platform_assets.pipeline.quarantine_errors import NotReleasable
from platform_assets.quality.contract import Contract

if TYPE_CHECKING:
    from platform_assets.lake.store import Store

CORRECT = "Correct the data and deliver the partition again, or discard the entry."


def contract_of(products: Sequence[Product], entry: Entry) -> Contract:
    """The declared contract of the entry's table.

    Raises:
        NotReleasable: the table is not declared any more.
    """
    for product in products:
        for contract in product_contracts(product):
            if product.table(contract.name) == entry.table:
                return contract
    raise NotReleasable(
        entry.quarantine_id, f"its table {entry.table} is not declared any more", "Declare it, or discard the entry."
    )


def require_releasable(entry: Entry) -> None:
    """Raise AlreadyDecided or NotReleasable unless the entry holds rows that could be its partition."""
    if entry.status not in OPEN:
        raise already_decided(entry)
    problem = _problem(entry)
    if problem:
        raise NotReleasable(entry.quarantine_id, problem, CORRECT)


def require_fitting(store: Store, entry: Entry, contract: Contract, files: Sequence[str]) -> None:
    """Raise NotReleasable unless the staged files have the columns that the contract declares by now.

    A column that they lack may be missing in every row if the contract says so.
    """
    import pyarrow.parquet as pq

    declared = {column.name: column for column in contract.table("any").columns}
    for file in files:
        schema = pq.read_schema(store.path(file), filesystem=store.filesystem)
        held = {field.name: field.type for field in schema}
        problems = [f"{name} is not declared any more" for name in held if name not in declared]
        for name, column in declared.items():
            if name not in held:
                problems += [] if column.nullable else [f"{name} is missing"]
            elif held[name] != arrow_type(column.type):
                problems.append(f"{name} is {held[name]}, declared as {column.type}")
        if problems:
            staged, now = entry.contract_version, contract.version
            raise NotReleasable(
                entry.quarantine_id,
                f"its rows were staged under contract version {staged} and do not fit version {now}: "
                f"{'; '.join(problems)}",
                "Deliver the partition again, or discard the entry.",
            )


def _problem(entry: Entry) -> str | None:
    if entry.kind == "file":
        return "the delivered file could not be read under the contract, so there are no rows to publish"
    if entry.kind == "rows":
        return (
            "its rows were set aside one by one because their values break the contract; the other rows of the "
            "partition are published"
        )
    if any(rule.code.startswith("window:") for rule in entry.broken_rules):
        return f"it has rows outside of {entry.partition or 'the partition'}, which would end up in another partition"
    if not sum(file.rows or 0 for file in entry.staged):
        return "no row is left to publish: every row breaks a rule, or there were none"
    return None
