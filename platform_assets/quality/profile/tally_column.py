"""Count the values of a column of a chunk of rows: every kind of value ends as keys or texts with exact rows."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from platform_assets.quality.profile.arrow_values import doubles, kind_of, microseconds
from platform_assets.quality.profile.counting import counted, distinct_texts, rows_of_codes
from platform_assets.quality.profile.keys import Ints, keys_of_floats
from platform_assets.quality.profile.tally import Tally

_EXACT_DOUBLE = 1 << 53


def tally_column(name: str, values: pa.Array, weights: Ints | None) -> Tally:
    """Tally of a column in which row `i` stands `weights[i]` times (once without weights)."""
    kind = kind_of(values.type)
    count, nulls = len(values), values.null_count
    if weights is not None:
        count = int(weights.sum())
        weights = weights[pc.is_valid(values).to_numpy(zero_copy_only=False)] if nulls else weights
        nulls = count - int(weights.sum())
    if kind == "other" or count == nulls:
        return Tally(kind, count, nulls)
    if kind == "text":
        return Tally(kind, count, nulls, *_counted_texts(values, weights))
    present = values.drop_null() if values.null_count else values
    if kind == "numeric":
        return _tally_numbers(present, weights, count, nulls)
    if kind == "boolean":
        return Tally(kind, count, nulls, *_counted_booleans(present, weights))
    return Tally(kind, count, nulls, *counted(microseconds(name, present), weights))


def _counted_texts(values: pa.Array, weights: Ints | None) -> tuple[pa.LargeStringArray, Ints]:
    # Nulls are left out of the codes: to drop them from the texts would copy these.
    encoded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
    codes = encoded.indices.drop_null() if encoded.null_count else encoded.indices
    rows = rows_of_codes(codes.to_numpy(), len(encoded.dictionary), weights)
    used = np.flatnonzero(rows)
    texts = encoded.dictionary if len(used) == len(rows) else encoded.dictionary.take(pa.array(used))
    texts = texts.cast(pa.large_string())
    # The dictionary that somebody else made may hold a text twice.
    return (texts, rows[used]) if encoded is not values else distinct_texts(texts, rows[used])


def _counted_booleans(values: pa.Array, weights: Ints | None) -> tuple[Ints, Ints]:
    if weights is not None:
        return counted(values.cast(pa.int64()).to_numpy(), weights)
    true = values.true_count
    rows = np.array([len(values) - true, true], dtype=np.int64)
    keys = np.flatnonzero(rows).astype(np.int64)
    return keys, rows[keys]


def _tally_numbers(values: pa.Array, weights: Ints | None, count: int, nulls: int) -> Tally:
    if pa.types.is_integer(values.type) and _exact_as_doubles(values):
        integers, rows = counted(values.to_numpy(), weights)
        return Tally("numeric", count, nulls, keys_of_floats(integers.astype(np.float64)), rows)
    numbers = doubles(values)
    finite = np.isfinite(numbers)
    if finite.all():
        return Tally("numeric", count, nulls, *counted(keys_of_floats(numbers), weights))
    odd = (_rows(where, weights) for where in (numbers != numbers, numbers == np.inf, numbers == -np.inf))
    kept = None if weights is None else weights[finite]
    return Tally("numeric", count, nulls, *counted(keys_of_floats(numbers[finite]), kept), *odd)


def _exact_as_doubles(integers: pa.Array) -> bool:
    if integers.type.bit_width <= 32:
        return True
    numbers = integers.to_numpy()
    return int(numbers.min()) >= -_EXACT_DOUBLE and int(numbers.max()) <= _EXACT_DOUBLE


def _rows(where: np.ndarray, weights: Ints | None) -> int:
    return int(where.sum() if weights is None else weights[where].sum())
