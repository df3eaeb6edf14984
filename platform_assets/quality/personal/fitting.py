"""Whether a protection fits the column and the contract that declare it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from platform_assets.quality.personal.declaration import GENERALISED_TYPES, Generalise, Hash, Tokenise

if TYPE_CHECKING:
    from platform_assets.quality.contract import Column, Contract

WHOLE_NUMBERS = ("int", "long")


def column_problem(column: Column) -> str | None:
    """Why a column cannot be protected as declared, with the remedy; None if it can."""
    personal, what = column.personal, f"column '{column.name}'"
    if isinstance(personal, Hash | Tokenise) and column.type != "string":
        return (
            f"{what}: a value to {personal.protect} is stored as text, not as {column.type}. Declare type string, and "
            f"personal.delivered_type {column.type} if that is what is delivered."
        )
    if isinstance(personal, Generalise):
        return _generalise_problem(column, personal, what)
    return None


def _generalise_problem(column: Column, personal: Generalise, what: str) -> str | None:
    fitting = GENERALISED_TYPES[personal.to]
    if column.type not in fitting:
        return (
            f"{what}: 'to: {personal.to}' is for {' or '.join(fitting)}, not for {column.type}. Choose another way, or "
            "hash or drop the column."
        )
    if personal.width is not None and column.type in WHOLE_NUMBERS and personal.width != int(personal.width):
        return f"{what}: the width {personal.width:g} of a whole number must be a whole number. Round it."
    return None


def contract_problems(contract: Contract) -> Iterator[str]:
    """What in a contract cannot be done with its personal columns, each with field and remedy."""
    for column in contract.columns:
        if column.personal is None:
            continue
        protect, name = column.personal.protect, column.name
        if name in contract.keys and protect in ("drop", "generalise"):
            yield (
                f"{contract.name}.keys: '{name}' cannot identify a row, as it is declared to {protect}. Hash or "
                "tokenise it, or choose another key."
            )
        if protect == "drop" and name in _expected(contract):
            yield f"{contract.name}.expectations: '{name}' is dropped before they run. Remove them, or use its rules."
        if contract.partitions and contract.partitions.column == name and not _keeps_the_month(column):
            yield (
                f"{contract.name}.partitions.column: '{name}' must keep its month to cut the table. Use "
                "'generalise' with 'to: month', or cut by another column."
            )


def _keeps_the_month(column: Column) -> bool:
    return isinstance(column.personal, Generalise) and column.personal.to == "month"


def _expected(contract: Contract) -> set[str]:
    return {str(value) for each in contract.expectations for value in each.arguments.values()}
