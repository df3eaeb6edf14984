"""A job is plain data that can be sent anywhere; running it stages files, and says clearly why it could not."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from platform_assets.compute import Job, JobResult, Output, TableInput, run_job
from platform_assets.compute.engines import EmbeddedEngine, Engine, SparkEngine
from platform_assets.compute.errors import EngineUnavailable, JobFailed
from platform_assets.compute.job import TimeFilter
from platform_assets.pipeline import Product, Workspace
from platform_assets.pipeline.dataset import materialise_dataset
from platform_assets.pipeline.feature_set import feature_job, materialise_features

LABELS = "platform_assets.defs.flight_delay.features:flight_labels"
FEBRUARY = TimeFilter(column="time_hour", start="2013-02-01T00:00:00+00:00", end="2013-03-01T00:00:00+00:00")
COLUMNS = [("time_hour", "timestamp"), ("flight", "int"), ("late", "int")]


@pytest.fixture
def flights(tmp_path: Path) -> str:
    """Three flights, of the last hour of January, of February, and of the first hour of March."""
    hours = [datetime(2013, 1, 31, 23), datetime(2013, 2, 28, 23), datetime(2013, 3, 1, 0)]
    rows = pa.table(
        {
            "time_hour": pa.array([hour.replace(tzinfo=UTC) for hour in hours], pa.timestamp("us", tz="UTC")),
            "carrier": ["AA"] * 3,
            "flight": pa.array([3, 2, 1], pa.int32()),
            "origin": ["JFK"] * 3,
            "arr_delay": pa.array([16, 15, None], pa.int32()),
        }
    )
    path = tmp_path / "flights.parquet"
    pq.write_table(rows, path)
    return str(path)


@pytest.fixture
def labelling(flights: str, tmp_path: Path) -> Callable[..., Job]:
    """The job that labels the three flights, with fields replaced."""

    def build(window: TimeFilter | None = None, sort_by: list[str] | None = None, **changes: Any) -> Job:
        columns = ["time_hour", "carrier", "flight", "origin", "arr_delay"]
        values: dict[str, Any] = {
            "name": "label",
            "function": LABELS,
            "inputs": {"flights": TableInput(files=[flights], columns=columns, window=window)},
            "output": Output(location=str(tmp_path / "staged"), columns=COLUMNS, sort_by=sort_by or []),
        }
        return Job(**{**values, **changes})

    return build


def staged(result: JobResult) -> list[dict[str, Any]]:
    return [row for file in result.staged.files for row in pq.read_table(file).to_pylist()]


def test_a_job_stages_the_rows_of_its_function_in_the_declared_types_and_order(
    embedded: Engine, labelling: Callable[..., Job]
) -> None:
    result = run_job(labelling(sort_by=["flight"]), embedded)

    assert [(row["flight"], row["late"]) for row in staged(result)] == [(1, None), (2, 0), (3, 1)]
    (file,) = result.staged.files
    assert pq.read_schema(file).names == [name for name, _ in COLUMNS]
    assert (result.job, result.engine, result.audit, result.staged.refused_files) == ("label", "embedded", {}, [])
    assert result.seconds > 0


def test_an_input_is_narrowed_to_its_window(embedded: Engine, labelling: Callable[..., Job]) -> None:
    assert [row["flight"] for row in staged(run_job(labelling(window=FEBRUARY), embedded))] == [2]


def test_an_output_is_narrowed_to_its_window(embedded: Engine, labelling: Callable[..., Job], tmp_path: Path) -> None:
    narrow = Output(location=str(tmp_path / "narrow"), columns=COLUMNS, window=FEBRUARY)

    assert [row["flight"] for row in staged(run_job(labelling(output=narrow), embedded))] == [2]


@pytest.mark.parametrize(
    ("function", "cause"),
    [
        (
            "platform_assets.defs.flight_delay.features:flight_lables",
            "AttributeError: module 'platform_assets.defs.flight_delay.features' has no attribute 'flight_lables'",
        ),
        ("platform_assets.nowhere:f", "ModuleNotFoundError: No module named 'platform_assets.nowhere'"),
    ],
)
def test_an_unknown_function_is_named(
    embedded: Engine, labelling: Callable[..., Job], function: str, cause: str
) -> None:
    with pytest.raises(JobFailed) as error:
        run_job(labelling(function=function), embedded)

    assert str(error.value).startswith(f"Job 'label' failed on engine 'embedded' with {cause}")
    assert str(error.value).endswith(
        ". Nothing was published. The full cause is in the log; correct the function or the input and run again."
    )


def test_a_function_that_breaks_is_told_with_its_cause_and_stages_nothing(
    embedded: Engine, labelling: Callable[..., Job], flights: str, tmp_path: Path
) -> None:
    short = {"flights": TableInput(files=[flights], columns=["time_hour", "carrier", "flight", "origin"])}

    with pytest.raises(JobFailed, match="arr_delay") as error:
        run_job(labelling(inputs=short), embedded)

    assert error.value.__cause__ is not None
    assert not (tmp_path / "staged").exists()


def test_every_job_survives_as_text(labelling: Callable[..., Job]) -> None:
    job = labelling(
        window=FEBRUARY,
        sort_by=["flight"],
        parameters={"threshold": 15, "names": ["a"], "window": None},
        audit="package.module:audit",
        audit_parameters={"contract": {"name": "x"}},
    )

    assert Job.model_validate_json(job.model_dump_json()) == job


def test_a_field_that_a_job_does_not_know_is_refused(labelling: Callable[..., Job]) -> None:
    with pytest.raises(ValueError, match="Extra inputs are not permitted"):
        labelling(priority=1)


def test_the_features_job_gives_the_same_rows_after_a_journey_as_text(
    workspace: Workspace, product: Product, deliver_some: Callable[..., list[Path]]
) -> None:
    deliver_some(workspace.landing, "2013-01")
    for name, partition in (("flights", "2013-01"), ("weather", "2013-01"), ("planes", None), ("airports", None)):
        materialise_dataset(workspace, product, name, partition)
    here = materialise_features(workspace, product, "flight_features", "2013-01")
    sent = feature_job(workspace, product, "flight_features", "2013-01").model_dump_json()

    result = JobResult.model_validate_json(run_job(Job.model_validate_json(sent), workspace.engine).model_dump_json())

    # What a partition is compared with lies in the lake, so the step that publishes adds those answers.
    local = here.report.model_dump(mode="json")
    audited = {check["name"] for check in result.audit["checks"]}
    assert result.audit == {**local, "checks": [check for check in local["checks"] if check["name"] in audited]}
    keys = [(name, "ascending") for name in product.feature_sets["flight_features"].keys]
    there = pa.concat_tables([pq.read_table(file) for file in result.staged.files])
    published = workspace.lake.read("flight_delay.flight_features")
    assert there.cast(published.schema).sort_by(keys).equals(published.sort_by(keys))


def test_apache_spark_without_java_says_what_to_do(
    labelling: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("SPARK_CONNECT_MODE_ENABLED", "1")

    with pytest.raises(EngineUnavailable) as error:
        run_job(labelling(), SparkEngine())

    assert str(error.value) == (
        "Engine 'spark' cannot run here: Apache Spark needs Java and there is none on PATH. "
        "Run 'make java', or use 'embedded'."
    )


def test_all_handles_share_one_session_and_work_again_after_a_stop(embedded: EmbeddedEngine) -> None:
    other = EmbeddedEngine()
    before = embedded.session
    assert other.session is before

    other.stop()

    assert embedded.session is not before
    assert embedded.session.range(2).count() == 2
