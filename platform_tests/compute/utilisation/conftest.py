"""Real runs on Apache Spark with executors of their own, made once for all tests."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from processes import NotInstalled, require, unless_expected

from platform_assets.compute.engines.base import CONNECT_MODE
from platform_assets.compute.utilisation import Period, Utilisation, read_event_log
from platform_assets.lake.store import Store

SCENARIOS = Path(__file__).parents[2] / "support" / "spark_scenarios.py"


@dataclass(frozen=True)
class Runs:
    """The event log of an application that went through all scenarios, and when each was."""

    folder: Path
    periods: dict[str, Period]

    @property
    def log(self) -> Path:
        return self.folder / "logs"

    @property
    def unfinished(self) -> Path:
        """The log as it was when the driver was still at work."""
        return self.folder / "unfinished"

    def utilisation(self, scenario: str) -> Utilisation:
        return read_event_log(str(self.log), Store(self.folder), self.periods[scenario])


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    try:
        require(["java"], "java")
    except NotInstalled as error:
        unless_expected(error)
    folder = tmp_path_factory.mktemp("spark_scenarios")
    # Other tests of this process speak to Sail by Spark Connect.
    inherited = {name: value for name, value in os.environ.items() if name != CONNECT_MODE}
    done = subprocess.run(
        [sys.executable, str(SCENARIOS), str(folder)],
        env={**inherited, "PYSPARK_PYTHON": sys.executable},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    times = json.loads(done.stdout.splitlines()[-1])
    return Runs(folder, {name: Period(*map(datetime.fromisoformat, pair)) for name, pair in times.items()})
