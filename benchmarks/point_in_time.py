"""The platform's point-in-time join against pandas' merge_asof and DuckDB's ASOF JOIN, in one run.

Events of many entities are joined with the newest earlier value of each entity; both sides of the join lie in Parquet
files, unsorted. Every side runs in a process of its own, in turns, on all cores that it can use; the clock starts after
its imports (and after the start of the embedded engine) and ends with the sum of what was found, which must be equal.
No two rows of an entity share a moment, and none arrives late, because only the platform's join has rules for those.

    python benchmarks/point_in_time.py [--rows 2000000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from benchmarks.peers.environment import environment  # noqa: E402

ENTITIES = 20_000
YEAR = 365 * 86_400_000_000
OWN = ROOT / "benchmarks" / "point_in_time_sides.py"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2_000_000, help="events, and rows of the history, each")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each side")
    arguments = parser.parse_args()
    sides: dict[str, list[str | Path]] = {
        "platform": [sys.executable, OWN],
        "pandas": [sys.executable, OWN],
        "duckdb": [environment("duckdb"), ROOT / "benchmarks" / "peers" / "asof_by_duckdb.py"],
    }
    with tempfile.TemporaryDirectory() as folder:
        files = written(Path(folder), arguments.rows)
        turns = [{name: run(command, files, name) for name, command in sides.items()} for _ in range(arguments.rounds)]
    said = {str(turn[name]["said"]) for turn in turns for name in sides}
    if len(said) != 1:
        raise SystemExit(f"The sides disagree: {'; '.join(sorted(said))}.")
    seconds = {name: statistics.median(float(turn[name]["seconds"]) for turn in turns) for name in sides}
    print(f"{arguments.rows:,} events, as many rows of history, {ENTITIES:,} entities; {said.pop()}")
    for name, spent in seconds.items():
        ratio = f"platform takes {seconds['platform'] / spent:.2f} times as long" if name != "platform" else ""
        print(f"{name:10} {spent:7.2f} s  {arguments.rows / spent:12,.0f} events/s  {ratio}")


def written(folder: Path, rows: int) -> tuple[Path, Path]:
    """The events and the history as Parquet files; moments of the history are unique, so there are no ties."""
    random = np.random.default_rng(7)
    events = {"entity": random.integers(0, ENTITIES, rows), "at": _moments(random.integers(0, YEAR, rows))}
    since = random.permutation(rows) * (YEAR // rows)
    history = {
        "entity": random.integers(0, ENTITIES, rows),
        "since": _moments(since),
        "value": random.integers(0, 1000, rows),
    }
    files = folder / "events.parquet", folder / "history.parquet"
    for path, columns in zip(files, (events, history), strict=True):
        pq.write_table(pa.table(columns), path)
    return files


def run(command: list[str | Path], files: tuple[Path, Path], side: str) -> dict[str, float | str]:
    """A turn of a side in a fresh process: what it measured of itself."""
    done = subprocess.run(
        [*map(str, command), *map(str, files), side],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{side} failed: {done.stderr.strip().splitlines()[-1]}")
    figures: dict[str, float | str] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


def _moments(micros: np.ndarray) -> pa.Array:
    return pa.array(micros, pa.int64()).cast(pa.timestamp("us", tz="UTC"))


if __name__ == "__main__":
    main()
