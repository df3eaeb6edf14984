"""Drift between any two windows of a dataset of 1,000 partitions and 20 columns, from stored profiles alone.

Days of real flights (19 columns and their speed) are profiled and stored, a partition each, as publishing does; then
blocks are packed, as the nightly retention does. Windows are drawn at random: each turn merges the profiles of two of
them and compares every column, with a fresh handle on the lake, on one core. Prints the median of the whole and of its
parts, the slowest turn, the same without blocks, and the time to read all profiles one by one.

    python benchmarks/windows.py [--partitions 1000] [--turns 15] [--lake FOLDER]
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from benchmarks.lake import TIME, real_months  # noqa: E402
from platform_assets.lake import Lake  # noqa: E402
from platform_assets.lake.partitions import Values  # noqa: E402
from platform_assets.quality import profile_blocks, profile_files, profile_table  # noqa: E402
from platform_assets.quality.drift.compare import compare_profiles  # noqa: E402
from platform_assets.quality.profile import profile_batches  # noqa: E402
from platform_assets.quality.profile_packing import pack_profiles  # noqa: E402
from platform_assets.quality.profile_table import (  # noqa: E402
    PROFILES,
    StoredProfiles,
    profile_table_rows,
    read_profiles,
)

GOAL = 0.5
TABLE = "benchmark.flights"
# Any two will do; the same ones in every run.
SEED = 20130101

Range = tuple[str, str]


@dataclass(frozen=True)
class Turn:
    """Seconds of one question by the wall and of the CPU, and wall seconds of its parts."""

    whole: float
    cpu: float
    parts: dict[str, float]


class Clock:
    """Wall seconds spent in functions of the reader, which calls them by their module."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def watch(self, module: object, function: str, part: str) -> None:
        """Count calls of ``module.function`` as ``part``."""
        original = getattr(module, function)

        def timed(*arguments: object, **named: object) -> object:
            started = time.perf_counter()
            try:
                return original(*arguments, **named)
            finally:
                self.add(part, time.perf_counter() - started)

        setattr(module, function, timed)

    def add(self, part: str, seconds: float) -> None:
        """Count seconds as ``part``."""
        self.seconds[part] = self.seconds.get(part, 0.0) + seconds


def fill(folder: Path, partitions: int) -> None:
    """Store the profiles of so many days, over and over again those of 2013; goes on where a kept lake ends."""
    lake, days = Lake(folder), real_days()
    for number in range(len(StoredProfiles(lake, TABLE).partitions), partitions):
        name = partition_name(number)
        rows = profile_table_rows(profile_batches(days[number % len(days)].to_batches()), TABLE, name, number, "bench")
        lake.publish_rows(PROFILES, Values((("table", TABLE), ("partition", name))), rows, {"partition": name})
        if number % 100 == 99:
            print(f"{number + 1} partitions stored", flush=True)


def real_days() -> list[pa.Table]:
    """The days of 2013 with a 20th column."""
    days = []
    for month in real_months(12).values():
        speed = pc.divide(month["distance"].cast(pa.float64()), month["air_time"].cast(pa.float64()))
        wide = month.append_column("speed", speed)
        numbers = pc.day(wide[TIME])
        days += [wide.filter(pc.equal(numbers, day)) for day in sorted(pc.unique(numbers).to_pylist())]
    return days


def partition_name(number: int) -> str:
    """Names in order."""
    return f"day-{number:05}"


def random_windows(partitions: int, turns: int) -> list[tuple[Range, Range]]:
    """Pairs of windows of any length that do not overlap."""
    chance = random.Random(SEED)
    cuts = [sorted(chance.sample(range(partitions + 1), 3)) for _ in range(turns)]
    names = [(partition_name(a), partition_name(b - 1), partition_name(b), partition_name(c - 1)) for a, b, c in cuts]
    return [((a, b), (c, d)) for a, b, c, d in names]


def ask(folder: Path, windows: list[tuple[Range, Range]], clock: Clock) -> list[Turn]:
    """One question a pair of windows, each with a fresh handle."""
    turns = []
    for before, now in windows:
        clock.seconds.clear()
        started, used = time.perf_counter(), time.process_time()
        stored = StoredProfiles(Lake(folder), TABLE)
        one, other = stored.merged(before), stored.merged(now)
        if one is None or other is None:
            raise RuntimeError(f"There is no profile for {before} or {now}.")
        merged = time.perf_counter()
        compare_profiles(one, other, columns=sorted(one.columns))
        ended = time.perf_counter()
        clock.add("compare", ended - merged)
        turns.append(Turn(ended - started, time.process_time() - used, dict(clock.seconds)))
    return turns


def print_turns(what: str, turns: list[Turn]) -> None:
    """Median of the whole, of each part, and the slowest."""
    whole = [turn.whole for turn in turns]
    used = statistics.median(turn.cpu for turn in turns)
    parts = {name: statistics.median(turn.parts.get(name, 0.0) for turn in turns) for name in turns[0].parts}
    told = ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in parts.items())
    print(
        f"{what:16} {statistics.median(whole):6.3f} s (CPU {used:.3f} s), slowest {max(whole):.3f} s: {told}",
        flush=True,
    )


def seconds_of(action: Callable[[], object]) -> float:
    """Wall seconds of an action."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def measure(folder: Path, partitions: int, turns: int) -> None:
    """Ask without blocks, pack, and ask again."""
    clock = Clock()
    for module in (profile_table, profile_blocks):
        clock.watch(module, "current_files", "list files")
        clock.watch(module, "read_files", "read")
        clock.watch(module, "decoded", "decode")
    clock.watch(profile_table, "merge_profiles", "merge")
    windows = random_windows(partitions, turns)
    ask(folder, windows[:1], clock)
    if not profile_files.current_files(Lake(folder), profile_blocks.BLOCKS.name):
        print_turns("without blocks", ask(folder, windows[: max(turns // 3, 1)], clock))
        print(f"packing          {seconds_of(lambda: pack_profiles(Lake(folder), {})):6.3f} s")
    found = ask(folder, windows, clock)
    print_turns("any two windows", found)
    everything = seconds_of(lambda: read_profiles(Lake(folder), TABLE))
    print(f"all {partitions} profiles {everything:6.3f} s, one by one")
    median = statistics.median(turn.whole for turn in found)
    used = statistics.median(turn.cpu for turn in found)
    print(f"drift between two windows: {median:.3f} s, of which {used:.3f} s of the CPU (goal below {GOAL:g} s)")


def main() -> None:
    """Fill, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--partitions", type=int, default=1000, help="by default 1000")
    parser.add_argument("--turns", type=int, default=15, help="pairs of windows, by default 15")
    parser.add_argument("--lake", type=Path, help="keep the lake here, and use it again; by default a temporary one")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.lake or Path(temporary)
        fill(folder, arguments.partitions)
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        pa.set_cpu_count(1)
        pa.set_io_thread_count(1)
        measure(folder, arguments.partitions, arguments.turns)


if __name__ == "__main__":
    main()
