"""Machines with nothing but Python and Spark: the bootstrap action unpacks what a job needs, for driver and workers."""

from __future__ import annotations

import io
import sys
import tarfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from platform_assets.compute.emr import objects
from platform_assets.compute.emr.errors import ClusterFailed
from platform_assets.compute.emr.packages import where
from platform_assets.compute.emr.settings import EmrSettings
from platform_assets.compute.job import Job, Output

pytestmark = pytest.mark.spark

PYTHON = f"{sys.prefix}/bin/python{sys.version_info.major}.{sys.version_info.minor}"
#: What no test has on its path.
CARRIED = """
from pyspark.sql.functions import udf


@udf("bigint")
def doubled(number):
    import carried_words

    return carried_words.FACTOR * number


def numbers(session):
    return session.range(20).select(doubled("id").alias("number"))
"""
JOB = Job(
    name="count",
    function="carried_jobs:numbers",
    output=Output(location="s3://platform/staged/carried", columns=[("number", "bigint")]),
)


@pytest.fixture
def built(deployment):
    """An engine whose machines have only what the archive brings, and the archive's location."""
    changed = {"environment": "built", "python": PYTHON, "configurations": ()}
    settings = EmrSettings.model_validate({**deployment.settings.model_dump(), **changed})
    location = where(settings).environment
    yield deployment.engine(**changed, max_attempts=1), location
    deployment.s3.delete_object(**dict(zip(("Bucket", "Key"), objects.split(location), strict=True)))


def packed(**modules: str) -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for name, text in modules.items():
            entry = tarfile.TarInfo(f"./{name}.py")
            entry.size = len(text.encode())
            tar.addfile(entry, io.BytesIO(text.encode()))
    return archive.getvalue()


def test_driver_and_workers_import_what_the_archive_brought(deployment, built):
    engine, location = built
    objects.write(deployment.s3, location, packed(carried_jobs=CARRIED, carried_words="FACTOR = 2\n"))

    result = engine.run(JOB)

    staged = [pq.read_table(io.BytesIO(objects.read(deployment.s3, file))) for file in result.staged.files]
    assert sorted(pa.concat_tables(staged)["number"].to_pylist()) == list(range(0, 40, 2))
    assert engine.runs[0].failure is None


def test_an_archive_that_cannot_be_unpacked_is_a_failure_of_the_bootstrap_with_its_words(deployment, built):
    engine, location = built
    objects.write(deployment.s3, location, packed(carried_jobs=CARRIED)[:100])

    with pytest.raises(ClusterFailed, match="bootstrap"):
        engine.run(JOB)

    (run,) = engine.runs
    assert run.failure.kind == "bootstrap"
    assert run.seconds.get("step", 0) == 0
