"""Columns that are delivered from some partition on: files of older ones may lack them, and read as null there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from platform_assets.quality.contract import Contract


def since_problems(contract: Contract) -> Iterator[str]:
    """What is wrong with the ``since`` of a contract's columns, with the remedy."""
    for column in contract.columns:
        if column.since is None:
            continue
        field = f"{contract.name}.columns.{column.name}.since"
        if contract.partitions is None:
            yield f"{field}: the table has no partitions, so no file is older than another. Leave it out."
        elif not column.nullable or column.name in contract.keys:
            yield f"{field}: files before {column.since} may lack the column, so it must be nullable and no key."


def may_lack(contract: Contract, partition: str | None) -> frozenset[str]:
    """The columns that a file of ``partition`` may lack."""
    if partition is None:
        return frozenset()
    return frozenset(
        column.name for column in contract.columns if column.since is not None and partition < column.since
    )
