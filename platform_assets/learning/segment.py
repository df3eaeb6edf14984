"""The rows of a table that a model is for."""

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from platform_assets.learning.columns import require_columns
from platform_assets.learning.errors import TrainingError


def rows_where(rows: pa.Table, where: Mapping[str, Sequence[str | int | bool]], what: str) -> pa.Table:
    """Rows whose columns have one of the values, in their order; all of them if nothing is asked for.

    Raises:
        TrainingError: a column is missing, or a value cannot be one of its type; ``what`` says whose rows these are.
    """
    require_columns(rows, where, what, TrainingError)
    for column, values in where.items():
        rows = rows.filter(pc.is_in(rows[column], value_set=_as(rows[column].type, values, f"{what}, where.{column}")))
    return rows


def _as(kind: pa.DataType, values: Sequence[str | int | bool], what: str) -> pa.Array:
    value_type = kind.value_type if pa.types.is_dictionary(kind) else kind
    try:
        return pa.array(values, value_type)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise TrainingError(f"{what}: {values} are no values of type {value_type}. Correct the declaration.") from error
