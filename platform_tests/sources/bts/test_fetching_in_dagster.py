"""Fetching from Dagster: a job to start by hand, and a schedule that is off unless it is declared as enabled."""

import dataclasses
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from platform_assets.automation.fetching import fetching
from platform_assets.components.resources import WorkspaceResource
from platform_assets.pipeline import Product
from platform_assets.quality.dataset import DatasetDeclaration
from platform_assets.settings import load_settings


@pytest.fixture
def resources(tmp_path: Path) -> dict[str, Any]:
    return {"workspace": WorkspaceResource.from_settings(load_settings({"PLATFORM_DATA": str(tmp_path)}))}


@pytest.fixture
def declared(product: Product, flights: DatasetDeclaration, resources: dict[str, Any]) -> dg.Definitions:
    """The definitions with the test's server as the source of flights."""
    here = dataclasses.replace(product, datasets={**product.datasets, "flights": flights})
    return dg.Definitions.merge(fetching(here), dg.Definitions(resources=resources))


def config(*months: str) -> dict[str, Any]:
    return {"ops": {"download_flights": {"config": {"months": list(months)}}}}


def test_a_started_job_delivers_the_months_that_it_is_given(
    declared: dg.Definitions, publisher: Any, bts: Any, tmp_path: Path
) -> None:
    bts.put(publisher, "2013-01")
    bts.put(publisher, "2013-02")

    run = declared.resolve_job_def("fetch_flights").execute_in_process(run_config=config("2013-02"))

    assert run.success
    assert (tmp_path / "landing" / "flights" / "2013-02.csv").is_file()


def test_without_months_the_newest_are_fetched_and_unpublished_ones_are_no_failure(
    declared: dg.Definitions, publisher: Any, bts: Any, tmp_path: Path
) -> None:
    bts.put(publisher, "2013-09")
    bts.put(publisher, "2013-10")

    run = declared.resolve_job_def("fetch_flights").execute_in_process()

    assert run.success
    # The partitions that are declared end with January 2014; four of them are looked at.
    assert [path.name for path in (tmp_path / "landing" / "flights").iterdir()] == ["2013-10.csv"]


def test_a_month_that_was_asked_for_and_is_not_there_fails_with_the_message(declared: dg.Definitions) -> None:
    run = declared.resolve_job_def("fetch_flights").execute_in_process(
        run_config=config("2013-02"), raise_on_error=False
    )

    (failure,) = [event.event_specific_data for event in run.all_events if event.is_step_failure]
    assert not run.success
    assert "flights 2013-02 cannot be fetched" in failure.user_failure_data.description


def test_a_fetched_file_is_requested_by_the_arrival_sensor(
    declared: dg.Definitions, resources: dict[str, Any], publisher: Any, bts: Any, tmp_path: Path
) -> None:
    from platform_assets.definitions import defs

    bts.put(publisher, "2013-01")
    bts.put(publisher, "2013-02")
    declared.resolve_job_def("fetch_flights").execute_in_process(run_config=config("2013-02"))
    settled = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    os.utime(tmp_path / "landing" / "flights" / "2013-02.csv", (settled, settled))

    everything = defs()
    repository = everything.get_repository_def()
    with (
        dg.DagsterInstance.ephemeral() as instance,
        dg.build_sensor_context(instance, resources=resources, repository_def=repository) as context,
    ):
        answer = everything.resolve_sensor_def("flight_delay_arrival").evaluate_tick(context)

    requested = [(request.partition_key, request.asset_selection) for request in answer.run_requests]
    assert requested == [("2013-02", [dg.AssetKey("flights")])]


@pytest.mark.parametrize("enabled", [False, True])
def test_the_schedule_runs_by_default_only_if_it_is_declared(
    product: Product, publisher: Any, declared_at: Callable[..., DatasetDeclaration], enabled: bool
) -> None:
    flights = declared_at(product.datasets["flights"], publisher, enabled=enabled)
    (schedule,) = fetching(dataclasses.replace(product, datasets={"flights": flights})).schedules or []

    assert isinstance(schedule, dg.ScheduleDefinition)
    assert schedule.cron_schedule == "17 6 * * 1"
    assert schedule.default_status.value == ("RUNNING" if enabled else "STOPPED")


def test_the_product_as_it_is_declared_asks_nobody(product: Product) -> None:
    schedules = fetching(product).schedules or []

    assert [(schedule.name, schedule.default_status.value) for schedule in schedules] == [
        ("fetch_flights_weekly", "STOPPED")
    ]
    source = product.datasets["flights"].source
    assert source is not None
    assert source.address("2013-02") == (
        "https://transtats.bts.gov/PREZIP/On_Time_Reporting_Carrier_On_Time_Performance_1987_present_2013_2.zip"
    )
