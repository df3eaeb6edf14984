"""The environment decides where the lake is; everything else follows from the data folder."""

import gc
import os
from pathlib import Path

import pytest

from platform_assets.components.resources import WorkspaceResource
from platform_assets.compute.engines.ladder import Rung
from platform_assets.lake.catalog import open_catalog
from platform_assets.lake.s3 import S3Access
from platform_assets.notebook import open_lake
from platform_assets.settings import LOOK_AFTER, SettingsError, collect_garbage_rarely, load_settings, use_s3_server

ON_S3 = {
    "PLATFORM_WAREHOUSE": "s3://bucket/lake",
    "PLATFORM_CATALOG": "postgresql://someone:secret@host/lake",
    "PLATFORM_S3_ENDPOINT": "http://127.0.0.1:9000",
    "AWS_REGION": "eu-west-1",
}


def test_the_lake_is_in_the_data_folder_unless_the_environment_says_otherwise(tmp_path: Path) -> None:
    here = open_lake(load_settings({"PLATFORM_DATA": str(tmp_path)}))
    there = open_lake(load_settings(ON_S3))

    assert (here.store.root, here.store.s3) == (str(tmp_path / "lake"), S3Access())
    assert (there.store.root, there.store.s3) == ("s3://bucket/lake", S3Access("http://127.0.0.1:9000", "eu-west-1"))


def test_glue_is_asked_in_the_region_of_the_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    # boto3 reads AWS_DEFAULT_REGION and its own files, but not AWS_REGION.
    for name in ("AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    lake = open_lake(
        load_settings({"PLATFORM_WAREHOUSE": "s3://b/l", "PLATFORM_CATALOG": "glue", "AWS_REGION": "eu-west-1"})
    )

    assert open_catalog("glue", lake.store).glue.meta.region_name == "eu-west-1"


def test_the_resource_of_a_step_has_the_same_settings_and_does_not_show_the_catalogs_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in ON_S3.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()

    resource = WorkspaceResource.from_settings(settings)

    assert "secret" not in str(resource.model_dump())
    assert resource.settings == resource.process_config_and_initialize().settings == settings


def test_the_environment_says_which_engines_auto_may_choose() -> None:
    settings = load_settings({"PLATFORM_ENGINE": "auto", "PLATFORM_AUTO_ENGINES": "embedded:2GiB; spark"})

    assert (settings.engine, settings.ladder.rungs) == ("auto", (Rung("embedded", 2 * 2**30), Rung("spark")))
    assert load_settings({}).ladder.rungs == (Rung("embedded"),)


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        (
            {"PLATFORM_ENGINE": "sparkle"},
            "PLATFORM_ENGINE=sparkle is not known. Set it to one of: embedded, spark, emr, auto.",
        ),
        (
            {"PLATFORM_AUTO_ENGINES": "embedded; emr"},
            "PLATFORM_AUTO_ENGINES: The engines for 'auto', 'embedded; emr', cannot be used: embedded has no limit, so "
            "that what follows is never chosen. Write them as in 'embedded:2GiB,15min,60%; spark:20GiB; emr'.",
        ),
    ],
)
def test_engines_that_there_are_not_are_refused_as_settings(variables: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError) as error:
        load_settings(variables)

    assert str(error.value) == told


def test_a_deployment_has_a_name_of_its_own() -> None:
    assert load_settings({}).deployment == "local"
    settings = load_settings({"PLATFORM_DEPLOYMENT": "team-a-2"})
    assert settings.deployment == WorkspaceResource.from_settings(settings).settings.deployment == "team-a-2"


@pytest.mark.parametrize("name", ["", "Team", "2nd", "a b", "a_b", "x" * 41, "a\n"])
def test_a_name_that_cannot_be_part_of_a_clusters_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match=r"PLATFORM_DEPLOYMENT=[\s\S]* lower-case letters, digits and hyphens"):
        load_settings({"PLATFORM_DEPLOYMENT": name})


def test_every_s3_client_is_told_of_a_server_of_ones_own_and_what_the_user_set_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ALLOW_HTTP", "AWS_REQUEST_CHECKSUM_CALCULATION"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_REGION", "mine")

    use_s3_server("http://127.0.0.1:9000")

    assert os.environ["AWS_ENDPOINT_URL"] == "http://127.0.0.1:9000"
    assert os.environ["AWS_ALLOW_HTTP"] == "true"
    assert os.environ["AWS_REGION"] == "mine"


def test_garbage_is_looked_for_rarely_unless_the_process_chose_so() -> None:
    before = gc.get_threshold()
    try:
        for chosen, kept in ((700, LOOK_AFTER), (0, 0), (500_000, 500_000)):
            gc.set_threshold(chosen)
            collect_garbage_rarely()
            assert gc.get_threshold()[0] == kept
    finally:
        gc.set_threshold(*before)
