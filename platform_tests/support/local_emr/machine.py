"""The machine behind the clusters: what runs a step's command, with the installed Spark as the cluster's."""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_emr.bootstrap import Folders, expanded, run_actions
from local_emr.cluster import Cluster
from local_emr.execution import Execution
from local_emr.localising import Localiser, NotThere
from local_emr.step import Step
from local_emr.store import ObjectStore
from local_emr.submission import Submission, parse

INHERITED = ("PATH", "JAVA_HOME", "LANG", "LC_ALL")
PYTHONS = ("PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON")
MASTER_ENVIRONMENT = "spark.yarn.appMasterEnv."
# What speaks of YARN, or of the size of machines that this one does not have.
PASSED_OVER = (
    "spark.yarn.",
    "spark.dynamicAllocation.",
    "spark.shuffle.service.",
    "spark.master",
    "spark.driver.cores",
    "spark.driver.memory",
    "spark.executor.cores",
    "spark.executor.instances",
    "spark.executor.memory",
)
# A step is short: compiling its code well, and collecting garbage on many threads, does not pay.
JAVA_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
FAILS = ("bash", "-c", 'echo "$0" >&2; exit 1')


@dataclass(frozen=True)
class Machine:
    """Where steps run: folders below ``scratch``, Spark with ``jars`` for S3, objects from ``store``."""

    scratch: Path
    store: ObjectStore
    jars: Path
    # The store of the gateway knows a cluster by its access key; another store has its own.
    own_store: bool
    endpoint: str

    def run(self, cluster: Cluster, step: Step) -> Execution:
        """Start a step's command in the folder of its container."""
        from botocore.exceptions import ClientError

        container = self.scratch / cluster.id / step.id
        (container / "tmp").mkdir(parents=True)
        environment = self._environment(cluster, container)
        try:
            command = self._command(cluster, step, container, environment)
        except (NotThere, ValueError, ClientError) as error:
            command = [*FAILS, str(error)]
        return Execution(command, container, environment)

    def bootstrap(self, cluster: Cluster) -> Iterator[Execution]:
        """Start the cluster's bootstrap actions, one after the other."""
        return run_actions(cluster, self.scratch, self.store, self._own_environment(cluster))

    def cloudwatch(self) -> Any:
        """The client of CloudWatch by which machines report."""
        return dataclasses.replace(self.store, endpoint=self.endpoint).client("cloudwatch")

    def spark_home(self, cluster: Cluster, step: Step) -> Path:
        """Spark for one step: links to the installed one, so that executors write their logs here."""
        import pyspark

        home = self.scratch / cluster.id / f"{step.id}-spark"
        if not home.exists():
            home.mkdir(parents=True)
            for entry in Path(pyspark.__file__).parent.iterdir():
                (home / entry.name).symlink_to(entry)
        return home

    def _command(self, cluster: Cluster, step: Step, container: Path, environment: dict[str, str]) -> list[str]:
        if cluster.faults.step == "fails":
            return [*FAILS, "Command exiting with ret '1'"]
        if step.arguments[0] != "spark-submit":
            return step.arguments
        submission = parse(step.arguments[1:], dict(_configured(cluster, "spark-defaults")))
        home = self.spark_home(cluster, step)
        environment["SPARK_HOME"] = str(home)
        if submission.on_cluster:
            environment.update(_starting_with(submission.properties, MASTER_ENVIRONMENT))
        environment.update({name: _absolute(environment[name], container) for name in PYTHONS if name in environment})
        return [str(home / "bin" / "spark-submit"), *self._options(cluster, submission, container)]

    def _options(self, cluster: Cluster, submission: Submission, container: Path) -> Iterator[str]:
        localiser = Localiser(container, self._cache(), self.store)
        if "--archives" in submission.options:
            localiser.archives(submission.options["--archives"])
        for name in ("--py-files", "--files", "--jars"):
            if name in submission.options:
                yield from (name, localiser.files(submission.options[name]))
        for name in ("--name", "--class", "--packages", "--repositories"):
            if name in submission.options:
                yield from (name, submission.options[name])
        executors = cluster.faults.executors
        yield from ("--master", f"local-cluster[{executors},1,1024]" if executors else "local[2]")
        yield from ("--driver-memory", "1g")
        folders = Folders.of(cluster, self.scratch)
        properties = {**self._properties(cluster, container), **_kept(submission.properties, container, folders)}
        for key, value in properties.items():
            yield from ("--conf", f"{key}={value}")
        yield localiser.file(submission.application)
        yield from submission.arguments

    def _properties(self, cluster: Cluster, container: Path) -> dict[str, str]:
        """What the cluster sets and a step may change."""
        events = container / "tmp" / "events"
        events.mkdir()
        jars = f"{self.jars}/*"
        access_key, secret_key = self._keys(cluster)
        s3a = {
            "impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
            "endpoint": self.store.endpoint,
            "endpoint.region": self.store.region,
            "path.style.access": "true",
            "access.key": access_key,
            "secret.key": secret_key,
        }
        return {
            "spark.hadoop.fs.s3.impl": s3a["impl"],
            "spark.hadoop.fs.AbstractFileSystem.s3.impl": "org.apache.hadoop.fs.s3a.S3A",
            **{f"spark.hadoop.fs.s3a.{name}": value for name, value in s3a.items()},
            "spark.driver.extraClassPath": jars,
            "spark.executor.extraClassPath": jars,
            "spark.driver.host": "127.0.0.1",
            "spark.driver.defaultJavaOptions": JAVA_OPTIONS,
            "spark.executor.defaultJavaOptions": JAVA_OPTIONS,
            "spark.executor.memory": "512m",
            "spark.ui.enabled": "false",
            "spark.eventLog.enabled": "true",
            "spark.eventLog.dir": events.as_uri(),
        }

    def _environment(self, cluster: Cluster, container: Path) -> dict[str, str]:
        own = {
            **self._own_environment(cluster),
            "HOME": str(container),
            "TMPDIR": str(container / "tmp"),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "PYSPARK_PYTHON": sys.executable,
        }
        folders = Folders.of(cluster, self.scratch)
        exported = dict(_configured(cluster, "spark-env", "export"))
        return own | {name: folders.within(expanded(text.strip("\"'"), own)) for name, text in exported.items()}

    def _own_environment(self, cluster: Cluster) -> dict[str, str]:
        """What every process of the machine finds."""
        access_key, secret_key = self._keys(cluster)
        return {
            **{name: os.environ[name] for name in INHERITED if name in os.environ},
            "USER": "hadoop",
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ENDPOINT_URL_S3": self.store.endpoint,
            "AWS_DEFAULT_REGION": self.store.region,
            "AWS_REGION": self.store.region,
            "AWS_ACCESS_KEY_ID": access_key,
            "AWS_SECRET_ACCESS_KEY": secret_key,
            "AWS_REQUEST_CHECKSUM_CALCULATION": "WHEN_REQUIRED",
        }

    def _keys(self, cluster: Cluster) -> tuple[str, str]:
        return (cluster.access_key if self.own_store else self.store.access_key), self.store.secret_key

    def _cache(self) -> Path:
        cache = self.scratch / "archives"
        cache.mkdir(exist_ok=True)
        return cache


def _configured(cluster: Cluster, name: str, inner: str = "") -> Iterator[tuple[str, str]]:
    """The properties of a classification, or of one within it."""
    for configuration in cluster.request.get("Configurations", []):
        if configuration.get("Classification") == name:
            nested: list[Mapping[str, Any]] = configuration.get("Configurations", [])
            wanted = [found for found in nested if found["Classification"] == inner] if inner else [configuration]
            for found in wanted:
                yield from found.get("Properties", {}).items()


def _kept(properties: Mapping[str, str], container: Path, folders: Folders) -> dict[str, str]:
    return {
        key: _absolute(value, container) if key.endswith((".python", *PYTHONS)) else folders.within(value)
        for key, value in properties.items()
        if not key.startswith(PASSED_OVER)
    }


def _starting_with(properties: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {key.removeprefix(prefix): value for key, value in properties.items() if key.startswith(prefix)}


def _absolute(python: str, container: Path) -> str:
    """Executors of their own run in other folders."""
    return str(container / python) if python.startswith("./") else python
