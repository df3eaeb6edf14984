"""What a job on Spark made of its machines is a table, and shown with what the job materialised."""

from __future__ import annotations

import json
import re
import shutil
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import dagster as dg
import pyarrow as pa
import pytest

from platform_assets.components.utilisation import utilisation_metadata
from platform_assets.compute import EventLog, FailedAttempt, Job, JobResult, Output, StagedFiles
from platform_assets.compute.engines import EmbeddedEngine, Engine, SparkEngine
from platform_assets.compute.errors import JobFailed
from platform_assets.compute.job import FailedListener, tell_nobody
from platform_assets.compute.utilisation import MachineMetrics
from platform_assets.compute.utilisation.machines import MachineUse, Measured
from platform_assets.lake import ColumnSpec, TableSpec
from platform_assets.lake.partitions import WHOLE_TABLE
from platform_assets.pipeline import Product, Workspace
from platform_assets.pipeline.dataset import materialise_dataset
from platform_assets.pipeline.materialisation import Materialisation, Refused
from platform_assets.pipeline.utilisation.attempts import note_attempt, run_job_for
from platform_assets.pipeline.utilisation.record import with_utilisation
from platform_assets.pipeline.utilisation.report import UtilisationReport
from platform_assets.pipeline.utilisation.table import UTILISATION

LOG = Path(__file__).parents[1] / "compute" / "utilisation" / "spark_3_5_event_log"
TABLE = "flight_delay.airlines"


@pytest.fixture
def airlines(workspace: Workspace, product: Product, deliver_some: Callable[..., list[Path]]) -> Materialisation:
    """A small table, made by the embedded engine."""
    deliver_some(workspace.landing, "2013-01")
    return materialise_dataset(workspace, product, "airlines", None)


def on_spark(log: EventLog) -> JobResult:
    """What an engine answers whose job left a log."""
    return JobResult(job="ingest airlines", engine="emr", staged=StagedFiles(files=[]), seconds=46.0, event_log=log)


def test_nothing_is_claimed_of_a_job_without_spark(workspace: Workspace, airlines: Materialisation) -> None:
    assert airlines.utilisation is None
    assert utilisation_metadata(airlines.utilisation) == {}
    assert not workspace.lake.exists("platform.utilisation")


def test_a_job_is_a_row_and_so_is_each_of_its_stages(workspace: Workspace, airlines: Materialisation) -> None:
    result = on_spark(EventLog(location=str(LOG), usd_per_core_hour=0.06))

    for _ in range(2):
        with_utilisation(workspace.for_run("run-1"), TABLE, result, airlines)
    with_utilisation(workspace.for_run("run-2"), TABLE, result, airlines)

    rows = workspace.lake.read("platform.utilisation").to_pylist()
    assert sorted((row["run_id"], row["stage_id"]) for row in rows if row["stage_id"] is not None) == [
        ("run-1", 0),
        ("run-2", 0),
    ]
    assert len(rows) == 4
    whole = next(row for row in rows if row["stage_id"] is None)
    stage = next(row for row in rows if row["stage_id"] == 0)
    assert (whole["table"], whole["partition"], whole["executors"], whole["lost_executors"]) == (TABLE, "all", 2, 1)
    assert "1 of 2 executors lost" in whole["advice"]
    assert whole["saves_usd"] > 0
    assert whole["event_log"] == str(LOG)
    assert (stage["tasks"], stage["disk_spilled"], stage["input_bytes"]) == (3, 104857600, 395313152)
    assert stage["input_bytes_per_task"] == pytest.approx(395313152 / 3)
    assert stage["cores"] == pytest.approx((2 * 25.1 + 2 * 13) / 25.1)
    assert "spilled 100.0 MiB" in stage["advice"]


def test_advice_on_a_stage_is_of_one_of_its_attempts(
    workspace: Workspace, airlines: Materialisation, tmp_path: Path
) -> None:
    events = [json.loads(line) for line in LOG.read_text().splitlines()]
    first = [event for event in events if _stage(event) == 0]
    again = json.loads(json.dumps(first))
    for event in again:
        event.get("Stage Info", event)["Stage Attempt ID"] = 1
    at = events.index(first[-1]) + 1
    log = tmp_path / "application_1"
    log.write_text("".join(f"{json.dumps(event)}\n" for event in [*events[:at], *again, *events[at:]]))

    done = with_utilisation(workspace, TABLE, on_spark(EventLog(location=str(log), usd_per_core_hour=0.06)), airlines)

    rows = workspace.lake.read("platform.utilisation").to_pylist()
    stages = {row["stage_attempt"]: row for row in rows if row["stage_id"] == 0}
    assert set(stages) == {0, 1}
    assert [len(row["advice"].splitlines()) for row in stages.values()] == [1, 1]
    assert "java:0 (attempt 2) spilled" in stages[1]["advice"]
    assert done.utilisation is not None
    said = sum(each.saves_usd or 0.0 for each in done.utilisation.advice)
    assert sum(row["saves_usd"] or 0.0 for row in rows) == pytest.approx(said)


