"""Engines read and stage on S3 themselves: no row passes through this machine's disk."""

from collections.abc import Callable, Iterator

import pytest
from ceph import S3Server

from platform_assets.compute import Job, Output, TableInput
from platform_assets.compute.engines import Engine
from platform_assets.lake import Lake, TableSpec, month_window
from platform_assets.settings import use_s3_server

pytestmark = pytest.mark.s3

JANUARY = month_window("2013-01", "happened")
COLUMNS = [("happened", "timestamp"), ("writer", "string"), ("number", "bigint")]


@pytest.fixture(params=["embedded", pytest.param("spark_on_s3", marks=pytest.mark.spark)])
def engine(request: pytest.FixtureRequest, s3_endpoint: S3Server) -> Iterator[Engine]:
    """Every engine in turn, told of the S3 server as a deployment tells it."""
    names = ("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ALLOW_HTTP")
    with pytest.MonkeyPatch.context() as environment:
        for name in names:
            environment.delenv(name, raising=False)
            environment.setenv(name, "")
            environment.delenv(name)
        use_s3_server(s3_endpoint.endpoint)
        yield request.getfixturevalue(request.param)


@pytest.mark.parametrize(("function", "left"), [("only_the_odd", [1, 3]), ("nothing", [])])
def test_a_job_reads_what_the_lake_planned_and_its_staged_files_are_published(
    engine: Engine,
    new_s3_lake: Callable[[], Lake],
    events: TableSpec,
    rows: Callable[..., object],
    function: str,
    left: list[int],
) -> None:
    lake = new_s3_lake()
    lake.publish_rows(events, JANUARY, rows("2013-01", "me", 5), {})  # type: ignore[arg-type]
    files = lake.plan_files(events.name, JANUARY)
    job = Job(
        name="filter",
        function=f"sample_jobs:{function}",
        inputs={"rows": TableInput(files=files, columns=[name for name, _ in COLUMNS])},
        output=Output(location=lake.new_staging(events.name), columns=COLUMNS, sort_by=["happened"]),
    )

    staged = engine.run(job).staged
    lake.publish(events, JANUARY, staged.files, {})

    assert all(file.startswith(lake.store.root) for file in staged.files)
    assert sorted(lake.read(events.name)["number"].to_pylist()) == left
