"""The feature job on the embedded engine against Apache Spark on this machine, alternating, in one process.

Both engines run the same serialised job over the same published files: two months of flights and weather in, the
features of the second month out, staged and audited. Prints the start of each session, the median seconds of the warm
runs, and their ratio. Needs Java (make java). With --emr also on the tests' local EMR (make s3a): see clusters.py.

    python benchmarks/engines.py [--repeat 5] [--emr 3]
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[0] = str(ROOT)

from benchmarks.clusters import measure_emr  # noqa: E402
from platform_assets.compute import Job, run_job  # noqa: E402
from platform_assets.compute.engines import EmbeddedEngine, Engine, SparkEngine  # noqa: E402
from platform_assets.notebook import open_workspace  # noqa: E402
from platform_assets.pipeline import Product, Workspace, load_product  # noqa: E402
from platform_assets.pipeline.dataset import materialise_dataset  # noqa: E402
from platform_assets.pipeline.feature_set import feature_job  # noqa: E402
from platform_assets.replay.deliveries import deliver  # noqa: E402
from platform_assets.settings import load_settings  # noqa: E402

MONTHS = ("2013-01", "2013-02")
FEATURES = "flight_features"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5, help="warm runs of each engine")
    parser.add_argument("--emr", type=int, default=0, help="runs on a local EMR, each on a cluster of its own")
    arguments = parser.parse_args()
    repeat = arguments.repeat
    if shutil.which("java") is None:
        sys.exit("Apache Spark needs Java and there is none on PATH. Run 'make java'.")
    engines: list[Engine] = [EmbeddedEngine(), SparkEngine()]
    seconds: dict[str, list[float]] = {engine.name: [] for engine in engines}
    with tempfile.TemporaryDirectory() as data:
        starts = {engine.name: timed(lambda e=engine: e.session) for engine in engines}
        workspace = open_workspace(load_settings({"PLATFORM_DATA": data}), engines[0])
        product = load_product("flight_delay")
        fill(workspace, product)
        for engine in engines:
            job = feature_job(workspace, product, FEATURES, MONTHS[1])
            first = timed(lambda e=engine, j=job: run_job(j, e))
            print(f"{engine.name}: session in {starts[engine.name]:.1f} s, first run in {first:.1f} s")
        for _ in range(repeat):
            for engine in engines:
                job = feature_job(workspace, product, FEATURES, MONTHS[1])
                seconds[engine.name].append(timed(lambda e=engine, j=job: run_job(j, e)))
        for engine in engines:
            engine.stop()
    embedded, spark = (statistics.median(seconds[engine.name]) for engine in engines)
    print(f"warm, median of {repeat}: embedded {embedded:.2f} s, Apache Spark {spark:.2f} s")
    print(f"ratio {spark / embedded:.1f}")
    for line in measure_emr(filled_feature_job, arguments.emr) if arguments.emr else ():
        print(line)


def fill(workspace: Workspace, product: Product) -> None:
    """Ingest what the feature job reads."""
    for month in MONTHS:
        deliver(workspace.landing, month)
        for dataset in ("flights", "weather"):
            materialise_dataset(workspace, product, dataset, month)
    for dataset in ("planes", "airports"):
        materialise_dataset(workspace, product, dataset, None)


def filled_feature_job(workspace: Workspace) -> Job:
    """The feature job over freshly ingested months."""
    product = load_product("flight_delay")
    fill(workspace, product)
    return feature_job(workspace, product, FEATURES, MONTHS[1])


def timed(call: object) -> float:
    """Seconds that a call takes."""
    started = time.perf_counter()
    call()  # type: ignore[operator]
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
