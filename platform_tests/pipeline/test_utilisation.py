"""What a job on Spark made of its machines is a table, and shown with what the job materialised."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import dagster as dg
import pyarrow as pa
import pytest

from platform_assets.components.utilisation import utilisation_metadata
from platform_assets.compute import EventLog, JobResult, StagedFiles
from platform_assets.compute.engines import Engine, SparkEngine
from platform_assets.lake import ColumnSpec, TableSpec
from platform_assets.lake.partitions import WHOLE_TABLE
from platform_assets.pipeline import Product, Workspace
from platform_assets.pipeline.dataset import materialise_dataset
from platform_assets.pipeline.materialisation import Materialisation
from platform_assets.pipeline.utilisation.record import with_utilisation

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
    texts = ("run_id", "table", "partition", "seconds")
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
