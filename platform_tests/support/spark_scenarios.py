"""Runs on a real Spark with executors of its own, each made to be well or ill in one way, one after the other.

``python spark_scenarios.py FOLDER`` writes the event log as Spark does by default into FOLDER/logs, copies it into
FOLDER/unfinished as a killed driver would leave it, and prints as JSON when each scenario began and ended.
"""

import json
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pyspark import SparkContext
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

SETTINGS = {
    "spark.master": "local-cluster[2,1,1024]",
    "spark.executor.memory": "1024m",
    # 70 MiB to sort in: enough for what is small, and a hundred are spilled.
    "spark.memory.fraction": "0.1",
    "spark.eventLog.enabled": "true",
    "spark.eventLog.logStageExecutorMetrics": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    "spark.sql.shuffle.partitions": "4",
    "spark.sql.adaptive.enabled": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.speculation": "false",
    # The status tracker tells at once what runs; otherwise a second late, when it may be over.
    "spark.ui.liveUpdate.period": "0ms",
}


def compute(rows: DataFrame, hashes: int) -> None:
    """Hash the id of each row so many times, and let nobody have the result."""
    hashed = F.col("id").cast("string")
    for _ in range(hashes):
        hashed = F.sha2(hashed, 512)
    rows.select(hashed.alias("hashed")).write.format("noop").mode("overwrite").save()


def healthy(spark: SparkSession) -> None:
    compute(spark.range(0, 600_000, 1, 6).repartition(4, "id"), 6)


def skewed(spark: SparkSession) -> None:
    # Of the four partitions behind the shuffle one has nearly every row.
    key = F.when(F.col("id") % 100 > 3, 7).otherwise(F.col("id"))
    compute(spark.range(0, 500_000, 1, 4).select("id", key.alias("key")).repartition(4, "key"), 20)


def spilling(spark: SparkSession) -> None:
    text = F.sha2(F.col("id").cast("string"), 512)
    rows = spark.range(0, 600_000, 1, 2).select("id", F.concat(text, text).alias("text"))
    rows.repartition(2, "id").sortWithinPartitions("text").write.format("noop").mode("overwrite").save()


def over_provisioned(spark: SparkSession) -> None:
    for _ in range(3):
        compute(spark.range(0, 100, 1, 1), 1)
        time.sleep(1)


def under_partitioned(spark: SparkSession) -> None:
    compute(spark.range(0, 1_200_000, 1, 1), 6)


def losing_an_executor(spark: SparkSession) -> None:
    killer = Killer(spark.sparkContext)
    killer.start()
    compute(spark.range(0, 1_800_000, 1, 6), 6)
    killer.job_is_over.set()
    killer.join()
    if not killer.has_killed:
        raise RuntimeError("The job ended before two of its tasks were seen to run at once, so no executor was killed.")


class Killer(threading.Thread):
    """Kills the process of one executor as soon as both have a task, or nothing if the job is over before."""

    def __init__(self, context: SparkContext) -> None:
        super().__init__(daemon=True)
        self._context = context
        self.job_is_over = threading.Event()
        self.has_killed = False

    def run(self) -> None:
        while not self._both_work():
            if self.job_is_over.wait(0.05):
                return
        # Both may have begun just now; what is lost then is nothing.
        time.sleep(0.3)
        gateway: Any = self._context._gateway
        executors = [pid for pid in children(gateway.proc.pid) if b"CoarseGrainedExecutorBackend" in command(pid)]
        os.kill(executors[0], signal.SIGKILL)
        self.has_killed = True

    def _both_work(self) -> bool:
        status = self._context.statusTracker()
        stages = map(status.getStageInfo, status.getActiveStageIds())
        return any(stage.numActiveTasks == 2 for stage in stages if stage)


def children(pid: int) -> list[int]:
    """Processes that the threads of a process have started."""
    lists = (Path(f"/proc/{pid}/task") / thread / "children" for thread in os.listdir(f"/proc/{pid}/task"))
    return [int(child) for each in lists if each.exists() for child in each.read_text().split()]


def command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


SCENARIOS: tuple[Callable[[SparkSession], None], ...] = (
    healthy,
    skewed,
    spilling,
    over_provisioned,
    under_partitioned,
    losing_an_executor,
)


def main(folder: Path) -> None:
    logs = folder / "logs"
    logs.mkdir(parents=True)
    builder = SparkSession.builder.config(map=SETTINGS).config("spark.eventLog.dir", logs.as_uri())
    spark = builder.getOrCreate()
    # Executors start, and compile what they run; the scenarios are about what comes after.
    compute(spark.range(0, 40_000, 1, 8), 2)
    periods = {}
    for scenario in SCENARIOS:
        started = datetime.now(UTC)
        scenario(spark)
        periods[scenario.__name__] = [started.isoformat(), datetime.now(UTC).isoformat()]
    shutil.copytree(logs, folder / "unfinished")
    spark.stop()
    print(json.dumps(periods))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
