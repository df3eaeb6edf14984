"""The sensor that tells people, from a run that really fails to the channel: one message, its thread, its end."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from alert_channel import TOKEN_VARIABLE, AlertChannel, alert_channel
from slack_server import TOKEN, SlackServer

from platform_assets.automation.alert_state import read_state
from platform_assets.components.resources import MlflowResource, WorkspaceResource
from platform_assets.lake import Lake
from platform_assets.pipeline import Product
from platform_assets.pipeline.product import DEFS_FOLDER
from platform_assets.settings import load_settings

MONTHS = dg.StaticPartitionsDefinition(["2013-02", "2013-03"])


class Rates(dg.Config):
    """Whether the features know every rate."""

    complete: bool = False


@dg.asset(owners=["team:data-science"], partitions_def=MONTHS)
def delay_features(context: dg.AssetExecutionContext, config: Rates) -> None:
    """Fails in a function of its own, as a scientist's would."""
    print("reading the flights of the month")
    try:
        _ = {"UA": 0.2}["UA" if config.complete else "9E"]
    except KeyError as error:
        raise ValueError("no delay rate for carrier 9E, password=hunter2") from error


@dg.asset(owners=["team:data-science"], deps=[delay_features])
def delay_model() -> None:
    """Never made if its features fail."""


@dg.asset(owners=["team:data-science"])
def flight_delay_champion() -> dg.MaterializeResult[None]:
    """Promoted at every run."""
    return dg.MaterializeResult(metadata={"model version": 3, "reason": "drift", "decided by": "gates"})


@dg.op
def fail_or_not(config: Rates) -> None:
    if not config.complete:
        raise dg.Failure("the night's work could not be done")


@dg.job
def nightly() -> None:
    fail_or_not()


@dataclass
class Office:
    """A deployment with a channel: its instance, and ticks of the sensor as the daemon makes them."""

    instance: dg.DagsterInstance
    channel: AlertChannel
    definitions: dg.Definitions
    workspace: WorkspaceResource

    def tick(self) -> str:
        return self.channel.tick(self.instance, self.workspace, self.definitions)

    def make(self, *assets: dg.AssetsDefinition, partition: str | None = "2013-02", complete: bool = False) -> str:
        config: dict[str, Any] = {"ops": {"delay_features": {"config": {"complete": complete}}}}
        done = dg.materialize(
            assets,
            instance=self.instance,
            partition_key=partition,
            raise_on_error=False,
            run_config=config if delay_features in assets else None,
        )
        return done.run_id


@pytest.fixture
def channel(product: Product) -> Iterator[AlertChannel]:
    with alert_channel(product) as channel:
        yield channel


@pytest.fixture
def slack_server(channel: AlertChannel) -> SlackServer:
    return channel.server


@pytest.fixture
def office(tmp_path: Path, channel: AlertChannel) -> Iterator[Office]:
    workspace = WorkspaceResource.from_settings(load_settings({"PLATFORM_DATA": str(tmp_path)}))
    assets = [delay_features, delay_model, flight_delay_champion]
    definitions = dg.Definitions(assets, jobs=[nightly], resources={"workspace": workspace})
    with dg.DagsterInstance.ephemeral() as instance:
        office = Office(instance, channel, definitions, workspace)
        office.tick()
        yield office


def test_a_failing_run_is_told_once_with_owner_links_and_the_right_exception(
    office: Office, slack_server: SlackServer
) -> None:
    run_id = office.make(delay_features, delay_model)

    assert office.tick() == "1 messages were made; none waits."
    assert office.tick() == "No message waits."

    (root,) = slack_server.roots
    assert "*delay_features 2013-02 failed*" in root.shown
    assert "Owner: *team:data-science*" in root.shown
    assert f"<https://dagster.example.com/runs/{run_id}|run>" in root.shown
    assert "<https://dagster.example.com/assets/delay_features?view=partitions&partition=2013-02|asset>" in root.shown
    (extract,) = slack_server.files(root).values()
    chain, _, lines = extract.partition("\n\n")
    assert chain.splitlines()[-2:] == [
        "caused by ValueError: no delay rate for carrier 9E, password=***",
        "caused by KeyError: '9E'",
    ]
    assert '_ = {"UA": 0.2}["UA" if config.complete else "9E"]' in lines
    assert "hunter2" not in extract + root.shown


