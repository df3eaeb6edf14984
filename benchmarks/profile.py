"""Two windows profiled and compared on every column: the platform against its floor and against public drift tools.

Flights of 2013, tiled to 3.4 M rows of 19 columns in Parquet; the halves of the year are the two windows. Every side
reads the same two files in a process of its own, on one core; the clock starts after its imports and includes decoding.
Sides take turns, and medians of the rounds are compared: of seconds of the CPU, which on one core are the wall's unless
other programs want that core too; both are printed. The floor is pyarrow decoding the same columns. The platform
reads repeating texts as codes of a dictionary, which spares it half of that; `batches` is what it takes on rows that
were decoded in full. It also runs on a tenth of the rows, because its memory must not grow with them.

The peers are Evidently (DataDriftPreset), whylogs (profiles and drift scores), NannyML (univariate drift), and Great
Expectations (25 rules and no drift), each on pandas and otherwise with its defaults. Evidently and NannyML are told
which columns are texts and do not compare the time. NannyML runs three times: by its defaults, which are ten chunks and
one figure a column (Jensen-Shannon); with each window as one chunk, which is its cheapest; and with all of its methods,
four a column, which is closest to what the platform answers at once (PSI, Jensen-Shannon, Kolmogorov-Smirnov,
Wasserstein, Hellinger, chi-square, missing values, new and vanished categories). The ratio to the fastest tool is
printed both for defaults and for equal questions.

Each peer has an environment of its own, which is made on first use below `.venv/peers` from the pinned files in
`benchmarks/peers`; benchmarks/peers/compile.sh compiles these anew. A round with all peers takes minutes;
`--peers none` takes seconds.

    python benchmarks/profile.py [--rounds 3] [--peers NAMES|none] [--times 10]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from benchmarks.lake import real_months  # noqa: E402
from benchmarks.peers.environment import SideFailed, environment  # noqa: E402

PEER_GOAL, FLOOR_GOAL, MEMORY_GOAL = 50.0, 2.5, 1.3
# By name: the environment, and what runs in it.
PEERS = {
    "evidently": ("evidently", ["drift_by_evidently.py"]),
    "whylogs": ("whylogs", ["drift_by_whylogs.py"]),
    "nannyml": ("nannyml", ["drift_by_nannyml.py", "default"]),
    "nannyml_one_chunk": ("nannyml", ["drift_by_nannyml.py", "one_chunk"]),
    "nannyml_all_methods": ("nannyml", ["drift_by_nannyml.py", "all_methods"]),
    "great_expectations": ("great_expectations", ["rules_by_great_expectations.py"]),
}
# Great Expectations has rules only. Evidently and NannyML compute one figure a column by default; whylogs answers more
# (distinct values, quantiles, frequent values) and is in both lists.
DEFAULTS = ("evidently", "whylogs", "nannyml", "nannyml_one_chunk")
EQUAL_QUESTIONS = ("whylogs", "nannyml_all_methods")
PLATFORM, BATCHES, FLOOR = "platform", "batches", "decoding"
GROUP_ROWS = 1 << 17
PEER_SECONDS = 1800
# One thread everywhere, and nothing is sent to anybody.
SURROUNDINGS = {
    "PYTHONPATH": str(ROOT),
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "DO_NOT_TRACK": "1",
    "WHYLOGS_NO_ANALYTICS": "True",
    "NML_DISABLE_USAGE_LOGGING": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "TQDM_DISABLE": "1",
}

Windows = tuple[Path, Path]


@dataclass(frozen=True)
class Turn:
    """One run of a side: seconds of the wall and of the CPU, peak memory of its process in MB, and what it said."""

    seconds: float
    cpu: float
    peak_mb: float
    said: str


def run(command: Sequence[str | Path], windows: Windows, *more: str) -> Turn:
    """Run a side in a fresh process on one core."""
    core = min(os.sched_getaffinity(0))
    done = subprocess.run(
        [*map(str, command), *map(str, windows), *more],
        env={**os.environ, **SURROUNDINGS},
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
        capture_output=True,
        text=True,
        timeout=PEER_SECONDS,
    )
    lines = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines() or ["nothing"]
    if done.returncode:
        raise SideFailed(lines[-1])
    return Turn(**json.loads(lines[-1]))


def ours(side: str, windows: Windows) -> Turn:
    """The platform, or the floor."""
    return run([sys.executable, ROOT / "benchmarks" / "profile_sides.py"], windows, side)


def windows_in(folder: Path, times: int) -> Windows:
    """The halves of the year as Parquet files, each month so many times."""
    months = real_months(12)
    files = folder / f"first_half_{times}.parquet", folder / f"second_half_{times}.parquet"
    for path, numbers in zip(files, (range(1, 7), range(7, 13)), strict=True):
        rows = pa.concat_tables([months[number] for number in numbers] * times)
        pq.write_table(rows, path, row_group_size=GROUP_ROWS)
    return files


def turns(windows: Windows, small: Windows, peers: Sequence[str], rounds: int) -> dict[str, list[Turn]]:
    """All turns by side; a peer that does not run is said so and left out of later rounds."""
    found: dict[str, list[Turn]] = {name: [] for name in (FLOOR, PLATFORM, BATCHES, "tenth", *peers)}
    broken: set[str] = set()
    for _ in range(rounds):
        found[FLOOR].append(ours(FLOOR, windows))
        found[PLATFORM].append(ours(PLATFORM, windows))
        found[BATCHES].append(ours(BATCHES, windows))
        found["tenth"].append(ours(PLATFORM, small))
        for peer in (name for name in peers if name not in broken):
            try:
                needed, (script, *more) = PEERS[peer]
                found[peer].append(run([environment(needed), ROOT / "benchmarks" / "peers" / script], windows, *more))
            except (SideFailed, subprocess.TimeoutExpired) as error:
                print(f"{peer}: no figures: {error}", flush=True)
                broken.add(peer)
    return {name: done for name, done in found.items() if done}


def wall(done: Sequence[Turn]) -> float:
    """Median seconds of the turns of a side, by the wall."""
    return statistics.median(turn.seconds for turn in done)


def cpu(done: Sequence[Turn]) -> float:
    """Median seconds of the turns of a side, of the CPU."""
    return statistics.median(turn.cpu for turn in done)


def peak(done: Sequence[Turn]) -> float:
    """Median peak memory of the turns of a side, in MB."""
    return statistics.median(turn.peak_mb for turn in done)


def print_figures(found: Mapping[str, Sequence[Turn]]) -> None:
    """One line a side, then ratios and goals."""
    base = cpu(found[PLATFORM])
    for name, done in found.items():
        times = f"{cpu(done) / base:7.2f} times the platform" if name != "tenth" else " " * 26
        label = "platform, a tenth" if name == "tenth" else name
        print(
            f"{label:20} {cpu(done):8.2f} s (wall {wall(done):8.2f} s)  {peak(done):7.0f} MB  {times}  {done[-1].said}"
        )
    floor = cpu(found[FLOOR])
    print(
        f"platform against decoding: {base / floor:.2f}; on decoded batches {cpu(found[BATCHES]) / floor:.2f} ", end=""
    )
    print(f"(goal {FLOOR_GOAL:g} or less)")
    grown = peak(found[PLATFORM]) / peak(found["tenth"])
    print(f"peak memory at ten times the rows: {grown:.2f} (goal {MEMORY_GOAL:g} or less)")
    for asked, names in (("by its defaults", DEFAULTS), ("on equal questions", EQUAL_QUESTIONS)):
        tools = {name: cpu(found[name]) for name in names if name in found}
        if tools:
            fastest = min(tools, key=lambda name: tools[name])
            print(f"fastest drift tool {asked}, {fastest}: {tools[fastest] / base:.1f} times ", end="")
            print(f"the platform (goal {PEER_GOAL:g})")


def chosen(names: str) -> list[str]:
    """Peers named with commas between them; `none` for none."""
    peers = [] if names == "none" else names.split(",")
    unknown = sorted(set(peers) - set(PEERS))
    if unknown:
        raise SystemExit(f"'{unknown[0]}' is no peer. Choose from: {', '.join(PEERS)}; or none.")
    return peers


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="turns of each side, by default 3")
    parser.add_argument("--peers", default=",".join(PEERS), help="tools to compare with, or none; by default all")
    parser.add_argument("--times", type=int, default=10, help="how often the year is repeated, by default 10")
    arguments = parser.parse_args()
    peers = chosen(arguments.peers)
    with tempfile.TemporaryDirectory() as folder:
        small = windows_in(Path(folder), max(arguments.times // 10, 1))
        windows = windows_in(Path(folder), arguments.times)
        rows = sum(pq.read_metadata(path).num_rows for path in windows)
        print(f"{rows:,} rows, {pq.read_metadata(windows[0]).num_columns} columns, one core, {arguments.rounds} rounds")
        print_figures(turns(windows, small, peers, arguments.rounds))


if __name__ == "__main__":
    main()