def _stage(event: dict[str, Any]) -> int | None:
    found: int | None = event.get("Stage Info", event).get("Stage ID")
    return found


def test_a_log_that_cannot_be_read_is_told_and_undoes_nothing(
    workspace: Workspace, airlines: Materialisation, tmp_path: Path
) -> None:
    broken = tmp_path / "application_1"
    broken.write_text("{}\n")

    done = with_utilisation(workspace, TABLE, on_spark(EventLog(location=str(broken))), airlines)

    assert done.publication == airlines.publication
    shown = utilisation_metadata(done.utilisation)
    assert shown == {"utilisation": f"not known: {done.utilisation.problem}" if done.utilisation else None}
    assert "Line 1 of" in shown["utilisation"]
    assert not workspace.lake.exists("platform.utilisation")


def test_figures_that_cannot_be_kept_are_shown_and_undo_nothing(
    workspace: Workspace, airlines: Materialisation, tmp_path: Path
) -> None:
    texts = ("run_id", "table", "partition", "seconds", "event_log")
    other = TableSpec("platform.utilisation", tuple(ColumnSpec(name, "string", False, "A text.") for name in texts))
    workspace.lake.publish_rows(other, WHOLE_TABLE, pa.table({name: ["other"] for name in texts}), {})

    done = with_utilisation(workspace, TABLE, on_spark(EventLog(location=str(LOG))), airlines)

    assert done.publication == airlines.publication
    shown = utilisation_metadata(done.utilisation)
    assert shown["advice"] == 2
    assert "not in platform.utilisation" in shown["utilisation not kept"]


def test_the_materialisation_shows_words_stages_and_a_picture(
    workspace: Workspace, airlines: Materialisation, tmp_path: Path
) -> None:
    # A name of a user's is in the log and on the page.
    log = tmp_path / "application_1"
    log.write_text(LOG.read_text().replace("compute flight_features", "a | <b>*bold*</b> & more"))

    done = with_utilisation(workspace, TABLE, on_spark(EventLog(location=str(log))), airlines)

    shown = utilisation_metadata(done.utilisation)
    words, picture = shown["utilisation"].value, shown["utilisation timeline"].value
    assert isinstance(shown["utilisation timeline"], dg.MarkdownMetadataValue)
    assert shown["advice"] == 2
    assert "2 executors with 4 cores; busy" in words
    assert "| 0 parquet at NativeMethodAccessorImpl.java:0 | 25 s | 3 |" in words
    svg = b64decode(re.search(r"base64,([^)]+)\)", picture)[1])  # type: ignore[index]
    texts = [element.text for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("text")]
    assert "a | <b>*bold*</b> & more 2013-02, 2024-06-12 13:46:40 UTC, Spark 3.5.6-amzn-0" in texts
    assert "✕ executor 2, lost" in texts


def measured(folder: Path) -> str:
    """The file of metrics of a cluster of two machines, one of which did not report every minute."""
    minute = 60_000

    def values(*percents: float | None) -> tuple[Measured, ...]:
        return tuple(Measured(at_ms=at * minute, percent=each) for at, each in enumerate(percents) if each is not None)

    machines = (
        MachineUse(
            instance_id="i-2",
            instance_type="r5.2xlarge",
            role="core",
            started_ms=0,
            ended_ms=5 * minute,
            cpu=values(20.0, 80.0, None, 60.0),
            memory=values(40.0, 61.0, None, 55.0),
            disk=values(12.0, 12.0, None, 12.5),
        ),
        MachineUse(instance_id="i-1", instance_type="m5.xlarge", role="primary", started_ms=0, ended_ms=5 * minute),
    )
    file = folder / "machines.json.gz"
    file.write_bytes(MachineMetrics(cluster_id="j-1", machines=machines).to_bytes())
    return str(file)


