"""Weights of rows, kept exact: whole numbers only, since sums of fractions would depend on the order of the rows."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from platform_assets.quality.profile.arrow_values import plain
from platform_assets.quality.profile.errors import ProfileError
from platform_assets.quality.profile.keys import Ints

#: Sums of weights are exact in doubles below this.
_MOST = 1 << 53


def take_weights(table: pa.Table, name: str) -> tuple[pa.Table, Ints]:
    """The rows with a weight above 0 and their weights (int64); `ProfileError` for anything but whole numbers >= 0."""
    values = plain(table[name])
    if pa.types.is_boolean(values.type):
        values = values.cast(pa.int64())
    if not pa.types.is_integer(values.type):
        raise ProfileError(
            f"weights '{name}' are {values.type}; only whole numbers can be summed exactly. Give the weight in units "
            "small enough, such as thousandths, as an integer column."
        )
    lowest = pc.min(values).as_py()
    if values.null_count or (lowest is not None and lowest < 0):
        raise ProfileError(f"weights '{name}' hold nulls or negative numbers; give each row a number of at least 0.")
    if int(pc.sum(values.cast(pa.decimal128(38))).as_py() or 0) >= _MOST:
        raise ProfileError(f"weights '{name}' add up to 2**53 or more within one batch; give them in larger units.")
    weights = np.asarray(values.cast(pa.int64()).to_numpy())
    kept = weights > 0
    return (table, weights) if kept.all() else (table.filter(pa.array(kept)), weights[kept])
