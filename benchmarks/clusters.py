"""The feature job on a local EMR: what the client costs beyond the cluster and its Spark.

The cluster is the tests' stand-in, with a real spark-submit behind its step; the client is the one that speaks to
Amazon, only that it looks every 0.2 s instead of every 15 s. Its overhead is the job's time on the clock less the life
of the cluster's machines as EMR tells it.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BUCKET = "benchmark"
POLL_SECONDS = 0.2


def measure_emr(make_job: Callable[[Any], Any], repeat: int) -> Iterator[str]:
    """Run a job ``repeat`` times, each on a cluster of its own; a line on each run.

    Args:
        make_job: fills the workspace that it is given and returns the job.
    """
    from platform_assets.compute.engines import EmbeddedEngine
    from platform_assets.notebook import open_emr, open_workspace
    from platform_assets.settings import load_settings

    with tempfile.TemporaryDirectory() as folder, _deployment(Path(folder)) as environment:
        settings = load_settings({**os.environ, **environment})
        engine = open_emr(settings)
        job = make_job(open_workspace(settings, EmbeddedEngine()))
        for _ in range(repeat):
            started, spent = time.perf_counter(), _cpu_seconds()
            engine.run(job)
            took, spent = time.perf_counter() - started, _cpu_seconds() - spent
            run = engine.runs[-1]
            life = max(use.ended for use in run.instances) - min(use.started for use in run.instances)
            phases = ", ".join(f"{phase} {seconds:.1f}" for phase, seconds in run.seconds.items())
            yield (
                f"emr (local): {took:.1f} s, the cluster {life.total_seconds():.1f} s of it ({phases}): the client "
                f"{took - life.total_seconds():.1f} s beyond it, {spent:.1f} s of CPU with the stand-in's server"
            )


@contextmanager
def _deployment(folder: Path) -> Iterator[dict[str, str]]:
    sys.path.insert(0, str(ROOT / "platform_tests" / "support"))
    from local_emr import local_emr  # type: ignore[import-not-found]

    with local_emr(folder / "emr") as emr:
        emr.client("s3").create_bucket(Bucket=BUCKET)
        file = folder / "emr.yaml"
        file.write_text(
            f"region: {emr.region}\nstaging: s3://{BUCKET}/staging\nenvironment: preinstalled\n"
            f"python: {sys.executable}\npoll_seconds: {POLL_SECONDS}\npolicy: {{on_demand_shares: [1.0]}}\n"
        )
        environment = {
            **emr.environment(),
            "AWS_ALLOW_HTTP": "true",
            "PLATFORM_EMR": str(file),
            "PLATFORM_DATA": str(folder / "data"),
            "PLATFORM_WAREHOUSE": f"s3://{BUCKET}/lake",
            "PLATFORM_CATALOG": f"sqlite:///{folder}/catalog.db",
            "PLATFORM_S3_ENDPOINT": emr.store.endpoint,
        }
        os.environ.update(environment)
        yield environment


def _cpu_seconds() -> float:
    times = os.times()
    return times.user + times.system
