"""What comparing retraining policies costs: one backtest against a full replay of the year under each policy.

Both sides run in one go, each as processes of their own. A full replay under a policy is `platform replay` in a copy
of the checkout whose model declares that policy, into an empty data folder: what somebody would do who has no
backtest. The backtest runs on what the replay under the declared policy left, as it would in production; its time is
told with and without that replay. Prints CPU and wall seconds and the ratios.

    python benchmarks/backtest.py [--until 2013-05]
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)
GOAL = 3.0
# The same policies in the words of both sides.
POLICIES = {
    "never": "{minimum_labelled_partitions: 1}",
    "monthly": "{minimum_labelled_partitions: 1, every_partitions: 1}",
    "drift": "{minimum_labelled_partitions: 1, on_drift: true, cool_down_partitions: 1}",
    "decay": "{minimum_labelled_partitions: 1, on_decay: 0.05, cool_down_partitions: 1}",
}
COPIED = ("platform_assets", "pyproject.toml", "dagster.yaml")


@dataclass(frozen=True)
class Spent:
    """CPU and wall seconds of a process and its children."""

    cpu: float
    wall: float

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.cpu + other.cpu, self.wall + other.wall)

    def __str__(self) -> str:
        return f"{self.cpu:7.1f} s of CPU, {self.wall:7.1f} s on the clock"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--until", help="last month, as in 2013-05")
    until = parser.parse_args().until
    with tempfile.TemporaryDirectory() as folder:
        # All copies first, so that both sides run the same code whatever is edited meanwhile.
        base = checkout(Path(folder, "as_declared"), None)
        copies = {name: checkout(Path(folder, name), retraining) for name, retraining in POLICIES.items()}
        history = platform(base, "replay", *months(until))
        print(f"replay as declared        {history}")
        shared = platform(base, "replay", "flight_delay", "--policies", ",".join(POLICIES), *months(until), shown=True)
        print(f"backtest of {len(POLICIES)} policies    {shared}")
        alone = Spent(0, 0)
        for name, copy in copies.items():
            spent = platform(copy, "replay", *months(until), shown=True)
            print(f"replay under {name:12} {spent}", flush=True)
            alone += spent
        print(f"{len(POLICIES)} replays, one a policy  {alone}")
        print(f"\non a history that is there: {ratio(alone, shared)} (goal {GOAL:g} times less)")
        print(f"with the replay that makes it: {ratio(alone, history + shared)}")


def ratio(alone: Spent, shared: Spent) -> str:
    """How many times less."""
    return f"{alone.cpu / shared.cpu:.1f} times less CPU, {alone.wall / shared.wall:.1f} times less time"


def months(until: str | None) -> list[str]:
    """The option that ends early."""
    return ["--until", until] if until else []


def checkout(folder: Path, retraining: str | None) -> Path:
    """A copy of the code whose model declares another retraining; without rules that ask for one by themselves."""
    folder.mkdir()
    for name in COPIED:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, folder / name)
    if retraining is not None:
        declared = folder / "platform_assets" / "defs" / "flight_delay" / "defs.yaml"
        text, found = re.subn(r"(?m)^  retraining: \{.*\}$", f"  retraining: {retraining}", declared.read_text())
        if found != 1:
            raise SystemExit(f"{declared} has {found} lines 'retraining: {{...}}', but one is replaced here.")
        declared.write_text(text.replace("on_breach: retrain", "on_breach: alert"))
    return folder


def platform(folder: Path, *arguments: str, shown: bool = False) -> Spent:
    """Run a platform command of a copy on its own data; prints what it printed if `shown`."""
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(folder),
        "PLATFORM_DATA": str(folder / "data"),
        "PYTHONPATH": str(folder),
    }
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "platform_assets.cli", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if shown:
        print(done.stdout)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(cpu, time.perf_counter() - begun)


if __name__ == "__main__":
    main()