def test_machines_are_told_drawn_and_kept(workspace: Workspace, airlines: Materialisation, tmp_path: Path) -> None:
    log = EventLog(location=str(LOG), machine_metrics=measured(tmp_path))

    done = with_utilisation(workspace, TABLE, on_spark(log), airlines)

    shown = utilisation_metadata(done.utilisation)
    assert shown["machines"] == "2 machines: CPU 53 % on average, memory at most 61 %, disk at most 12 %."
    svg = b64decode(re.search(r"base64,([^)]+)\)", shown["machines timeline"].value)[1])  # type: ignore[index]
    drawn = list(ElementTree.fromstring(svg).iter())
    texts = [element.text for element in drawn if element.tag.endswith("text")]
    assert [text for text in texts if text and text.split()[0] in ("primary", "core")] == [
        "primary m5.xlarge",
        "core r5.2xlarge",
    ]
    assert "reported nothing" in texts
    # A legend and two stretches: over the minute without a value nothing is drawn.
    assert sum(element.get("class") == "memory" for element in drawn) == 3
    (whole,) = [row for row in workspace.lake.read("platform.utilisation").to_pylist() if row["stage_id"] is None]
    assert whole["machines_cpu_share"] == pytest.approx((0.2 + 0.8 + 0.6) / 3)
    assert (whole["machines_memory_peak"], whole["machines_disk_peak"]) == (0.61, 0.125)


def test_machines_are_told_without_a_log_and_a_log_without_machines(telling: Workspace, tmp_path: Path) -> None:
    nowhere = str(tmp_path / "nowhere")
    log = EventLog(location=nowhere, machine_metrics=measured(tmp_path))
    note_attempt(telling, TABLE, None, FailedAttempt(kind="spot_loss", event_log=log))
    note_attempt(
        telling,
        TABLE,
        None,
        FailedAttempt(kind="spot_loss", event_log=EventLog(location=str(LOG), machine_metrics=nowhere)),
    )

    (_, lost), (_, unmeasured) = telling.show_attempt.heard  # type: ignore[attr-defined]
    assert utilisation_metadata(lost)["machines"].startswith("2 machines: CPU 53 %")
    assert "There is no Spark event log" in utilisation_metadata(lost)["utilisation"]
    assert utilisation_metadata(unmeasured)["machines"].startswith("not known: ")
    assert utilisation_metadata(unmeasured)["advice"] == 2


class Telling:
    """Keeps what a workspace shows of attempts that published nothing."""

    def __init__(self) -> None:
        self.heard: list[tuple[FailedAttempt, UtilisationReport]] = []

    def __call__(self, attempt: FailedAttempt, report: UtilisationReport) -> None:
        self.heard.append((attempt, report))


@pytest.fixture
def telling(workspace: Workspace) -> Workspace:
    """A workspace whose ``show_attempt`` keeps what it is told."""
    return replace(workspace.for_run("run-1"), show_attempt=Telling())


def outcomes(workspace: Workspace) -> list[tuple[int | None, str | None]]:
    """Attempt and outcome of each row of a whole job."""
    rows = workspace.lake.read("platform.utilisation").to_pylist()
    return sorted((row["attempt"], row["outcome"]) for row in rows if row["stage_id"] is None)


def test_a_lost_attempt_is_kept_beside_the_one_that_published(
    telling: Workspace, airlines: Materialisation, tmp_path: Path
) -> None:
    lost = shutil.copy(LOG, tmp_path / "lost_log")
    attempt = FailedAttempt(kind="spot_loss", event_log=EventLog(location=str(lost), usd_per_core_hour=0.06))

    for _ in range(2):
        note_attempt(telling, TABLE, None, attempt)
    with_utilisation(telling, TABLE, on_spark(EventLog(location=str(LOG), attempt=2)), airlines)

    assert outcomes(telling) == [(1, "spot_loss"), (2, "published")]
    told, report = telling.show_attempt.heard[-1]  # type: ignore[attr-defined]
    assert told == attempt
    assert {each.kind for each in report.advice} == {"losing_executors", "spilling"}
    assert utilisation_metadata(report)["advice"] == 2


def test_a_table_of_before_gets_the_new_columns(telling: Workspace, airlines: Materialisation) -> None:
    added = ("attempt", "outcome", "machines_cpu_share", "machines_memory_peak", "machines_disk_peak")
    older = replace(UTILISATION, columns=tuple(each for each in UTILISATION.columns if each.name not in added))
    done = with_utilisation(telling.for_run("run-0"), TABLE, on_spark(EventLog(location=str(LOG))), airlines)
    assert done.utilisation is not None
    rows = telling.lake.read("platform.utilisation").drop_columns(list(added))
    before = replace(telling, lake=type(telling.lake)(telling.reports.parent / "older"))
    before.lake.publish_rows(older, WHOLE_TABLE, rows, {})

    note_attempt(before, TABLE, None, FailedAttempt(kind="timeout", event_log=EventLog(location=str(LOG))))

    found = before.lake.read("platform.utilisation").to_pylist()
    assert {(row["run_id"], row["attempt"], row["outcome"]) for row in found} == {
        ("run-0", None, None),
        ("run-1", 1, "timeout"),
    }
    assert len(found) == 2 * rows.num_rows


