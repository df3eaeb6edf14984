"""The jars through which Apache Spark reaches S3 fit the Spark that is installed, and are asked for where they lack."""

import importlib.util
import re
from pathlib import Path

import pytest

from platform_assets.compute.engines import SparkEngine
from platform_assets.compute.engines import spark as spark_module
from platform_assets.compute.engines.s3a import s3a_settings
from platform_assets.compute.errors import EngineUnavailable
from platform_assets.lake.s3 import S3Access

ROOT = Path(__file__).parents[2]


def test_hadoop_aws_has_the_version_of_the_hadoop_inside_pyspark() -> None:
    found = importlib.util.find_spec("pyspark")
    assert found is not None
    assert found.submodule_search_locations is not None
    (client,) = Path(found.submodule_search_locations[0], "jars").glob("hadoop-client-api-*.jar")
    version = client.stem.removeprefix("hadoop-client-api-")

    pinned = (ROOT / "requirements" / "jars.txt").read_text()

    assert f"/hadoop-aws-{version}.jar" in pinned, "see docs/guides/engines.md, Apache Spark on S3"
    assert all(re.fullmatch(r"[0-9a-f]{64}  \S+\.jar", line) for line in pinned.splitlines() if line[0] != "#")


def test_spark_without_the_jars_says_what_to_do_before_it_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spark_module, "JARS", tmp_path)
    monkeypatch.setattr(spark_module.shutil, "which", lambda program: f"/usr/bin/{program}")
    monkeypatch.setenv("SPARK_CONNECT_MODE_ENABLED", "1")

    with pytest.raises(EngineUnavailable) as error:
        _ = SparkEngine(s3=S3Access()).session

    assert str(error.value) == (
        "Engine 'spark' cannot run here: the lake is on S3, and the jars through which Apache Spark reaches it are not "
        f"in {tmp_path}. Run 'make s3a', or use 'embedded'."
    )


def test_amazons_own_s3_is_left_to_the_clients_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)

    amazon, own = s3a_settings(S3Access(region="eu-west-1")), s3a_settings(S3Access("https://s3.example.org"))

    assert set(amazon) == {
        "fs.s3.impl",
        "fs.s3a.aws.credentials.provider",
        "fs.s3a.attempts.maximum",
        "fs.s3a.endpoint.region",
    }
    assert own["fs.s3a.endpoint"] == "https://s3.example.org"
    assert own["fs.s3a.path.style.access"] == "true"
    assert "fs.s3a.signing-algorithm" not in own
    assert "fs.s3a.signing-algorithm" in s3a_settings(S3Access("http://127.0.0.1:9000"))
