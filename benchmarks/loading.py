"""What loading the code location costs, against `import dagster` alone, in CPU seconds of fresh processes.

The two are measured in turn, several times, so that a noisy neighbour hits both; medians are compared.

    python benchmarks/loading.py [ROUNDS]
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
GOAL = 2.0
ROUNDS = 7

BARE = "import dagster"
LOADED = "from platform_assets.definitions import defs; defs().resolve_asset_graph()"


def cpu_seconds(statement: str) -> float:
    """User and system time of a fresh Python process that runs ``statement``, its start included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-W", "ignore", "-c", statement], cwd=ROOT, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(rounds: int) -> tuple[list[float], list[float]]:
    """CPU seconds of ``import dagster`` and of loading the code location, alternating; one round to warm up."""
    pairs = [(cpu_seconds(BARE), cpu_seconds(LOADED)) for _ in range(rounds + 1)][1:]
    return [bare for bare, _ in pairs], [loaded for _, loaded in pairs]


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    bare, loaded = measure(rounds)
    for name, seconds in (("import dagster", bare), ("code location loaded", loaded)):
        print(
            f"{name:21} {statistics.median(seconds):5.2f} s CPU "
            f"(median of {rounds}; {min(seconds):.2f} to {max(seconds):.2f})"
        )
    ratio = statistics.median(loaded) / statistics.median(bare)
    print(f"{'ratio':21} {ratio:5.2f} (goal: less than {GOAL:g})")


if __name__ == "__main__":
    main()
