"""The sensor that tells people, from a run that really fails to the channel: one message, its thread, its end."""

import gzip
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest
from alert_channel import TOKEN_VARIABLE, Office, alert_channel
from http_stand_in import Answer, Call, Fault
from mail_server import MailServer
from slack_server import TOKEN, SlackServer

from platform_assets.automation.alert_closing import close_by_hand
from platform_assets.automation.alert_state import read_state
from platform_assets.components.resources import WorkspaceResource
from platform_assets.pipeline.product import Product
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


@dg.op
def fail_or_not(config: Rates) -> None:
    if not config.complete:
        raise dg.Failure("the night's work could not be done at postgresql://me:hunter2@host/db")


@dg.job(tags={"platform/owner": "team:flight-operations"})
def nightly() -> None:
    fail_or_not()


@pytest.fixture
def office(alert_office: Office) -> Office:
    alert_office.definitions = dg.Definitions([delay_features, delay_model], jobs=[nightly])
    return alert_office


@pytest.fixture
def slack_server(office: Office) -> SlackServer:
    return office.channel.server


def run_of(office: Office, *assets: dg.AssetsDefinition, partition: str = "2013-02", complete: bool = False) -> str:
    config = {"ops": {"delay_features": {"config": {"complete": complete}}}}
    return office.make(*assets, partition=partition, config=config)


def test_a_failing_run_is_told_once_with_owner_links_and_the_right_exception(
    office: Office, slack_server: SlackServer
) -> None:
    run_id = run_of(office, delay_features, delay_model)

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
        run_of(office, delay_features, partition=partition)
        office.tick()
    run_of(office, delay_features, partition="2013-03", complete=True)
    office.tick()
    assert list(read_state(office.instance).incidents) == ["delay_features/made"]
    run_of(office, delay_features, partition="2013-02", complete=True)
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


@dg.asset(owners=["team:flight-operations"], partitions_def=MONTHS)
def weather_features() -> None:
    """Fails beside the other features."""
    print("reading the weather of the month")
    # No form of a token: what is masked is a secret of the declared sinks.
    raise ConnectionError(f"the station does not answer to x{TOKEN}")


def test_every_asset_that_a_run_failed_to_make_is_told_with_its_own_exception(
    office: Office, slack_server: SlackServer
) -> None:
    office.definitions = dg.Definitions([delay_features, weather_features, delay_model], jobs=[nightly])
    run_of(office, delay_features, weather_features, delay_model)
    office.tick()

    told = {root.shown.split("*")[1]: root for root in slack_server.roots}
    assert sorted(told) == ["delay_features 2013-02 failed", "weather_features 2013-02 failed"]
    weather = told["weather_features 2013-02 failed"]
    assert "Owner: *team:flight-operations*" in weather.shown
    (extract,) = slack_server.files(weather).values()
    assert "ConnectionError: the station does not answer" in extract
    assert "delay rate" not in extract
    assert TOKEN not in extract + weather.shown

    run_of(office, delay_features, complete=True)
    office.tick()
    assert list(read_state(office.instance).incidents) == ["weather_features/made"]


def test_an_incident_that_a_person_closes_ends_in_its_thread_and_what_breaks_later_is_another(
    office: Office, slack_server: SlackServer
) -> None:
    for partition in ("2013-02", "2013-03"):
        run_of(office, delay_features, partition=partition)
        office.tick()
    (incident,) = read_state(office.instance).incidents.values()

    close_by_hand(office.instance, incident, "Ada", "2013-02 is never needed", datetime.now(UTC))
    office.tick()
    assert read_state(office.instance).incidents == {}
    (root,) = slack_server.roots
    end = slack_server.thread(root)[-1]
    assert "Closed by Ada: 2013-02 is never needed" in end.shown
    assert end.broadcast

    run_of(office, delay_features)
    office.tick()
    office.tick()
    assert list(read_state(office.instance).incidents) == ["delay_features/made"]
    assert len(slack_server.roots) == 2


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
    assert "Owner: *team:flight-operations*" in root.shown
    assert "the night's work could not be done at postgresql://me:***@host/db" in root.shown
    (end,) = slack_server.thread(root)
    assert "Owner: *team:flight-operations*" in end.shown
    assert end.broadcast


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


def test_a_channel_that_refuses_makes_the_tick_fail_and_what_waits_is_sent_later(
    office: Office, slack_server: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from platform_assets.alerts.errors import AlertsNotDelivered

    monkeypatch.delenv(TOKEN_VARIABLE)
    run_of(office, delay_features)
    with pytest.raises(AlertsNotDelivered, match=r"1 messages wait .* TEST_SLACK_TOKEN, which is not set"):
        office.tick()

    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)
    office.tick()
    assert len(slack_server.roots) == 1


