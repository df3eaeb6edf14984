"""Profile Parquet files: text that repeats is read as codes of a dictionary, which spares decoding it to count it."""

from collections.abc import Sequence

import pyarrow.dataset as ds
import pyarrow.parquet as pq
from pyarrow.fs import FileSystem, LocalFileSystem

from platform_assets.quality.profile.arrow_values import is_text
from platform_assets.quality.profile.scan import CHUNK_ROWS, profile_batches
from platform_assets.quality.profile.table import TableProfile

_BATCH_BYTES = 1 << 26
_READ_AHEAD = 1
#: Text that takes fewer bytes a row than this in the file repeats so much that its dictionary pays.
_REPEATING_BYTES = 8.0


def profile_parquet(
    files: Sequence[str],
    filesystem: FileSystem | None = None,
    columns: Sequence[str] | None = None,
    *,
    keys: Sequence[str] = (),
    weights: str | None = None,
) -> TableProfile:
    """Profile of the rows of files of one schema; the bytes are those of `profile_batches` for the same rows.

    How to read is decided by the first file: batches of about 64 MB, and which columns are read as dictionaries.
    """
    filesystem = filesystem or LocalFileSystem()
    with filesystem.open_input_file(files[0]) as source:
        footer = pq.read_metadata(source)
    format_ = ds.ParquetFileFormat(dictionary_columns=_repeating(footer))
    wanted = None if columns is None else sorted({*columns, *keys, *([weights] if weights else [])})
    batches = ds.dataset(list(files), filesystem=filesystem, format=format_).to_batches(
        columns=wanted,
        batch_size=_rows_per_batch(footer),
        batch_readahead=_READ_AHEAD,
        fragment_readahead=_READ_AHEAD,
        # Joins small reads and keeps all it read: worth its memory where every read is a request.
        fragment_scan_options=ds.ParquetFragmentScanOptions(pre_buffer=filesystem.type_name != "local"),
    )
    return profile_batches(batches, columns, keys=keys, weights=weights)


def _repeating(footer: pq.FileMetaData) -> set[str]:
    text = {field.name for field in footer.schema.to_arrow_schema() if is_text(field.type)}
    sizes = dict.fromkeys(text, 0)
    for group in range(footer.num_row_groups):
        for index in range(footer.num_columns):
            chunk = footer.row_group(group).column(index)
            if chunk.path_in_schema in text:
                sizes[chunk.path_in_schema] += chunk.total_uncompressed_size
    return {name for name, size in sizes.items() if size < _REPEATING_BYTES * footer.num_rows}


def _rows_per_batch(footer: pq.FileMetaData) -> int:
    size = sum(footer.row_group(group).total_byte_size for group in range(footer.num_row_groups))
    return int(min(max(_BATCH_BYTES * footer.num_rows // max(size, 1), 1), CHUNK_ROWS))
