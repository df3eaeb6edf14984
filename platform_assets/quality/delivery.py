"""The ingestion job: a delivered file becomes typed rows, each marked with the rules it breaks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from platform_assets.compute.arrow import as_arrow
from platform_assets.lake import Window
from platform_assets.lake.partitions import window_from_text
from platform_assets.quality.contract import Column
from platform_assets.quality.dataset import DatasetDeclaration
from platform_assets.quality.personal.secrets import Secrets
from platform_assets.quality.personal.views import as_delivered, has_personal_columns
from platform_assets.quality.rules import SPARK_TYPES, TEXT_PATTERNS, RowRule, row_rules

if TYPE_CHECKING:
    from pyspark.sql import Column as SparkColumn
    from pyspark.sql import DataFrame, SparkSession

REFUSED_BY = "_refused_by"
DELIVERED = "_delivered"
SEPARATOR = ";"


def read_delivery(
    session: SparkSession,
    declaration: dict[str, Any],
    path: str,
    header: list[str],
    window: dict[str, str] | None,
    secrets: Secrets | None = None,
) -> DataFrame:
    """Rows of a delivered file under the contract's types.

    Args:
        secrets: keys of personal columns; needed if the contract hashes or tokenises.

    Returns:
        the contract's columns, ``_refused_by`` (codes of the broken rules joined by ``;``, null for a good row) and
        ``_delivered`` (the row as it was delivered, for people who look at what was refused). If the contract has
        personal columns: its stored columns, and nothing anywhere that was not protected.
    """
    declared = DatasetDeclaration.model_validate(declaration)
    rows = _marked_rows(session, as_delivered(declared), path, header, window)
    if not has_personal_columns(declared):
        return rows
    from platform_assets.quality.personal.protect import protect

    return protect(rows, declared, secrets or Secrets())


def _marked_rows(
    session: SparkSession, contract: DatasetDeclaration, path: str, header: list[str], window: dict[str, str] | None
) -> DataFrame:
    partition_window = window_from_text(window) if window else None
    typed = _typed_parquet if contract.arrival.format == "parquet" else _typed_text
    return typed(_filled(_raw(session, contract, path, header), contract), contract, partition_window)


def _raw(session: SparkSession, contract: DatasetDeclaration, path: str, header: list[str]) -> DataFrame:
    if contract.arrival.format == "parquet":
        return session.read.parquet(path)
    schema = ", ".join(f"`{name}` string" for name in header)
    # As RFC 4180 says: a quote within quotes is doubled, and quotes may span lines. Engines differ without.
    options = {"quote": '"', "escape": '"', "multiLine": True, "mode": "FAILFAST", "encoding": "UTF-8"}
    return session.read.csv(path, schema=schema, header=True, **options)


def not_readable(session: SparkSession, contract: DatasetDeclaration, path: str, header: list[str]) -> str | None:
    """Why the engine cannot read the file, whatever a job does with it, in words; None if it can."""
    from pyspark.errors import PySparkException
    from pyspark.sql import functions as F

    try:
        as_arrow(_raw(session, contract, path, header).agg(*(F.max(name) for name in header)))
    except PySparkException as error:
        return f"the engine cannot read it ({str(error).strip().splitlines()[0].rstrip('.')})"
    return None


def _filled(frame: DataFrame, contract: DatasetDeclaration) -> DataFrame:
    """The frame with the columns that an older file may lack; inspection refused it if it must have them."""
    from pyspark.sql import functions as F

    found = set(frame.columns)
    lacking = [column.name for column in contract.columns if column.name not in found]
    return frame.select("*", *(F.lit(None).cast("string").alias(name) for name in lacking)) if lacking else frame


def _typed_text(raw: DataFrame, contract: DatasetDeclaration, window: Window | None) -> DataFrame:
    from pyspark.sql import functions as F

    texts = raw.select(*(_present(column.name, contract.arrival.null_values) for column in contract.columns))
    typed = texts.select(
        *(_cast(column) for column in contract.columns),
        *(_unreadable(column).alias(f"_unreadable_{column.name}") for column in _castable(contract)),
        F.concat_ws(",", *(F.coalesce(F.col(c.name), F.lit("")) for c in contract.columns)).alias(DELIVERED),
    )
    unreadable = [
        RowRule(f"type:{column.name}", F.col(f"_unreadable_{column.name}"), column.on_violation == "refuse_partition")
        for column in _castable(contract)
    ]
    castable = {column.name for column in _castable(contract)}
    rules = [_unless_unreadable(rule, castable) for rule in row_rules(contract, window)]
    return _marked(typed, contract, [*unreadable, *rules])


def _unless_unreadable(rule: RowRule, castable: set[str]) -> RowRule:
    """An unreadable value is null after the cast, but was not missing: one broken rule is reported, not two."""
    from pyspark.sql import functions as F

    kind, _, name = rule.code.partition(":")
    if kind != "null" or name not in castable:
        return rule
    return replace(rule, broken=rule.broken & ~F.col(f"_unreadable_{name}"))


def _typed_parquet(frame: DataFrame, contract: DatasetDeclaration, window: Window | None) -> DataFrame:
    from pyspark.sql import functions as F

    typed = frame.select(*(F.col(c.name).cast(SPARK_TYPES[c.type]).alias(c.name) for c in contract.columns))
    delivered = F.concat_ws(",", *(F.coalesce(F.col(c.name).cast("string"), F.lit("")) for c in contract.columns))
    return _marked(typed.withColumn(DELIVERED, delivered), contract, row_rules(contract, window))


def _marked(frame: DataFrame, contract: DatasetDeclaration, rules: list[RowRule]) -> DataFrame:
    from pyspark.sql import functions as F

    codes = F.concat_ws(SEPARATOR, *(F.when(rule.broken, F.lit(rule.code)) for rule in rules))
    refused_by = F.when(codes != "", codes).alias(REFUSED_BY)
    return frame.select(*(column.name for column in contract.columns), refused_by, DELIVERED)


def _castable(contract: DatasetDeclaration) -> list[Column]:
    return [column for column in contract.columns if column.type != "string"]


def _present(name: str, null_values: str) -> SparkColumn:
    from pyspark.sql import functions as F

    value = F.col(name)
    return F.when((value != "") & (value != F.lit(null_values)), value).alias(name)


def _cast(column: Column) -> SparkColumn:
    from pyspark.sql import functions as F

    if column.type == "string":
        return F.col(column.name)
    value = F.expr(f"try_cast(`{column.name}` as {SPARK_TYPES[column.type]})")
    return F.when(F.col(column.name).rlike(TEXT_PATTERNS[column.type]), value).alias(column.name)


def _unreadable(column: Column) -> SparkColumn:
    from pyspark.sql import functions as F

    text = F.col(column.name)
    value = F.expr(f"try_cast(`{column.name}` as {SPARK_TYPES[column.type]})")
    readable = text.rlike(TEXT_PATTERNS[column.type]) & value.isNotNull()
    return text.isNotNull() & ~F.coalesce(readable, F.lit(False))
