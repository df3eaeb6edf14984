"""A log in the format of Spark 3.5, which is not installed here: made by hand from its documentation and sources."""

import gzip
from pathlib import Path

from platform_assets.compute.utilisation import read_event_log
from platform_assets.compute.utilisation.advice import advise
from platform_assets.lake.store import Store

LOG = Path(__file__).parent / "spark_3_5_event_log"


def test_its_figures() -> None:
    run = read_event_log(str(LOG), Store(LOG.parent))
    (stage,) = run.stages
    staying, lost = run.executors

    assert (run.spark_version, run.seconds, run.is_finished) == ("3.5.6-amzn-0", 46.0, True)
    assert (run.executor_memory, run.memory_share) == (4 * 1024**3, 3006477107 / (4 * 1024**3))
    assert (stage.tasks, stage.failed_tasks, stage.seconds) == (3, 1, 25.1)
    assert (stage.run_seconds, stage.cpu_seconds, stage.gc_seconds) == (36.3, 28.7, 0.8)
    assert stage.task_seconds == 12.0 + 13.5 + 12.0 + 12.91
    assert stage.lost_seconds == 12.91
    assert (stage.median_task_seconds, stage.max_task_seconds) == (11.8, 13.0)
    assert stage.disk_spilled == 100 * 1024**2
    assert (staying.tasks, staying.is_lost, staying.peak_python) == (3, False, 157286400)
    assert (lost.tasks, lost.failed_tasks, lost.is_lost, lost.seconds) == (1, 1, True, 18.0)
    assert 1 - lost.idle_share == 12.91 / 36


def test_its_advice() -> None:
    run = read_event_log(str(LOG), Store(LOG.parent))

    kinds = {advice.kind: advice.message for advice in advise(run, 0.06)}

    assert set(kinds) == {"losing_executors", "spilling"}
    assert "its machine was taken back; use more types or a larger share on demand" in kinds["losing_executors"]
    assert "in 3 tasks: use about 5 partitions instead of 3" in kinds["spilling"]


def test_a_copy_packed_by_hand_is_the_same(tmp_path: Path) -> None:
    packed = tmp_path / "application_1718199900000_0001.gz"
    packed.write_bytes(gzip.compress(LOG.read_bytes()))

    assert read_event_log(str(packed), Store(tmp_path)) == read_event_log(str(LOG), Store(LOG.parent))
