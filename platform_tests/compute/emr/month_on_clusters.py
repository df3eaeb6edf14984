"""A month of the product on clusters: the same tables, and nothing of a run that broke."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import dagster as dg
import pytest
from alert_channel import alert_channel

from platform_assets.components.dataset import dataset_asset
from platform_assets.components.feature_set import feature_asset
from platform_assets.components.resources import WorkspaceResource
from platform_assets.lake import Lake
from platform_assets.lake.s3 import S3Access
from platform_assets.pipeline import Product
from platform_assets.settings import Settings, load_settings

pytestmark = [pytest.mark.spark, pytest.mark.slow]

MONTH = "2013-01"
ON_CLUSTERS = ("flights", "flight_features")
HERE = ("weather", "planes", "airports", "airlines")


@pytest.fixture(scope="module")
def on_clusters(deployment, tmp_path_factory: pytest.TempPathFactory, deliver_some: Any) -> Iterator[Settings]:
    """A deployment with its lake on S3 whose jobs run on EMR unless a run says otherwise."""
    folder = tmp_path_factory.mktemp("month")
    settings = load_settings(
        {
            **deployment.environment,
            "PLATFORM_DATA": str(folder),
            "PLATFORM_WAREHOUSE": "s3://platform/lake",
            "PLATFORM_CATALOG": f"sqlite:///{folder}/catalog.db",
            "PLATFORM_S3_ENDPOINT": deployment.environment["AWS_ENDPOINT_URL_S3"],
            "PLATFORM_ENGINE": "emr",
        }
    )
    deliver_some(settings.landing, MONTH)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLATFORM_CATALOG", str(settings.catalog))
        yield settings


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, deliver_some: Any) -> Settings:
    """The same on this machine."""
    settings = load_settings({"PLATFORM_DATA": str(tmp_path_factory.mktemp("month-here"))})
    deliver_some(settings.landing, MONTH)
    return settings


def materialise(settings: Settings, product: Product, assets: tuple[str, ...], instance: Any, **tags: str) -> Any:
    """Materialise assets of a product one after the other, as a user's run does."""
    declared = [dataset_asset(product, each) for each in product.datasets.values()]
    declared += [feature_asset(product, each) for each in product.feature_sets.values()]
    deployed = dg.Definitions(
        assets=declared,
        resources={"workspace": WorkspaceResource.from_settings(settings)},
        executor=dg.in_process_executor,
    )
    for asset in assets:
        partition = MONTH if product.readable(asset).partitions else None
        done = deployed.resolve_implicit_global_asset_job_def().execute_in_process(
            instance=instance,
            asset_selection=[dg.AssetKey(asset)],
            partition_key=partition,
            tags=tags,
            raise_on_error=False,
        )
        yield done


def failures(done: Any) -> list[str]:
    """What the failed steps of runs tell."""
    return [
        event.step_failure_data.user_failure_data.description
        if event.step_failure_data.user_failure_data
        else event.step_failure_data.error.to_string()
        for each in done
        for event in each.all_events
        if event.event_type == dg.DagsterEventType.STEP_FAILURE
    ]


def rows(settings: Settings, table: str) -> list[dict[str, Any]]:
    lake = Lake(settings.warehouse, settings.catalog, S3Access(settings.s3_endpoint, settings.s3_region))
    found = lake.read(table)
    return found.sort_by(
        [(name, "ascending") for name in found.column_names if found[name].type != "binary"]
    ).to_pylist()


def test_a_month_on_clusters_gives_the_tables_of_this_machine(
    on_clusters: Settings, here: Settings, product: Product, deployment, keys: Callable[[str], list[str]]
) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        for settings, tags in ((here, {}), (on_clusters, {"platform/engine": "embedded"})):
            assert not failures(materialise(settings, product, HERE, instance, **tags))
        assert not failures(materialise(here, product, ON_CLUSTERS, instance))
        done = list(materialise(on_clusters, product, ON_CLUSTERS, instance))
        assert not failures(done)
        for name in ON_CLUSTERS:
            table = product.table(name)
            expected = rows(here, table)
            assert expected
            assert rows(on_clusters, table) == expected
        (event,) = done[-1].asset_materializations_for_node("flight_features")
        assert event.metadata["engine"].value == "emr"
        assert "cores; busy" in event.metadata["utilisation"].value
        assert re.match(r"\d+ machines: CPU \d+ % on average, memory at most", event.metadata["machines"].value)
        (seen,) = instance.fetch_observations(dg.AssetKey("flight_features"), limit=2).records
        assert seen.asset_observation.metadata["cluster"].value.startswith(
            "https://us-east-1.console.aws.amazon.com/emr/"
        )
    assert deployment.emr.running_clusters() == []


def test_a_broken_function_fails_the_run_tells_people_and_publishes_nothing(
    on_clusters: Settings, product: Product, deployment
) -> None:
    broken = replace(product, module="broken_features")
    before = rows(on_clusters, product.table("flight_features"))
    workspace = WorkspaceResource.from_settings(on_clusters)
    features = [feature_asset(broken, each) for each in broken.feature_sets.values()]
    owned = dg.Definitions(features, resources={"workspace": workspace})
    with dg.DagsterInstance.ephemeral() as instance, alert_channel(product) as channel:
        channel.tick(instance, workspace, owned)
        (done,) = materialise(on_clusters, broken, ("flight_features",), instance)
        (told,) = failures([done])
        seen = instance.fetch_observations(dg.AssetKey("flight_features"), limit=2).records
        channel.tick(instance, workspace, owned)
    assert "failed on engine 'emr' with ZeroDivisionError: division by zero" in told
    assert rows(on_clusters, product.table("flight_features")) == before
    assert deployment.emr.running_clusters() == []
    # What it made of its machines is known all the same.
    attempts = [row for row in rows(on_clusters, "platform.utilisation") if row["run_id"] == done.run_id]
    assert {(row["attempt"], row["outcome"]) for row in attempts} == {(1, "user_code")}
    assert any("utilisation timeline" in each.asset_observation.metadata for each in seen)
    (message,) = channel.server.roots
    assert "*flight_features 2013-01 failed*" in message.shown
    assert "Owner: *team:data-science*" in message.shown
    assert "|cluster>" in message.shown
    (extract,) = channel.server.files(message).values()
    assert "caused by ZeroDivisionError: division by zero\n\n--- j-" in extract
    assert "stdout.gz, from line" in extract
    assert "share = 1 / flights" in extract
