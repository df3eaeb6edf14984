"""What an Arrow column holds, in the few forms that a profile counts: text, doubles, microseconds, booleans."""

from typing import Literal

import numpy as np
import pyarrow as pa

from platform_assets.quality.profile.errors import ProfileError
from platform_assets.quality.profile.keys import Floats, Ints

#: `other` is any type without an order of its own (lists, structs, binary, all null): rows and nulls are counted only.
Kind = Literal["numeric", "text", "timestamp", "boolean", "other"]


def plain(column: pa.ChunkedArray) -> pa.Array:
    """One array without extension type; text may stay dictionary-encoded, other dictionaries are decoded."""
    values = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    if isinstance(values, pa.ChunkedArray):
        values = pa.concat_arrays(values.chunks)
    if isinstance(values, pa.ExtensionArray):
        values = values.storage
    if not pa.types.is_dictionary(values.type) or (is_text(values.type) and not values.dictionary.null_count):
        return values
    return values.dictionary_decode()


def is_text(type_: pa.DataType) -> bool:
    """Whether values are text, dictionary-encoded or not."""
    types = pa.types
    inner = type_.value_type if types.is_dictionary(type_) else type_
    return bool(types.is_string(inner) or types.is_large_string(inner) or types.is_string_view(inner))


def kind_of(type_: pa.DataType) -> Kind:
    """The kind of a column of this type, after `plain`."""
    types = pa.types
    if types.is_boolean(type_):
        return "boolean"
    if types.is_timestamp(type_) or types.is_date(type_):
        return "timestamp"
    if types.is_integer(type_) or types.is_floating(type_) or types.is_decimal(type_):
        return "numeric"
    if types.is_duration(type_) or types.is_time(type_):
        return "numeric"
    return "text" if is_text(type_) else "other"


def microseconds(name: str, values: pa.Array) -> Ints:
    """Microseconds since 1970 UTC; nanoseconds are cut, anything coarser must fit (`ProfileError`)."""
    zone = values.type.tz if pa.types.is_timestamp(values.type) else None
    nanoseconds = pa.types.is_timestamp(values.type) and values.type.unit == "ns"
    try:
        return np.asarray(values.cast(pa.timestamp("us", zone), safe=not nanoseconds).cast(pa.int64()).to_numpy())
    except pa.ArrowInvalid as error:
        message = f"column '{name}' holds times beyond the years that microseconds can count; correct them ({error})."
        raise ProfileError(message) from error


def doubles(values: pa.Array) -> Floats:
    """Numbers, durations and times of day (in their own unit) as doubles; rounded above 2**53."""
    if pa.types.is_duration(values.type) or pa.types.is_time64(values.type):
        values = values.cast(pa.int64())
    if pa.types.is_time32(values.type):
        values = values.cast(pa.int32())
    return np.asarray(values.cast(pa.float64(), safe=False).to_numpy())
