"""What the platform costs: the replay of 2013 against a plain script that does the same work, in one run.

Both sides run as processes of their own, one after the other on the same machine: first the replay into an empty data
folder, then ``plain_year.py`` on the files that it delivered, training in the months in which the replay trained.
Prints wall seconds of both, the ratio, and where the platform's time goes. Both sides give a fit half of the cores,
which is fastest on two of them; the platform fits two models at a time where they are independent of each other, the
script one after the other.

    python benchmarks/overhead.py [--until 2013-06]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)
GOAL = 1.5


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--until", help="last month, as in 2013-06")
    until = parser.parse_args().until
    with tempfile.TemporaryDirectory() as folder:
        home, data = Path(folder, "dagster"), Path(folder, "data")
        home.mkdir()
        shutil.copy(ROOT / "dagster.yaml", home)
        os.environ.update(DAGSTER_HOME=str(home), PLATFORM_DATA=str(data), PYTHONPATH=str(ROOT))
        # Set for both sides alike, see platform_assets.learning.threads.
        os.environ.update(OMP_NUM_THREADS=str(max(1, (os.cpu_count() or 2) // 2)), OMP_WAIT_POLICY="PASSIVE")
        replay = [sys.executable, "-m", "platform_assets.cli", "replay", *(["--until", until] if until else [])]
        platform = timed(replay)
        trained = trained_months(data)
        plain_year = str(ROOT / "benchmarks" / "plain_year.py")
        plain = timed(
            [sys.executable, plain_year, str(data / "landing"), str(Path(folder, "plain")), " ".join(trained)]
        )
        stages = json.loads(plain.output.splitlines()[-1])["stages"]
        print(f"\ntrained in {', '.join(trained)}")
        print_stages("plain script", stages, plain.seconds)
        print_stages("platform, steps of runs", step_seconds(home), platform.seconds)
        ratio = platform.seconds / plain.seconds
        print(
            f"\nplain {plain.seconds:.1f} s, platform {platform.seconds:.1f} s: ratio {ratio:.2f} (goal {GOAL} or less)"
        )


class Timed:
    """A finished process: wall seconds and what it printed."""

    def __init__(self, seconds: float, output: str) -> None:
        self.seconds, self.output = seconds, output


def timed(command: list[str]) -> Timed:
    """Run a command to its end."""
    started = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    print(done.stdout)
    return Timed(time.perf_counter() - started, done.stdout)


def trained_months(data: Path) -> list[str]:
    """Months as of which the replay trained a candidate."""
    from platform_assets.lake import Lake

    rows = Lake(data / "lake").read("flight_delay.flight_delay_model", columns=["month"]).to_pylist()
    return sorted(row["month"].strftime("%Y-%m") for row in rows)


def step_seconds(home: Path) -> dict[str, float]:
    """Seconds spent in each asset's step over all runs, and between the steps of a run."""
    from dagster import DagsterEventType, DagsterInstance

    spent: dict[str, float] = defaultdict(float)
    with DagsterInstance.from_config(str(home)) as instance:
        for record in instance.get_run_records():
            inside = 0.0
            begun: dict[str, float] = {}
            for entry in instance.all_logs(record.dagster_run.run_id):
                event = entry.dagster_event
                if event is None or event.step_key is None:
                    continue
                if event.event_type == DagsterEventType.STEP_START:
                    begun[event.step_key] = entry.timestamp
                elif event.event_type in (DagsterEventType.STEP_SUCCESS, DagsterEventType.STEP_FAILURE):
                    spent[event.step_key] += entry.timestamp - begun[event.step_key]
                    inside += entry.timestamp - begun[event.step_key]
            spent["(Dagster, around the steps of a run)"] += (record.end_time or 0) - (record.start_time or 0) - inside
    return dict(spent)


def print_stages(title: str, stages: dict[str, float], total: float) -> None:
    """A line a stage, longest first, and what remains of the process."""
    print(f"\n{title}")
    for name, seconds in sorted(stages.items(), key=lambda stage: -stage[1]):
        print(f"  {seconds:7.1f} s  {name}")
    print(f"  {total - sum(stages.values()):7.1f} s  (start, imports, sensors and everything else)")


if __name__ == "__main__":
    main()
