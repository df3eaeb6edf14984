"""Real runs on Spark that are well or ill in one way each: what is ill is said, and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from platform_assets.cli import platform
from platform_assets.compute.utilisation import Utilisation, read_event_log
from platform_assets.compute.utilisation.advice import advise
from platform_assets.lake.store import Store

if TYPE_CHECKING:
    from conftest import Runs

pytestmark = [pytest.mark.spark, pytest.mark.slow]

# What must be found, and what its sentence must say.
FINDINGS = {
    "skewed": ("skewed", r"one of 4 tasks took .+ as it read [\d.]+ MiB against [\d.]+ KiB"),
    "spilling": ("spilling", r"spilled [\d.]+ MiB to disk .+ use about \d+ partitions instead of 2"),
    "over_provisioned": ("over_provisioned", r"1 of 2 executors idle \d+ % of the time: use 1; saves"),
    "under_partitioned": ("under_partitioned", r"kept 1 of 2 cores busy for .+ use about 6 partitions"),
    "losing_an_executor": ("losing_executors", r"executor [01] on .+ \(Command exited with code 137\)"),
}


@pytest.mark.parametrize("scenario", FINDINGS)
def test_what_is_ill_about_a_run_is_said_and_nothing_else(scenario: str, runs: Runs) -> None:
    kind, words = FINDINGS[scenario]

    found = advise(runs.utilisation(scenario), usd_per_core_hour=0.05)

    assert [advice.kind for advice in found] == [kind], [advice.message for advice in found]
    assert re.search(words, found[0].message), found[0].message
    assert found[0].saves_usd is not None


def test_nothing_is_said_of_a_healthy_run(runs: Runs) -> None:
    healthy = runs.utilisation("healthy")

    assert advise(healthy, usd_per_core_hour=0.05) == []
    assert healthy.busy_share > 0.5
    assert [stage.tasks for stage in healthy.stages] == [6, 4]


def test_a_run_is_told_in_figures(runs: Runs) -> None:
    run = runs.utilisation("spilling")
    _, sorting = run.stages

    assert sorting.shuffle_read_bytes == run.stages[0].shuffle_write_bytes > 50 * 1024**2
    assert sorting.memory_spilled > sorting.disk_spilled > 0
    assert 0 < sorting.cpu_share <= 1
    assert 0 <= run.gc_share < 1
    assert run.executor_memory == 1024**3
    assert [executor.cores for executor in run.executors] == [1, 1]
    assert sum(executor.task_seconds for executor in run.executors) == pytest.approx(run.task_seconds)
    assert sum(map(sum, run.timeline.busy_ms.values())) == pytest.approx(1000 * run.task_seconds, abs=2)


def test_the_heap_that_executors_used_is_known(runs: Runs) -> None:
    run = read_event_log(str(runs.log), Store(runs.folder))

    assert run.memory_share is not None
    assert 0 < run.memory_share <= 1


def test_a_log_of_a_driver_at_work_is_read_as_far_as_it_goes(runs: Runs) -> None:
    store = Store(runs.folder)
    finished, unfinished = read_event_log(str(runs.log), store), read_event_log(str(runs.unfinished), store)

    assert finished.is_finished
    assert not unfinished.is_finished
    assert finished.started_ms <= unfinished.ended_ms <= finished.ended_ms
    # What Spark's compressor still held is missing: the end of the last stage at most.
    assert _known(unfinished)[:-1] == _known(finished)[: len(unfinished.stages) - 1]
    assert len(unfinished.stages) >= len(finished.stages) - 1


def _known(run: Utilisation) -> list[tuple[int, int, float]]:
    return [(stage.stage_id, stage.tasks, stage.run_seconds) for stage in run.stages]


def test_the_command_says_what_to_change(runs: Runs) -> None:
    shown = CliRunner().invoke(platform, ["spark", "advise", str(runs.log), "--usd-per-core-hour", "0.05"])

    assert shown.exit_code == 0, shown.output
    assert "losing executors: 1 of 3 executors lost" in shown.output or "1 of 2 executors lost" in shown.output
    assert "spilled" in shown.output
