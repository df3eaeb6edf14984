"""Row rules of a contract as Spark expressions: the same text decides on every engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from platform_assets.quality.contract import Column, Contract

if TYPE_CHECKING:
    from pyspark.sql import Column as SparkColumn

    from platform_assets.lake import Window

SPARK_TYPES = {
    "int": "int",
    "long": "bigint",
    "double": "double",
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
}

# What a text must look like before it is cast: engines differ in what they forgive, the patterns do not.
TEXT_PATTERNS = {
    "int": r"^[+-]?[0-9]{1,10}$",
    "long": r"^[+-]?[0-9]{1,19}$",
    "double": r"^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?$",
    "boolean": r"^(true|false)$",
    "date": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    "timestamp": (
        r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})?$"
    ),
}


@dataclass(frozen=True)
class RowRule:
    """A rule that one row can break.

    Attributes:
        code: short name as ``kind:column``.
        broken: Spark condition that is true for a row that breaks it (never null).
        refuses_partition: whether one broken row refuses the whole partition.
    """

    code: str
    broken: SparkColumn
    refuses_partition: bool


def row_rules(contract: Contract, window: Window | None) -> list[RowRule]:
    """All rules on typed columns: nullability, ranges, allowed values, and the partition's window."""
    rules = [rule for column in contract.columns for rule in _column_rules(column, contract)]
    if window is not None:
        rules.append(RowRule(f"window:{window.column}", _outside(window), True))
    return rules


def _column_rules(column: Column, contract: Contract) -> list[RowRule]:
    from pyspark.sql import functions as F

    value = F.col(column.name)
    conditions: list[tuple[str, SparkColumn]] = []
    if not column.nullable or column.name in contract.keys:
        conditions.append(("null", value.isNull()))
    if column.minimum is not None:
        conditions.append(("minimum", value < F.lit(column.minimum)))
    if column.maximum is not None:
        conditions.append(("maximum", value > F.lit(column.maximum)))
    if column.allowed is not None:
        conditions.append(("allowed", ~value.isin(column.allowed)))
    refuses = column.on_violation == "refuse_partition"
    return [
        RowRule(f"{kind}:{column.name}", F.coalesce(condition, F.lit(False)), refuses) for kind, condition in conditions
    ]


def _outside(window: Window) -> SparkColumn:
    from pyspark.sql import functions as F

    column = F.col(window.column)
    start, end = (F.lit(moment.isoformat()).cast("timestamp") for moment in (window.start, window.end))
    return F.coalesce((column < start) | (column >= end), F.lit(False))


def describe(code: str, contract: Contract) -> str:
    """A broken rule in words, for a person."""
    kind, _, name = code.partition(":")
    if kind == "window":
        return f"'{name}' lies outside the partition's month (UTC)"
    column = contract.column(name)
    words = {
        "type": f"'{name}' is not of type {column.delivered_type}",
        "null": f"'{name}' is missing but must not be",
        "generalise": f"'{name}' is not a value that can be generalised as declared",
        "minimum": f"'{name}' is below {column.minimum}",
        "maximum": f"'{name}' is above {column.maximum}",
        "allowed": f"'{name}' is not one of {', '.join(column.allowed or [])}",
    }
    return words[kind]
