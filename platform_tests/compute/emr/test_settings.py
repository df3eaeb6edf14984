from pathlib import Path

import pytest
import yaml

from platform_assets.compute.emr.errors import EmrSettingsWrong
from platform_assets.compute.emr.settings import load_emr_settings

SMALLEST = "region: eu-central-1\nstaging: s3://bucket/platform\n"


def write(folder, text):
    file = folder / "emr.yaml"
    file.write_text(text)
    return file


def test_two_lines_are_enough(tmp_path):
    settings = load_emr_settings(write(tmp_path, SMALLEST))
    assert settings.region == "eu-central-1"
    assert settings.timeouts.seconds("bootstrap") == 1200
    assert settings.policy.on_demand_shares == (0.25, 0.5, 1.0)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("region: [", "it is no YAML"),
        ("region: mars\nstaging: s3://b/p\n", "region is not valid"),
        ("region: us-east-1\nstaging: /tmp\n", "staging is not valid"),
        (SMALLEST + "relaese: emr-7.13.0\n", "relaese is not valid"),
        (SMALLEST + "timeouts: {step: 0}\n", "timeouts.step is not valid"),
        (SMALLEST + "need: {cores: 0, memory_gib_per_core: 4}\n", "need.cores is not valid"),
        (SMALLEST + "tags: {'platform:run': x}\n", "are set for you"),
        (SMALLEST + "subnets: {us-east-1a: subnet-1}\n", "such as eu-central-1a, not us-east-1a"),
        (SMALLEST + "subnets: {subnet-1: eu-central-1a}\n", "such as eu-central-1a, not subnet-1"),
        (SMALLEST + "timeouts: {provisioning: 15}\n", "timeouts.provisioning has to be more than 15 minutes"),
        (SMALLEST + "policy: {spot_timeout_minutes: 30}\n", "more than 35 minutes"),
        (SMALLEST + "poll_seconds: 120\n", "silent_minutes has to be at least 12 with poll_seconds 120"),
        (SMALLEST + "release: emr-7.0.0\n", "metrics of machines need release emr-7.1.0 or later, not emr-7.0.0"),
        ("- region\n", "the whole is not valid"),
    ],
)
def test_a_wrong_file_is_refused_with_field_and_remedy(tmp_path, text, names):
    file = write(tmp_path, text)
    with pytest.raises(EmrSettingsWrong, match=names) as refused:
        load_emr_settings(file)
    assert str(file) in str(refused.value)
    assert "Correct it" in str(refused.value)


def test_dagster_leaves_a_run_the_time_that_its_clusters_may_take(tmp_path):
    settings = load_emr_settings(write(tmp_path, SMALLEST))
    instance = yaml.safe_load((Path(__file__).parents[3] / "dagster.yaml").read_text())
    limits = sum(settings.timeouts.model_dump().values()) * 60
    # Room beside the clusters for building the dependencies' archive, the audit and publishing.
    assert instance["run_monitoring"]["max_runtime_seconds"] >= settings.max_attempts * limits + 3600


def test_an_older_release_does_without_metrics(tmp_path):
    assert not load_emr_settings(write(tmp_path, SMALLEST + "release: emr-6.15.0\nmetrics: false\n")).metrics


def test_a_file_that_is_missing_is_named(tmp_path):
    with pytest.raises(EmrSettingsWrong, match="there is no such file"):
        load_emr_settings(tmp_path / "emr.yaml")
