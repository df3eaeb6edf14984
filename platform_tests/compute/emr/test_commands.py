"""``platform emr``: what a user types, and the file that the guide tells them to write."""

import inspect
import json
import re
from fnmatch import fnmatch
from pathlib import Path

import dagster as dg
import pytest
from click.testing import CliRunner

from platform_assets.cli import platform
from platform_assets.compute.emr.settings import EmrSettings, load_emr_settings
from platform_assets.compute.engines.ladder import Ladder

ROOT = Path(__file__).parents[3]
GUIDE = ROOT / "docs" / "guides" / "aws.md"


def run(words: str):
    return CliRunner().invoke(platform, words.removeprefix("platform ").split())


@pytest.fixture
def dagster_home(tmp_path, monkeypatch):
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    with dg.DagsterInstance.get():
        yield tmp_path


def test_the_code_is_sent_once_and_named(deployment):
    first, second = run("platform emr package"), run("platform emr package")
    assert first.exit_code == 0, first.output
    assert re.fullmatch(r"code: s3://platform/staging/code/[0-9a-f]{20}/platform\.zip\n", first.output)
    assert second.output == first.output


@pytest.mark.usefixtures("dagster_home")
def test_clusters_are_listed_and_reaped(deployment):
    assert "0 clusters of 'local' run." in run("platform emr list").output
    assert json.loads(run("platform emr list --json").output) == []
    assert "0 clusters were ended." in run("platform emr reap").output


def test_a_deployment_without_clusters_says_what_to_do(monkeypatch):
    monkeypatch.delenv("PLATFORM_EMR", raising=False)
    done = run("platform emr list")
    assert done.exit_code == 1
    assert "PLATFORM_EMR is not set" in done.output
    assert "docs/guides/aws.md" in done.output


def test_the_guides_settings_are_valid(tmp_path):
    (declared,) = re.findall(r"```yaml\n(region:.*?)```", GUIDE.read_text(), re.DOTALL)
    file = tmp_path / "emr.yaml"
    file.write_text(declared)
    settings = load_emr_settings(file)
    assert settings.subnets
    assert settings.timeouts.step == 120
    (ladder,) = re.findall(r"PLATFORM_AUTO_ENGINES='(.*?)'", GUIDE.read_text())
    assert [rung.engine for rung in Ladder.parse(ladder).rungs] == ["embedded", "emr"]


def test_the_policy_allows_what_is_called_and_nothing_else():
    policy = json.loads((ROOT / "infra" / "emr-policy.json").read_text())
    allowed = {action for statement in policy["Statement"] for action in statement["Action"]}
    assert not [action for action in allowed if action.endswith("*")]
    sources = "\n".join(file.read_text() for file in (ROOT / "platform_assets/compute/emr").glob("*.py"))
    asked = set(re.findall(r"(?:ask|_pages)\((?:aws, )?\"(\w+)\"", sources))
    named = {f"elasticmapreduce:{operation.title().replace('_', '')}" for operation in asked}
    assert named <= allowed | {"elasticmapreduce:TerminateJobFlows"}
    emr = {action for action in allowed if action.startswith("elasticmapreduce:")}
    # RunJobFlow with tags and with an idle timeout needs these.
    assert emr == named | {"elasticmapreduce:AddTags", "elasticmapreduce:PutAutoTerminationPolicy"}


def test_machines_may_send_their_metrics_and_the_worker_may_read_them():
    from platform_assets.compute.emr.agent import NAMESPACE

    worker, machines = (
        json.loads((ROOT / "infra" / f"emr-{each}policy.json").read_text()) for each in ("", "machine-")
    )
    source = (ROOT / "platform_assets/compute/emr/machine_metrics.py").read_text()
    asked = {f"cloudwatch:{name.title().replace('_', '')}" for name in re.findall(r'get_paginator\("(\w+)"\)', source)}
    allowed = {action for each in worker["Statement"] for action in each["Action"]}
    assert asked == {action for action in allowed if action.startswith("cloudwatch:")}
    (sending,) = [each for each in machines["Statement"] if "cloudwatch:PutMetricData" in each["Action"]]
    assert sending["Condition"] == {"StringEquals": {"cloudwatch:namespace": NAMESPACE}}


def test_the_worker_may_do_in_glue_what_the_catalog_asks():
    from pyiceberg.catalog import glue

    policy = json.loads((ROOT / "infra" / "emr-policy.json").read_text())
    allowed = {action for statement in policy["Statement"] for action in statement["Action"]}
    asked = set(re.findall(r"self\.glue\.((?:get|create|update|delete)_\w+)\(", inspect.getsource(glue)))
    # The lake neither changes nor drops a namespace.
    asked -= {"update_database", "delete_database"}
    assert {f"glue:{operation.title().replace('_', '')}" for operation in asked} <= allowed


def test_the_roles_that_are_handed_on_are_those_of_the_guide():
    policy = json.loads((ROOT / "infra" / "emr-policy.json").read_text())
    (handed,) = [each for each in policy["Statement"] if each["Action"] == ["iam:PassRole"]]
    assert {arn.rpartition("/")[2] for arn in handed["Resource"]} == {"EMR_DefaultRole", "MACHINE_ROLE"}
    assert "create-role --role-name MACHINE_ROLE" in GUIDE.read_text()
    assert "instance_profile: MACHINE_ROLE" in GUIDE.read_text()


def test_machines_write_only_where_a_job_writes():
    from platform_assets.compute.emr.identity import Attempt, Identity
    from platform_assets.compute.emr.request import Places
    from platform_assets.lake import Lake
    from platform_assets.lake.s3 import S3Access

    policy = json.loads((ROOT / "infra" / "emr-machine-policy.json").read_text())
    writing = [each for each in policy["Statement"] if "s3:PutObject" in each["Action"]]
    patterns = [arn for statement in writing for arn in statement["Resource"]]

    def may_write(location: str) -> bool:
        return any(fnmatch(location.replace("s3://bucket/", "arn:aws:s3:::BUCKET/"), pattern) for pattern in patterns)

    settings = EmrSettings(region="us-east-1", staging="s3://bucket/staging")
    places = Places.of(settings, Attempt(Identity("local", "run", "flights"), "abcd", "ef01", 1))
    staged = Lake("s3://bucket/lake", "glue", S3Access(region="us-east-1")).new_staging("shop.orders")
    assert all(map(may_write, (places.result, f"{places.messages}/1.json", f"{places.logs}/j-1/x", f"{staged}/part-0")))
    table = staged.rpartition("/data/")[0]
    assert not any(map(may_write, (f"{table}/metadata/1.metadata.json", "s3://bucket/staging/code/x.zip")))
