"""Advice on made-up runs: the numbers in its sentences, what it saves, and where it stays silent."""

from pathlib import Path

import pytest
from event_log_writer import GIB, Event, application, executors, heap, removed, stage, task, write_log

from platform_assets.compute.utilisation import read_event_log
from platform_assets.compute.utilisation.advice import Advice, advise
from platform_assets.lake.store import Store


def advice_on(folder: Path, events: list[Event], usd: float | None = None) -> list[Advice]:
    path = write_log(folder, events)
    return advise(read_event_log(str(path), Store(folder)), usd)


TEN = [str(number) for number in range(10)]


def ten_executors(wide: int) -> list[Event]:
    """Ten executors of four cores, 100 stages of short tasks: 40 at once in the first ``wide``, 24 in the others."""
    names = [TEN if second < wide else TEN[:6] for second in range(100)]
    stages = [stage(at, [task(name, at, 0.9) for name in who for _ in range(4)]) for at, who in enumerate(names)]
    return application(*executors(TEN, 4), *(event for each in stages for event in each), seconds=100)


def test_idle_executors_are_counted_and_priced(tmp_path: Path) -> None:
    (advice,) = advice_on(tmp_path, ten_executors(0), usd=1.26)

    # 4 executors of 4 cores for 100 s.
    assert advice.saves_core_seconds == pytest.approx(1600, rel=0.001)
    assert advice.message == "4 of 10 executors idle 100 % of the time: use 6; saves about 0.56 USD a run."


def test_executors_are_not_spared_if_the_run_would_become_much_longer(tmp_path: Path) -> None:
    assert advice_on(tmp_path, ten_executors(40)) == []


def test_a_short_while_of_much_work_may_take_longer_on_fewer(tmp_path: Path) -> None:
    (advice,) = advice_on(tmp_path, ten_executors(5))

    # On six executors, 4.5 s of work for 40 cores take 3 s longer on 24.
    assert advice.message.startswith("4 of 10 executors idle 96 % of the time: use 6; saves about")
    assert advice.saves_core_seconds == pytest.approx(4 * (10 * 100 - 6 * 103), rel=0.01)


def test_without_a_price_cores_are_saved_and_no_money(tmp_path: Path) -> None:
    (advice,) = advice_on(tmp_path, ten_executors(0))

    assert advice.saves_usd is None
    assert advice.saving == "saves about 26 min 40 s of a core a run"


def test_garbage_collection(tmp_path: Path) -> None:
    tasks = [task(name, 0, 100, gc=30) for name in ("1", "2")]
    (advice,) = advice_on(tmp_path, application(*executors("12", 1), *stage(0, tasks), seconds=100))

    assert advice.kind == "gc_bound"
    assert advice.message.startswith(
        "Garbage collection took 30 % of the tasks' time: give each core more than 1.0 GiB"
    )
    assert advice.saves_seconds == pytest.approx(20)


def test_memory_that_is_never_used(tmp_path: Path) -> None:
    tasks = [task(name, 0, 100) for name in ("1", "2")]
    events = [*executors("12", 1), *stage(0, tasks), heap("1", 0, 2 * GIB), heap("2", 0, 3 * GIB)]
    (advice,) = advice_on(tmp_path, application(*events, seconds=100, settings={"spark.executor.memory": "12g"}))

    assert advice.message == (
        "No executor used more than 3.0 GiB of its 12.0 GiB of heap: set spark.executor.memory to 5g, which leaves "
        "7.0 GiB of each executor for more cores, or for machines with less memory."
    )


@pytest.mark.parametrize(("memory", "used"), [("12g", 7), ("3g", 1)])
def test_memory_that_is_used_or_small_is_left_alone(tmp_path: Path, memory: str, used: int) -> None:
    tasks = [task(name, 0, 100) for name in ("1", "2")]
    events = [*executors("12", 1), *stage(0, tasks), heap("1", 0, used * GIB)]

    assert advice_on(tmp_path, application(*events, seconds=100, settings={"spark.executor.memory": memory})) == []


def test_memory_of_which_spark_recorded_nothing_is_left_alone(tmp_path: Path) -> None:
    tasks = [task(name, 0, 100) for name in ("1", "2")]
    events = application(*executors("12", 1), *stage(0, tasks), seconds=100, settings={"spark.executor.memory": "64g"})

    assert advice_on(tmp_path, events) == []


def test_many_small_tasks(tmp_path: Path) -> None:
    tasks = [task("12"[place % 2], place // 2 * 0.05, 0.05, run=0.01) for place in range(2000)]
    (advice,) = advice_on(tmp_path, application(*executors("12", 1), *stage(3, tasks), seconds=55))

    assert advice.message.startswith(
        "Stage 3 save at features.py:1 ran 2,000 tasks of 10 ms (median): use about 100 partitions, or merge small"
    )
    # 50 s of which 10 s were work, but for the hundred that stay.
    assert advice.saves_seconds == pytest.approx(38, abs=0.1)


def test_many_tasks_that_are_worth_their_scheduling(tmp_path: Path) -> None:
    tasks = [task("12"[place % 2], place // 2 * 0.3, 0.3, run=0.25) for place in range(400)]

    assert advice_on(tmp_path, application(*executors("12", 1), *stage(0, tasks), seconds=62)) == []


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("Executor decommission: instance i-1 was interrupted.", "taken back; use more types"),
        ("Container killed by YARN for exceeding physical memory limits.", "raise spark.executor.memoryOverhead"),
        ("Executor heartbeat timed out after 125000 ms", "too busy to answer"),
        ("Remote RPC client disassociated.", "see its log"),
    ],
)
def test_what_to_do_about_a_lost_executor_depends_on_the_reason(tmp_path: Path, reason: str, words: str) -> None:
    tasks = [*(task(name, 0, 100) for name in "12"), task("3", 0, 60)]
    (advice,) = advice_on(
        tmp_path, application(*executors("123", 1), removed("3", 60, reason), *stage(0, tasks), seconds=100)
    )

    assert advice.kind == "losing_executors"
    assert reason in advice.message
    assert words in advice.message


@pytest.mark.parametrize("reason", ["Executor killed by driver.", "Executor decommission: spark scale down"])
def test_executors_that_were_told_to_go_are_not_lost(tmp_path: Path, reason: str) -> None:
    tasks = [task(name, 0, 100) for name in "12"]
    events = application(*executors("123", 1), removed("3", 5, reason), *stage(0, tasks), seconds=100)

    assert advice_on(tmp_path, events) == []


def test_uneven_time_without_uneven_data_is_no_skew(tmp_path: Path) -> None:
    tasks = [task("1", 0, 100, read=1000), *(task("2", 20 * place, 20, read=1000) for place in range(5))]

    assert advice_on(tmp_path, application(*executors("12", 1), *stage(0, tasks), seconds=100)) == []
