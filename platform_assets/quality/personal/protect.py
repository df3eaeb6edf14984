"""Protect the rows of a delivery: from here on no personal value exists in any frame, file, table or message."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from platform_assets.quality.contract import Column
from platform_assets.quality.dataset import DatasetDeclaration
from platform_assets.quality.delivery import DELIVERED, REFUSED_BY, SEPARATOR
from platform_assets.quality.personal.declaration import Drop, Generalise, Hash, Tokenise
from platform_assets.quality.personal.generalising import generalised
from platform_assets.quality.personal.hashing import hasher
from platform_assets.quality.personal.secrets import Secrets
from platform_assets.quality.personal.tokens import tokeniser

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import Column as SparkColumn
    from pyspark.sql import DataFrame

PERSONAL = "[personal]"
WITHHELD = "[withheld]"
_COARSE = "_coarse_"


def protect(frame: DataFrame, contract: DatasetDeclaration, secrets: Secrets) -> DataFrame:
    """The stored columns of marked rows, with ``_refused_by`` and ``_delivered``, all free of personal values.

    A value that cannot be generalised breaks the rule ``generalise:column``. A refused row keeps hashes, and nothing
    else of its personal columns. If the format tells columns by position, a broken row may have a personal value in
    the place of another column; its texts are then kept only if they are one of the column's allowed values.

    Args:
        frame: rows under the contract as delivered, marked with the rules they break.
        secrets: keys of the protections that the contract declares.
    """
    return _protected(_judged(frame, contract), contract, secrets)


def _judged(frame: DataFrame, contract: DatasetDeclaration) -> DataFrame:
    from pyspark.sql import functions as F

    coarse = [
        generalised(column.name, column.type, column.personal).alias(_COARSE + column.name)
        for column in contract.columns
        if isinstance(column.personal, Generalise)
    ]
    wide = frame.select("*", *coarse)
    failed = [
        F.when(F.col(name.removeprefix(_COARSE)).isNotNull() & F.col(name).isNull(), F.lit(_code(name)))
        for name in wide.columns
        if name.startswith(_COARSE)
    ]
    codes = F.concat_ws(SEPARATOR, F.col(REFUSED_BY), *failed)
    return wide.withColumn(REFUSED_BY, F.when(codes != "", codes))


def _code(coarse: str) -> str:
    return f"generalise:{coarse.removeprefix(_COARSE)}"


def _protected(frame: DataFrame, contract: DatasetDeclaration, secrets: Secrets) -> DataFrame:
    from pyspark.sql import functions as F

    stored = [_stored(column, contract, secrets).alias(column.name) for column in contract.stored_columns]
    shown = [F.coalesce(_shown(column, contract), F.lit("")) for column in contract.columns]
    return frame.select(*stored, REFUSED_BY, F.concat_ws(",", *shown).alias(DELIVERED))


def _stored(column: Column, contract: DatasetDeclaration, secrets: Secrets) -> SparkColumn:
    from pyspark.sql import functions as F

    good, value = F.col(REFUSED_BY).isNull(), F.col(column.name)
    personal, domain = column.personal, _domain(column, contract)
    match personal:
        case Hash():
            return _arrow(hasher(secrets.require_hash_key(contract.name), domain), value.cast("string"))
        case Tokenise():
            # Only of good rows: the vault learns no value that is not published.
            return _arrow(tokeniser(secrets.require_vault(contract.name), domain), F.when(good, value.cast("string")))
        case Generalise():
            return F.when(good, F.col(_COARSE + column.name))
        case _:
            return _open_value(column, contract)


def _shown(column: Column, contract: DatasetDeclaration) -> SparkColumn:
    from pyspark.sql import functions as F

    if column.personal is not None:
        return F.when(F.col(column.name).isNotNull(), F.lit(PERSONAL))
    return _open_value(column, contract).cast("string")


def _open_value(column: Column, contract: DatasetDeclaration) -> SparkColumn:
    """A value that is not personal, unless it may stand in the wrong place."""
    from pyspark.sql import functions as F

    value = F.col(column.name)
    if contract.arrival.format != "csv" or column.type != "string":
        return value
    trusted = F.col(REFUSED_BY).isNull() | value.isNull()
    if column.allowed is not None:
        trusted = trusted | value.isin(column.allowed)
    return F.when(trusted, value).otherwise(F.lit(WITHHELD))


def _domain(column: Column, contract: DatasetDeclaration) -> str:
    declared = None if isinstance(column.personal, Drop | Generalise | None) else column.personal.domain
    return declared or f"{contract.name}.{column.name}"


def _arrow(function: Callable[[pa.Array], pa.Array], value: SparkColumn) -> SparkColumn:
    from pyspark.sql.functions import arrow_udf

    # The function travels to the engine's workers with the key that it holds; plans, event logs and user interfaces
    # show its name alone. An expression of Spark's own would show the key among its literals.
    return arrow_udf(function, "string")(value)
