"""Columns of Arrow tables as the arrays that estimators and metrics take, with checks that name what is wrong."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from platform_assets.learning.errors import LearningError, TrainingError

if TYPE_CHECKING:
    import pandas as pd


def require_columns(rows: pa.Table, names: Iterable[str], what: str, error: type[LearningError]) -> None:
    """Raise `error` if a named column is missing from the table."""
    missing = [name for name in names if name not in rows.column_names]
    if missing:
        raise error(
            f"{what}: column {', '.join(missing)} is not in the rows, which have {', '.join(rows.column_names)}. "
            "Correct the declaration or add the column to the feature set."
        )


def is_categorical(kind: pa.DataType) -> bool:
    """Whether values of the type are names of categories: strings, plain or dictionary encoded."""
    if pa.types.is_dictionary(kind):
        return is_categorical(kind.value_type)
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def is_numeric(kind: pa.DataType) -> bool:
    """Whether values of the type can be read as floating-point numbers."""
    numbers = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_decimal)
    return any(check(kind) for check in numbers)


def categorical_features(schema: pa.Schema, features: Sequence[str]) -> tuple[str, ...]:
    """Those of the features that are categorical; raises `TrainingError` for one that is no number either."""
    for name in features:
        kind = schema.field(name).type
        if not is_categorical(kind) and not is_numeric(kind):
            raise TrainingError(
                f"Feature '{name}' has type {kind}; a feature must be a number, a boolean or a string. "
                "Derive a number from it in the feature function or leave it out of the model's features."
            )
    return tuple(name for name in features if is_categorical(schema.field(name).type))


def numbers(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """A numeric column as float64, null as NaN."""
    values: NDArray[np.float64] = pc.cast(column, pa.float64(), safe=False).to_numpy()
    return values


def names(column: pa.ChunkedArray) -> NDArray[np.object_]:
    """A categorical column as Python strings, null as None."""
    values: NDArray[np.object_] = pc.cast(column, pa.string()).to_numpy()
    return values


def feature_frame(rows: pa.Table, features: Sequence[str], categorical: Sequence[str]) -> "pd.DataFrame":
    """The features as a pandas frame: categorical ones as strings or None, all others as float64 or NaN."""
    import pandas as pd

    chosen = set(categorical)
    return pd.DataFrame(
        {name: (names(rows[name]) if name in chosen else numbers(rows[name])) for name in features}, copy=False
    )


def label_values(rows: pa.Table, label: str) -> NDArray[np.float64]:
    """The label as 0.0 or 1.0; raises `TrainingError` if it is missing, null, not binary, or there are no rows."""
    require_columns(rows, [label], "label", TrainingError)
    if rows.num_rows == 0:
        raise TrainingError(f"There are no rows with label '{label}'. Wait for labels or check the label function.")
    if not is_numeric(rows.schema.field(label).type):
        raise TrainingError(f"Label '{label}' has type {rows.schema.field(label).type}; it must be boolean or 0 and 1.")
    values = numbers(rows[label])
    if not np.isin(values, (0.0, 1.0)).all():
        raise TrainingError(
            f"Label '{label}' has values other than 0 and 1, or nulls. Return a boolean from the label function "
            "and leave rows without a known outcome out."
        )
    return values


def epoch_micros(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Timestamps as microseconds since 1970 in UTC; a column without time zone counts as UTC."""
    in_micros = pc.cast(column, pa.timestamp("us", tz=column.type.tz), safe=False)
    values: NDArray[np.int64] = pc.cast(in_micros, pa.int64()).to_numpy()
    return values