def test_a_repeated_failure_follows_in_the_thread_and_the_recovery_closes_it(
    office: Office, slack_server: SlackServer
) -> None:
    for partition in ("2013-02", "2013-03", "2013-02"):
        office.make(delay_features, partition=partition)
        office.tick()
    office.make(delay_features, partition="2013-03", complete=True)
    office.tick()
    assert list(read_state(office.instance).incidents) == ["delay_features/made"]
    office.make(delay_features, partition="2013-02", complete=True)
    office.tick()

    (root,) = slack_server.roots
    titles = [reply.shown.splitlines()[0] for reply in slack_server.thread(root)]
    assert [title.split("*")[1] for title in titles] == [
        "delay_features 2013-03 failed",
        "delay_features 2013-02 failed",
        "delay_features 2013-03",
        "Resolved: delay_features 2013-02",
    ]
    assert [reply.broadcast for reply in slack_server.thread(root)] == [False, False, False, True]
    assert read_state(office.instance).incidents == {}


def test_a_job_without_assets_is_told_and_mended_by_its_next_success(office: Office, slack_server: SlackServer) -> None:
    def run(complete: bool) -> None:
        config = {"ops": {"fail_or_not": {"config": {"complete": complete}}}}
        nightly.execute_in_process(config, instance=office.instance, raise_on_error=False)

    run(False)
    office.tick()
    run(True)
    office.tick()

    (root,) = slack_server.roots
    assert "*nightly failed*" in root.shown
    assert "the night's work could not be done" in root.shown
    assert [reply.broadcast for reply in slack_server.thread(root)] == [True]


def test_fifty_failures_before_one_tick_are_one_message(office: Office, slack_server: SlackServer) -> None:
    @dg.op
    def fail() -> None:
        raise ValueError("down")

    for number in range(50):
        dg.JobDefinition(
            name=f"job_{number}", graph_def=dg.GraphDefinition(name=f"job_{number}", node_defs=[fail])
        ).execute_in_process(instance=office.instance, raise_on_error=False)
    office.tick()

    (root,) = slack_server.roots
    assert "50 news of job_0, job_1, job_2 and 47 more" in root.shown
    assert len(slack_server.files(root)) == 3
    assert len(read_state(office.instance).incidents) == 50


def test_a_champion_is_told_as_it_is_made(office: Office, slack_server: SlackServer) -> None:
    office.make(flight_delay_champion, partition=None)
    office.tick()

    (root,) = slack_server.roots
    assert "*flight_delay: version 3 is champion now*" in root.shown
    assert "Decided by gates: drift" in root.shown


def test_a_model_below_its_level_is_told_and_so_is_its_recovery(office: Office, slack_server: SlackServer) -> None:
    for partition, passed in (("2013-02", False), ("2013-03", True)):
        office.instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(
                asset_key=dg.AssetKey("flight_delay_performance"),
                check_name="holds_validation_level",
                passed=passed,
                severity=dg.AssetCheckSeverity.WARN,
                description="AUC fell by 0.04",
                partition=partition,
            )
        )
        office.tick()

    (root,) = slack_server.roots
    assert "*flight_delay 2013-02: below its level*" in root.shown
    assert "AUC fell by 0.04" in root.shown
    assert [reply.broadcast for reply in slack_server.thread(root)] == [True]


def test_a_breach_in_the_table_of_alerts_is_told_when_it_begins_and_when_it_ends(
    office: Office, slack_server: SlackServer, tmp_path: Path
) -> None:

    from platform_assets.pipeline.alerts import record_sightings
    from platform_assets.quality.alert import Sighting, Watch

    watch = Watch("flight_delay_drift_report", "no_drift", "team:data-science", "retrain", 1)
    blocking = Watch("flights", "arrivals_without_air_time", "team:flight-operations", "block", 0)
    lake = Lake(tmp_path / "lake")
    for day, breached in ((1, True), (2, False)):
        seen = Sighting(f"2013-0{day}", breached, f"PSI on day {day}", datetime(2026, 11, day, tzinfo=UTC))
        record_sightings(lake, {watch: [seen], blocking: [seen]}, "run")
        office.tick()
        office.tick()

    (root,) = slack_server.roots
    assert "*flight_delay_drift_report 2013-01: no_drift*" in root.shown
    assert "PSI on day 1" in root.shown
    (end,) = slack_server.thread(root)
    assert "PSI on day 2" in end.shown
    assert end.broadcast


