"""DuckDB's ASOF JOIN of two Parquet files.

python benchmarks/peers/asof_by_duckdb.py EVENTS HISTORY
"""

import duckdb  # type: ignore[import-not-found]

from benchmarks.peers.measured import measured


def joined(events: str, history: str) -> str:
    """How many events found a value, and the sum of the values."""
    found, total = duckdb.sql(
        f"select count(h.value), sum(h.value) from read_parquet('{events}') e "
        f"asof left join read_parquet('{history}') h on e.entity = h.entity and e.at >= h.since"
    ).fetchone()
    return f"{found} found, sum {total}"


if __name__ == "__main__":
    measured(joined)
