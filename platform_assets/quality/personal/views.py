"""A contract with personal columns seen from two sides: what is delivered, and what is stored."""

from __future__ import annotations

from typing import TypeVar

from platform_assets.quality.contract import Contract

AnyContract = TypeVar("AnyContract", bound=Contract)

# They judge the value as it is delivered; of what is stored they would say nothing, or something wrong.
_VALUE_RULES = {"minimum": None, "maximum": None, "allowed": None}


def has_personal_columns(contract: Contract) -> bool:
    """Whether any column is declared personal."""
    return any(column.personal is not None for column in contract.columns)


def as_delivered(contract: AnyContract) -> AnyContract:
    """The contract that a delivered file keeps: every column, with the type of its values before protection."""
    columns = [column.model_copy(update={"type": column.delivered_type}) for column in contract.columns]
    return contract.model_copy(update={"columns": columns})


def as_stored(contract: AnyContract) -> AnyContract:
    """The contract that stored rows keep: without dropped columns, and without rules that protected values cannot keep.

    That a value must not be missing holds on both sides, as protections keep missing values missing.
    """
    columns = [
        column if column.personal is None else column.model_copy(update=_VALUE_RULES)
        for column in contract.stored_columns
    ]
    return contract.model_copy(update={"columns": columns})
