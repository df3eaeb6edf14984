"""The platform's own sides of benchmarks/profile.py, each in a fresh process: `platform`, `batches` and `decoding`.

The platform reads the files as it reads what a job staged: repeating texts as codes of a dictionary. `batches` are
rows that somebody else decoded, profiled as they come; the floor `decoding` does nothing with the same batches. All use
one thread.

    python benchmarks/profile_sides.py REFERENCE.parquet CURRENT.parquet platform|batches|decoding
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from benchmarks.peers.measured import measured  # noqa: E402
from platform_assets.quality.drift.compare import compare_profiles  # noqa: E402
from platform_assets.quality.profile import TableProfile, profile_batches, profile_parquet  # noqa: E402

BATCH_ROWS = 1 << 17


def platform(reference: str, current: str) -> str:
    """Profile both files and compare every column."""
    return compared(profile_parquet([reference]), profile_parquet([current]))


def in_batches(reference: str, current: str) -> str:
    """Profile the decoded rows of both windows and compare every column."""
    return compared(profile_batches(batches(reference)), profile_batches(batches(current)))


def compared(before: TableProfile, now: TableProfile) -> str:
    """How many columns drifted."""
    found = compare_profiles(before, now, columns=sorted(before.columns)).columns
    return f"{sum(column.verdict == 'drift' for column in found)} of {len(found)} columns drifted"


def decoding(reference: str, current: str) -> str:
    """Decode both windows and let go of them."""
    return f"{sum(batch.num_rows for path in (reference, current) for batch in batches(path)):,} rows decoded"


def batches(path: str) -> Iterator[pa.RecordBatch]:
    """All columns of a file, a batch at a time."""
    with pq.ParquetFile(path) as file:
        yield from file.iter_batches(batch_size=BATCH_ROWS, use_threads=False)


if __name__ == "__main__":
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    measured({"platform": platform, "batches": in_batches, "decoding": decoding}[sys.argv[3]])