def test_an_asset_older_than_promised_is_told(office: Office, slack_server: SlackServer) -> None:
    from dagster._core.definitions.freshness import FreshnessState, FreshnessStateChange

    key = dg.AssetKey("delay_features")
    two_days = dg.FreshnessPolicy.time_window(fail_window=timedelta(days=2))
    promised = dg.AssetSpec(key, freshness_policy=two_days)
    office.definitions = dg.Definitions([promised])
    for number, state in enumerate((FreshnessState.FAIL, FreshnessState.PASS), start=1):
        change = FreshnessStateChange(
            key=key, new_state=state, previous_state=FreshnessState.UNKNOWN, state_change_timestamp=1e9 + number
        )
        office.instance._report_runless_asset_event(change)
        office.tick()

    (root,) = slack_server.roots
    assert "*delay_features is older than promised*" in root.shown
    assert [reply.broadcast for reply in slack_server.thread(root)] == [True]


def test_a_channel_that_refuses_makes_the_tick_fail_and_what_waits_is_sent_later(
    office: Office, slack_server: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from platform_assets.alerts.errors import AlertsNotDelivered

    monkeypatch.delenv(TOKEN_VARIABLE)
    office.make(delay_features)
    with pytest.raises(AlertsNotDelivered, match=r"1 messages wait .* TEST_SLACK_TOKEN, which is not set"):
        office.tick()

    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    office.tick()
    assert len(slack_server.roots) == 1


def test_a_refused_partition_is_told_with_what_to_do_and_no_log(
    office: Office, slack_server: SlackServer, definitions: dg.Definitions, tmp_path: Path
) -> None:
    office.definitions = definitions
    (tmp_path / "landing").mkdir()
    (tmp_path / "landing" / "airports.csv").write_text("faa,name\nJFK,Kennedy\n")
    declared = dg.load_from_defs_folder(path_within_project=DEFS_FOLDER)
    resources = {"workspace": office.workspace, "mlflow_tracking": MlflowResource(tracking_uri="sqlite://")}
    deployed = dg.Definitions.merge(declared, dg.Definitions(resources=resources))
    done = deployed.resolve_implicit_global_asset_job_def().execute_in_process(
        instance=office.instance, asset_selection=[dg.AssetKey("airports")], raise_on_error=False
    )
    assert not done.success
    office.tick()

    (root,) = slack_server.roots
    assert "*airports was refused*" in root.shown
    assert "Owner: *team:flight-operations*" in root.shown
    assert "missing" in root.shown
    assert slack_server.files(root) == {}


def test_the_logs_of_the_cluster_that_worked_for_a_run_are_linked_and_searched(
    office: Office, slack_server: SlackServer, tmp_path: Path
) -> None:
    container = tmp_path / "logs" / "j-1ABC" / "containers" / "application_1_1" / "container_1_1_01_000001"
    container.mkdir(parents=True)
    thrown = (
        "Traceback (most recent call last):\n  File \"features.py\", line 7, in rates\nKeyError: 'of the cluster'\n"
    )
    (container / "stdout.gz").write_bytes(gzip.compress(thrown.encode()))

    @dg.asset
    def on_a_cluster(context: dg.AssetExecutionContext) -> None:
        facts = {
            "cluster": dg.MetadataValue.url("https://console.example.com/j-1ABC"),
            "logs": dg.MetadataValue.path(f"{container.parents[2]}/"),
        }
        context.log_event(dg.AssetObservation("on_a_cluster", metadata=facts))
        raise dg.Failure("Job 'rates' failed on EMR cluster j-1ABC.")

    office.make(on_a_cluster, partition=None)
    office.tick()

    (root,) = slack_server.roots
    assert "<https://console.example.com/j-1ABC|cluster>" in root.shown
    (extract,) = slack_server.files(root).values()
    assert extract.startswith("KeyError: 'of the cluster'")
    assert "j-1ABC/containers/application_1_1/container_1_1_01_000001/stdout.gz, from line 1" in extract
