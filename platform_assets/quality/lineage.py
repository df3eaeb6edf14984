"""Column lineage: on which columns of other tables the values of a column depend."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, Field

from platform_assets.quality.contract import Column, Contract

_REFERENCE = re.compile(r"[a-z][a-z0-9_]*\.\S+")


class ColumnReference(NamedTuple):
    """A column of a table, written ``table.column``."""

    table: str
    column: str

    @classmethod
    def parse(cls, text: str) -> ColumnReference:
        """The reference that ``table.column`` stands for."""
        table, _, column = text.partition(".")
        return cls(table, column)


def _well_formed(references: list[str]) -> list[str]:
    for text in references:
        if not _REFERENCE.fullmatch(text):
            raise ValueError(f"'{text}' does not say whose column it is. Write dataset.column, as in flights.dest.")
    twice = sorted({text for text in references if references.count(text) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} named twice. Keep one of each.")
    return references


# Lineage is for people: what a job is sent is the contract, whose rules are all that an audit needs.
References = Annotated[list[str], AfterValidator(_well_formed), Field(exclude=True)]


class DerivedColumn(Column):
    """A column whose values are computed from columns of other tables."""

    computed_from: References = Field(
        default_factory=list,
        description=(
            "Columns of the inputs that a value depends on, as dataset.column: those it is computed from, and those by "
            "which other rows are joined, grouped or ordered for it. The tests check them by changing the columns."
        ),
    )


def lineage_of(contract: Contract) -> dict[str, list[ColumnReference]]:
    """What each column of a contract depends on; columns without lineage are left out."""
    return {
        column.name: [ColumnReference.parse(text) for text in column.computed_from]
        for column in contract.columns
        if isinstance(column, DerivedColumn) and column.computed_from
    }


def with_lineage(contract: Contract, computed_from: Mapping[str, Sequence[str]]) -> Contract:
    """The contract with the lineage of its columns: ``table.column`` by column name, in place of any it had.

    Raises:
        ValueError: a name is no column of the contract, or a reference is not well formed.
    """
    strange = sorted(set(computed_from) - {column.name for column in contract.columns})
    if strange:
        raise ValueError(f"{contract.name}: lineage of {', '.join(strange)}, which it does not have. Correct the name.")
    columns = [
        DerivedColumn(**column.model_dump(), computed_from=list(computed_from.get(column.name, ())))
        for column in contract.columns
    ]
    return contract.model_copy(update={"columns": columns})
