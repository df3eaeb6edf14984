"""``platform data`` on a table that Dagster runs published: what people see, and what Dagster knows afterwards."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from platform_assets.cli import platform
from platform_assets.components.resources import MlflowResource, WorkspaceResource
from platform_assets.lake import Lake
from platform_assets.lake.rollback import Restored, Rollback
from platform_assets.pipeline.product import DEFS_FOLDER
from platform_assets.quality.profile_table import read_profile
from platform_assets.settings import load_settings

MONTH = "2013-02"
TABLE = "flight_delay.flights"
Deployment = tuple[Path, dg.DagsterInstance, Callable[[int], dg.ExecuteInProcessResult]]
Platform = Callable[..., Result]


@pytest.fixture(scope="module")
def deployment(
    tmp_path_factory: pytest.TempPathFactory, deliver_some: Callable[..., list[Path]]
) -> Iterator[Deployment]:
    """Flights of a month, published by two runs: 60 rows, corrected to 40. Gives a function that delivers once more."""
    folder = tmp_path_factory.mktemp("deployment")
    home = folder / "dagster"
    home.mkdir()
    settings = load_settings({"PLATFORM_DATA": str(folder)})
    resources = {
        "workspace": WorkspaceResource.from_settings(settings),
        "mlflow_tracking": MlflowResource(tracking_uri=settings.tracking_uri),
    }
    declared = dg.load_from_defs_folder(path_within_project=DEFS_FOLDER)
    job = dg.Definitions.merge(declared, dg.Definitions(resources=resources)).resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.local_temp(str(home)) as instance:

        def publish(rows: int) -> dg.ExecuteInProcessResult:
            deliver_some(settings.landing, MONTH, rows=rows)
            selection = [dg.AssetKey("flights")]
            return job.execute_in_process(instance=instance, asset_selection=selection, partition_key=MONTH)

        for rows in (60, 40):
            assert publish(rows).success
        yield folder, instance, publish


@pytest.fixture
def run(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> Platform:
    """Runs ``platform data ...`` in the deployment."""
    folder, _, _ = deployment
    monkeypatch.setenv("PLATFORM_DATA", str(folder))
    monkeypatch.setenv("DAGSTER_HOME", str(folder / "dagster"))

    def invoke(*arguments: str, answer: str | None = None) -> Result:
        return CliRunner().invoke(platform, ["data", *arguments], input=answer)

    return invoke


def answered(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def flights_events(instance: dg.DagsterInstance) -> list[dg.AssetMaterialization]:
    records = instance.fetch_materializations(dg.AssetKey("flights"), limit=100).records
    return [record.asset_materialization for record in records if record.asset_materialization]


def test_history_lists_every_publish_with_its_run(deployment: Deployment, run: Platform) -> None:
    _, instance, _ = deployment

    newest, oldest = answered(run("history", "flights", "--json"))[-2:]

    runs = {record.dagster_run.run_id for record in instance.get_run_records()}
    assert {newest["run"], oldest["run"]} <= runs
    assert (oldest["operation"], newest["operation"], newest["partition"]) == ("added", "replaced", MONTH)
    assert newest["rows removed"] == oldest["rows added"]
    shown = run("history", TABLE)
    assert newest["snapshot"] in shown.output
    assert "replaced" in shown.output


def test_a_materialisation_shows_its_snapshot_and_the_history_up_to_it(deployment: Deployment, run: Platform) -> None:
    _, instance, _ = deployment
    newest, oldest = answered(run("history", "flights", "--json"))[-2:]

    second, first = flights_events(instance)[-2:]

    assert (first.metadata["snapshot"].value, second.metadata["snapshot"].value) == (
        oldest["snapshot"],
        newest["snapshot"],
    )
    table = str(second.metadata["history"].value)
    assert table.index(newest["snapshot"]) < table.index(oldest["snapshot"])
    assert f"platform data history {TABLE}" in table
    assert newest["snapshot"] not in str(first.metadata["history"].value)


def test_rows_are_read_as_of_a_version_and_written_to_a_file(run: Platform, tmp_path: Path) -> None:
    oldest = answered(run("history", "flights", "--json"))[-1]
    columns = ("--columns", "carrier,flight", "--as-of", oldest["snapshot"])

    rows = answered(run("read", "flights", "--partition", MONTH, "--limit", "3", *columns, "--json"))
    written = run("read", "flights", *columns, "--output", str(tmp_path / "old.parquet"))

    assert [set(row) for row in rows] == [{"carrier", "flight"}] * 3
    assert written.output.startswith(f"{oldest['rows']} rows written to")
    assert pq.read_table(tmp_path / "old.parquet").num_rows == oldest["rows"]
    assert f"of {oldest['rows']} rows" in run("read", "flights", *columns).output


def test_two_versions_are_compared_by_the_keys_of_the_contract(run: Platform) -> None:
    newest, oldest = answered(run("history", "flights", "--json"))[-2:]

    found = answered(run("diff", "flights", oldest["snapshot"], newest["snapshot"], "--json"))

    assert found["removed"] - found["added"] == oldest["rows"] - newest["rows"]
    assert (found["changed"], found["schema"], found["files read"]) == (0, [], 2)
    assert len(found["removed rows"]) == 3
    shown = run("diff", "flights", oldest["snapshot"], newest["snapshot"], "--samples", "1").output
    assert f"{found['added']} added, {found['removed']} removed, 0 changed" in shown


def test_a_tag_names_a_version_until_it_is_removed(run: Platform) -> None:
    oldest = answered(run("history", "flights", "--json"))[-1]

    named = run("tag", "flights", "as-delivered", "--as-of", oldest["snapshot"])

    assert f"'as-delivered' names snapshot {oldest['snapshot']}" in named.output
    assert answered(run("history", "flights", "--json"))[-1]["tags"] == ["as-delivered"]
    assert f"of {oldest['rows']} rows" in run("read", "flights", "--as-of", "as-delivered").output
    assert "removed" in run("untag", "flights", "as-delivered").output
    assert "no tag 'as-delivered'" in run("untag", "flights", "as-delivered").output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("history", "fights"), "no asset has a table 'fights'. Choose one of: airlines, airports"),
        (("history", "shop.nothing"), "Table 'shop.nothing' does not exist yet"),
        (("read", "flights", "--as-of", "42"), "has no snapshot 42"),
        (("read", "flights", "--as-of", "2013-01-01"), "nothing had been published"),
        (("read", "flights", "--partition", "January"), "has no partition 'January'"),
        (("read", "flights", "--columns", "carier"), "carier: no column of flight_delay.flights. Choose from: "),
        (("diff", "flights", "before"), "has no tag 'before'"),
        (("diff", "platform.profiles", "1"), "has no snapshot 1"),
        (("rollback", "flights", "--to", "42", "--reason", "test", "--yes"), "has no snapshot 42"),
        (("rollback", "flights", "--to", "42"), "Missing option '--reason'"),
    ],
)
def test_a_wish_that_cannot_be_fulfilled_is_told_without_a_traceback(
    run: Platform, arguments: tuple[str, ...], told: str
) -> None:
    result = run(*arguments)

    assert result.exit_code != 0
    assert told in " ".join(result.output.split())
    assert isinstance(result.exception, SystemExit)


def test_a_rollback_is_asked_for_first_and_can_be_declined(run: Platform) -> None:
    newest, oldest = answered(run("history", "flights", "--json"))[-2:]

    declined = run("rollback", "flights", "--to", oldest["snapshot"], "--reason", "no", answer="n\n")

    assert "Roll back all of flight_delay.flights to snapshot" in declined.output
    assert declined.exit_code == 1
    assert answered(run("history", "flights", "--json"))[0]["snapshot"] == newest["snapshot"]


def test_a_rollback_restores_rows_and_profile_and_is_an_event_in_dagster(deployment: Deployment, run: Platform) -> None:
    folder, instance, publish = deployment
    lake = Lake(folder / "lake")
    newest, oldest = answered(run("history", "flights", "--json"))[-2:]
    assert (read_profile(lake, TABLE, [MONTH]) or pytest.fail("no profile")).rows == newest["rows"]

    done = answered(
        run("rollback", "flights", "--to", oldest["snapshot"], "--partition", MONTH, "--reason", "bad file", "--who",
            "me", "--yes", "--json")
    )  # fmt: skip

    assert done["restored"] == [{"partition": MONTH, "rows": oldest["rows"]}]
    assert lake.read(TABLE).num_rows == oldest["rows"]
    assert (read_profile(lake, TABLE, [MONTH]) or pytest.fail("no profile")).rows == oldest["rows"]
    recorded = answered(run("history", "flights", "--json"))[0]
    assert (recorded["operation"], recorded["who"], recorded["reason"]) == ("rolled back", "me", "bad file")
    back, _, first = flights_events(instance)
    assert back.partition == MONTH
    assert back.metadata["snapshot"].value == done["snapshot"]
    # Equal rows have an equal data version, so that what was made of them then is fresh again.
    assert (back.tags or {})["dagster/data_version"] == (first.tags or {})["dagster/data_version"]

    assert publish(50).success
    assert lake.read(TABLE).num_rows == answered(run("history", "flights", "--json"))[0]["rows added"]


def test_what_reads_a_rolled_back_partition_is_requested_again() -> None:
    from platform_assets.components.versions import report_rollback
    from platform_assets.definitions import defs
    from platform_assets.pipeline import load_product

    definitions, contract = defs(), load_product("flight_delay").datasets["flights"]
    month = "2013-01"
    inputs = (("flights", month), ("weather", month), ("planes", None), ("airports", None))
    cursor: Any = None

    def requested() -> set[str]:
        nonlocal cursor
        moment = datetime(2014, 6, 1, tzinfo=UTC)
        result = dg.evaluate_automation_conditions(definitions, instance, cursor=cursor, evaluation_time=moment)
        cursor = result.cursor
        return set(result.get_requested_partitions(dg.AssetKey("flight_features")))

    with dg.DagsterInstance.ephemeral() as instance:
        requested()
        for asset, partition in inputs:
            instance.report_runless_asset_event(dg.AssetMaterialization(asset, partition=partition))
        assert requested() == {month}
        instance.report_runless_asset_event(dg.AssetMaterialization("flight_features", partition=month))
        assert requested() == set()

        done = Rollback(TABLE, snapshot_id=3, to=1, restored=(Restored(month, 10, 1),))
        report_rollback(instance, contract, done, who="me", reason="bad file")

        assert requested() == {month}