def test_an_attempt_without_a_log_is_nothing_to_tell_and_a_broken_log_is(telling: Workspace, tmp_path: Path) -> None:
    broken = tmp_path / "application_1"
    broken.write_text("{}\n")

    note_attempt(
        telling, TABLE, None, FailedAttempt(kind="bootstrap", event_log=EventLog(location=str(tmp_path / "x")))
    )
    note_attempt(telling, TABLE, None, FailedAttempt(kind="data", event_log=EventLog(location=str(broken))))

    ((told, report),) = telling.show_attempt.heard  # type: ignore[attr-defined]
    assert told.kind == "data"
    assert "Line 1 of" in utilisation_metadata(report)["utilisation"]
    assert not telling.lake.exists("platform.utilisation")


def test_without_dagster_the_log_says_what_an_attempt_made_of_its_machines(
    workspace: Workspace, caplog: pytest.LogCaptureFixture
) -> None:
    note_attempt(workspace, TABLE, None, FailedAttempt(kind="user_code", event_log=EventLog(location=str(LOG))))

    assert "Attempt 1 published nothing (user_code).\n2 executors with 4 cores; busy" in caplog.text
    assert "spilled 100.0 MiB" in caplog.text


class Logging(EmbeddedEngine):
    """The embedded engine, with an event log of before."""

    def run(self, job: Job, failed: FailedListener = tell_nobody) -> JobResult:
        return super().run(job, failed).model_copy(update={"event_log": EventLog(location=str(LOG))})


def test_a_job_whose_rows_are_refused_is_kept_too(
    telling: Workspace, product: Product, deliver_some: Callable[..., list[Path]]
) -> None:
    deliver_some(telling.landing, "2013-01")
    file = telling.landing / "airlines.csv"
    file.write_text(file.read_text() + file.read_text().splitlines()[1] + "\n")

    with pytest.raises(Refused):
        materialise_dataset(replace(telling, engine=Logging()), product, "airlines", None)

    assert outcomes(telling) == [(1, "not_published")]


@pytest.mark.spark
def test_a_job_that_fails_on_spark_of_this_machine_is_kept_and_fails_as_it_did(
    spark: SparkEngine, telling: Workspace, tmp_path: Path
) -> None:
    output = Output(location=str(tmp_path / "staged"), columns=[("number", "bigint")])
    job = Job(name="count", function="emr_jobs:counted_in_vain", output=output)

    with pytest.raises(JobFailed, match="ZeroDivisionError"):
        run_job_for(replace(telling, engine=spark), TABLE, "2013-01", job)

    rows = telling.lake.read("platform.utilisation").to_pylist()
    assert {(row["partition"], row["attempt"], row["outcome"]) for row in rows} == {("2013-01", 1, "failed")}
    assert sum(row["tasks"] for row in rows if row["stage_id"] is not None) > 0
    assert len(telling.show_attempt.heard) == 1  # type: ignore[attr-defined]


@pytest.mark.spark
def test_a_listener_that_breaks_does_not_hide_why_a_job_failed(
    spark: SparkEngine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    output = Output(location=str(tmp_path / "staged"), columns=[("number", "bigint")])

    def broken(attempt: FailedAttempt) -> None:
        raise RuntimeError("the lake is out of reach")

    with pytest.raises(JobFailed, match="ZeroDivisionError"):
        spark.run(Job(name="count", function="emr_jobs:counted_in_vain", output=output), broken)

    assert "Job 'count': what it made of this machine could not be noted" in caplog.text


@pytest.mark.spark
def test_a_dataset_made_on_spark_of_this_machine_tells_its_own_part(
    spark: SparkEngine,
    workspace_at: Callable[[Path, Engine], Workspace],
    product: Product,
    deliver_some: Callable[..., list[Path]],
    tmp_path: Path,
) -> None:
    workspace = workspace_at(tmp_path, spark)
    deliver_some(workspace.landing, "2013-01")

    first = materialise_dataset(workspace, product, "airlines", None)
    second = materialise_dataset(workspace.for_run("again"), product, "airports", None)

    assert first.utilisation is not None
    assert second.utilisation is not None
    one, two = first.utilisation.utilisation, second.utilisation.utilisation
    assert one is not None
    assert two is not None
    # The application goes on; each job tells of its own stages alone, of all of them.
    assert one.application_id == two.application_id
    assert one.stages[-1].ended_ms <= one.ended_ms <= two.started_ms <= two.stages[0].submitted_ms
    assert all(stage.task_seconds > 0 for stage in (*one.stages, *two.stages))
    assert [executor.executor_id for executor in one.executors] == ["driver"]
    rows = workspace.lake.read("platform.utilisation").to_pylist()
    assert len(rows) == len(one.stages) + len(two.stages) + 2
    assert {row["table"] for row in rows} == {"flight_delay.airlines", "flight_delay.airports"}