def test_a_mail_that_is_refused_makes_one_tick_fail_and_is_told_in_the_channel(
    office: Office, product: Product
) -> None:
    from platform_assets.alerts.errors import AlertsSetAside

    mailbox = {"kind": "email", "host": "127.0.0.1", "security": "none", "sender": "data@example.com"}
    with MailServer(refused="gone@example.com").running() as server:
        sink = {**mailbox, "port": server.port, "to": ["gone@example.com"]}
        with alert_channel(product, mailbox=sink) as office.channel:
            office.tick()
            run_of(office, delay_features)
            with pytest.raises(
                AlertsSetAside, match=r"'delay_features 2013-02 failed' is set aside: .* no such mailbox"
            ):
                office.tick()
            assert office.tick() == "0 messages were made; none waits."
            assert office.tick() == "No message waits."

            assert server.calls == 1
            assert [root.text for root in office.channel.server.roots] == [
                "[error] delay_features 2013-02 failed",
                "[warning] The alert sink 'mailbox' did not take 'delay_features 2013-02 failed'",
            ]


def test_a_refusal_is_told_in_a_tick_that_fails_for_another_reason_too(office: Office, product: Product) -> None:
    from platform_assets.alerts.errors import AlertsNotDelivered, AlertsSetAside

    hook = {"kind": "webhook", "url": {"env": "HOOK_THAT_IS_NOT_SET"}}
    with alert_channel(product, hook=hook) as office.channel:
        office.tick()
        office.channel.server.fail("chat.postMessage", Fault(200, body=b'{"ok": false, "error": "channel_not_found"}'))
        run_of(office, delay_features)
        with pytest.raises(AlertsSetAside, match="channel_not_found") as failed:
            office.tick()

    assert isinstance(failed.value.__cause__, AlertsNotDelivered)
    assert "HOOK_THAT_IS_NOT_SET, which is not set" in str(failed.value.__cause__)


def test_a_failure_that_a_retry_mended_before_the_look_is_one_message_with_its_extract(
    office: Office, slack_server: SlackServer
) -> None:
    run_of(office, delay_features)
    run_of(office, delay_features, complete=True)
    office.tick()
    assert office.tick() == "No message waits."

    (root,) = slack_server.roots
    assert root.text == "Came and went: delay_features 2013-02 failed"
    assert "It was made at" in root.shown
    assert len(slack_server.files(root)) == 1
    assert read_state(office.instance).incidents == {}


def test_a_lake_that_cannot_be_read_silences_no_failed_run(
    office: Office, slack_server: SlackServer, tmp_path: Path
) -> None:
    from platform_assets.alerts.errors import AlertSourcesFailed

    working = office.workspace
    (tmp_path / "gone").write_text("no folder")
    gone = {"PLATFORM_DATA": str(tmp_path), "PLATFORM_WAREHOUSE": str(tmp_path / "gone" / "lake")}
    office.workspace = WorkspaceResource.from_settings(load_settings(gone))
    read_before = read_state(office.instance).sources["table"]
    run_of(office, delay_features)
    with pytest.raises(AlertSourcesFailed, match="news could not be read from 'table'"):
        office.tick()

    assert len(slack_server.roots) == 1
    assert read_state(office.instance).sources["table"] == read_before
    office.workspace = working
    assert office.tick() == "No message waits."


def test_a_look_that_takes_longer_than_the_daemon_waits_is_not_joined_by_another(
    office: Office, slack_server: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    called, go_on = threading.Event(), threading.Event()
    answer = slack_server.answer

    def slowly(call: Call) -> Answer:
        called.set()
        go_on.wait(20)
        return answer(call)

    monkeypatch.setattr(slack_server, "answer", slowly)
    run_of(office, delay_features)
    with ThreadPoolExecutor(1) as daemon:
        first = daemon.submit(office.tick)
        assert called.wait(20)
        assert office.tick() == "The look before this one is not over."
        go_on.set()
        assert first.result() == "1 messages were made; none waits."
    assert len(slack_server.roots) == 1


def test_what_there_is_no_time_for_is_told_at_the_next_look(
    office: Office, slack_server: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_of(office, delay_features)
    with monkeypatch.context() as patch:
        patch.setattr("platform_assets.automation.alert_delivery.LOOK_SECONDS", 0)
        office.tick()
    assert slack_server.roots == []

    office.tick()
    assert len(slack_server.roots) == 1


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

    office.make(on_a_cluster)
    office.tick()

    (root,) = slack_server.roots
    assert "<https://console.example.com/j-1ABC|cluster>" in root.shown
    (extract,) = slack_server.files(root).values()
    assert extract.startswith("KeyError: 'of the cluster'")
    assert "j-1ABC/containers/application_1_1/container_1_1_01_000001/stdout.gz, from line 1" in extract
