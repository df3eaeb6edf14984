"""Steps of the local EMR that run a real Spark on S3."""

from __future__ import annotations

import gzip
import io
import tarfile
from typing import TYPE_CHECKING

import pytest
from emr_requests import fleet, start, step, step_states, wait
from local_emr.access import SLOW_DOWN, Refusal

if TYPE_CHECKING:
    from local_emr import LocalEmr

pytestmark = pytest.mark.spark
BUCKET = "spark-steps"
DOUBLES = """
import os, sys
from pyspark.sql import SparkSession
from helper import doubled
spark = SparkSession.builder.getOrCreate()
source, target = sys.argv[1:]
doubled(spark.read.parquet(source)).write.parquet(target)
print("greeting", os.environ["GREETING"], open("data/words.txt").read())
print("partitions", spark.conf.get("spark.sql.shuffle.partitions"), os.environ.get("PYTHONPATH_OF_THE_TEST"))
spark.stop()
raise ValueError("after all that")
"""
HELPER = """
def doubled(frame):
    return frame.selectExpr("n * 2 as n")
"""
# Each partition takes long enough for the other executor to be lost meanwhile.
LOSES = """
import time
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
def slow(rows):
    time.sleep(1)
    return [sum(rows)]
print("both are there")
print("sum", sum(spark.sparkContext.parallelize(range(1000), 8).mapPartitions(slow).collect()), flush=True)
"""


@pytest.fixture(scope="module")
def store(local_emr: LocalEmr) -> object:
    client = local_emr.client("s3")
    client.create_bucket(Bucket=BUCKET)
    client.put_object(Bucket=BUCKET, Key="events/", Body=b"")
    return client


def test_spark_reads_and_writes_s3(local_emr: LocalEmr, store: object, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    monkeypatch.setenv("PYTHONPATH_OF_THE_TEST", "never seen by a step")
    _put(store, "code/job.py", DOUBLES.encode())
    _put(store, "code/helper.py", HELPER.encode())
    _put(store, "code/data.tar.gz", _packed("words.txt", b"from the archive"))
    numbers = io.BytesIO()
    pq.write_table(pa.table({"n": [1, 2, 3]}), numbers)
    _put(store, "in/part.parquet", numbers.getvalue())
    configurations = [
        {"Classification": "spark-defaults", "Properties": {"spark.sql.shuffle.partitions": "3"}},
        {
            "Classification": "spark-env",
            "Configurations": [{"Classification": "export", "Properties": {"GREETING": "hello"}}],
        },
    ]
    submit = ["spark-submit", "--deploy-mode", "cluster", "--py-files", f"s3://{BUCKET}/code/helper.py"]
    submit += ["--archives", f"s3://{BUCKET}/code/data.tar.gz#data", "--conf", "spark.executor.memory=48g"]
    submit += ["--conf", f"spark.eventLog.dir=s3://{BUCKET}/events", f"s3://{BUCKET}/code/job.py"]
    job = step(*submit, f"s3://{BUCKET}/in", f"s3://{BUCKET}/out")

    with local_emr.refusing(Refusal("s3", *SLOW_DOWN, share=0.1)) as refusal:
        cluster = start(local_emr, job, LogUri=f"s3://{BUCKET}/logs", Configurations=configurations)
        status = wait(local_emr, cluster)

    assert refusal.refused > 2, "S3A and boto3 try again"
    assert status["StateChangeReason"]["Code"] == "STEP_FAILURE"
    written = {key: content for key, content in _objects(store, "out/").items() if key.endswith(".parquet")}
    assert [pq.read_table(io.BytesIO(content))["n"].to_pylist() for content in written.values()] == [[2, 4, 6]]
    (found,) = local_emr.client("emr").list_steps(ClusterId=cluster)["Steps"]
    described = local_emr.client("emr").describe_step(ClusterId=cluster, StepId=found["Id"])["Step"]
    (application,) = described["AdditionalInfo"]["ResourceManagerApplicationIds"]
    logs = {key: gzip.decompress(content).decode() for key, content in _objects(store, f"logs/{cluster}/").items()}
    container = f"logs/{cluster}/containers/{application}/{application.replace('application', 'container')}_01_000001"
    assert "greeting hello from the archive" in logs[f"{container}/stdout.gz"]
    assert "partitions 3 None" in logs[f"{container}/stdout.gz"]
    driver = logs[f"{container}/stdout.gz"] + logs[f"{container}/stderr.gz"]
    assert "Traceback" in driver
    assert "ValueError: after all that" in driver
    assert "finished with failed status" in logs[f"logs/{cluster}/steps/{found['Id']}/stderr.gz"]
    assert any(key.endswith(".zstd") for key in _objects(store, "events/"))


def test_an_application_survives_the_loss_of_an_executor(local_emr: LocalEmr, store: object) -> None:
    _put(store, "code/loses.py", LOSES.encode())
    tags = {
        "local-emr:executors": "2",
        "fault:spot-loss": "executor",
        "fault:after-output": "both are there",
    }
    fleets = [fleet("MASTER", 1), fleet("CORE", spot=2)]
    job = step("spark-submit", f"s3://{BUCKET}/code/loses.py")

    cluster = start(local_emr, job, fleets=fleets, tags=tags, LogUri=f"s3://{BUCKET}/logs")

    assert wait(local_emr, cluster)["State"] == "TERMINATED"
    assert step_states(local_emr, cluster) == ["COMPLETED"]
    logs = {key: gzip.decompress(content).decode() for key, content in _objects(store, f"logs/{cluster}/").items()}
    (found,) = local_emr.client("emr").list_steps(ClusterId=cluster)["Steps"]
    assert "sum 499500" in logs[f"logs/{cluster}/steps/{found['Id']}/stdout.gz"]
    assert "Lost executor" in logs[f"logs/{cluster}/steps/{found['Id']}/stderr.gz"]
    executors = {key.split("/")[-2] for key in logs if "/containers/" in key}
    assert len(executors) >= 3, "the lost one was replaced"
    lost = local_emr.client("emr").list_instances(ClusterId=cluster, InstanceFleetType="CORE")["Instances"]
    codes = sorted(instance["Status"]["StateChangeReason"]["Code"] for instance in lost)
    assert codes == ["CLUSTER_TERMINATED", "INSTANCE_FAILURE"]


def test_an_application_that_is_not_on_s3_fails(local_emr: LocalEmr, store: object) -> None:
    cluster = start(local_emr, step("spark-submit", f"s3://{BUCKET}/code/none.py"))

    wait(local_emr, cluster)

    (found,) = local_emr.client("emr").list_steps(ClusterId=cluster)["Steps"]
    assert "none.py" in found["Status"]["FailureDetails"]["Message"]


def _put(store: object, key: str, content: bytes) -> None:
    store.put_object(Bucket=BUCKET, Key=key, Body=content)


def _objects(store: object, prefix: str) -> dict[str, bytes]:
    listed = store.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
    return {
        found["Key"]: store.get_object(Bucket=BUCKET, Key=found["Key"])["Body"].read()
        for found in listed
        if not found["Key"].endswith("/")
    }


def _packed(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()
