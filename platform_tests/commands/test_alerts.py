"""`platform alerts` at the command line, on a channel that checks what Slack checks."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest
from click.testing import CliRunner
from slack_server import CHANNEL, TOKEN, SlackServer

from platform_assets.alerts.declaration import Alerting
from platform_assets.alerts.follow import follow
from platform_assets.alerts.news import News
from platform_assets.alerts.state import AlertState
from platform_assets.automation.alert_closing import closed_by_hand
from platform_assets.automation.alert_state import keep_state, read_state
from platform_assets.cli import platform
from platform_assets.commands.alerts import alerts


@pytest.fixture
def slack_server() -> Iterator[SlackServer]:
    server = SlackServer()
    with server.running():
        yield server


@pytest.fixture
def declared(tmp_path: Path, slack_server: SlackServer, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    said = {
        "sinks": {
            "data-alerts": {
                "kind": "slack",
                "channel": CHANNEL,
                "token": {"env": "CHAT_TOKEN"},
                "server": slack_server.api,
            },
            "hook": {"kind": "webhook", "url": {"env": "HOOK_URL"}},
        },
        "routes": [{"to": ["data-alerts", "hook"]}],
    }
    file = tmp_path / "alerts.yaml"
    file.write_text(json.dumps(said))
    monkeypatch.setenv("PLATFORM_ALERTS", str(file))
    monkeypatch.setenv("PLATFORM_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("CHAT_TOKEN", TOKEN)
    return said


def test_a_sink_is_tried_with_a_message_a_file_and_an_end(
    declared: dict[str, object], slack_server: SlackServer
) -> None:
    said_in_the_guide = "platform alerts test --sink data-alerts"

    done = CliRunner().invoke(platform, said_in_the_guide.split()[1:])

    assert (done.exit_code, done.output) == (0, "data-alerts: took a message\n")
    (root,) = slack_server.roots
    assert "nothing is broken" in root.shown
    assert len(slack_server.files(root)) == 1
    assert [reply.broadcast for reply in slack_server.thread(root)] == [True]


def test_every_sink_is_tried_although_one_of_them_cannot_be(declared: dict[str, object]) -> None:
    done = CliRunner().invoke(alerts, ["test"])

    assert done.exit_code == 1
    assert "data-alerts: took a message" in done.output
    assert "'hook' takes its url from the environment variable HOOK_URL, which is not set" in done.output


def test_a_sink_that_nobody_declared_is_told_with_those_that_are(declared: dict[str, object]) -> None:
    done = CliRunner().invoke(alerts, ["test", "--sink", "caht"])

    assert done.output == "Error: there is no alert sink 'caht'. Choose one of: data-alerts, hook.\n"


def test_without_a_file_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLATFORM_ALERTS", raising=False)

    done = CliRunner().invoke(alerts, ["test"])

    assert done.exit_code == 1
    assert "set PLATFORM_ALERTS" in done.output


def a_failure() -> News:
    return News(
        kind="run_failure",
        state="broken",
        asset="flights",
        rule="made",
        owner="team:flight-operations",
        title="flights 2013-02 failed",
        message="bad",
        at=datetime(2026, 11, 21, tzinfo=UTC),
        subject="2013-02",
    )


def test_what_stands_and_what_waits_is_listed(
    declared: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))
    assert CliRunner().invoke(alerts, ["list"]).output == "Nothing stands.\n"
    with dg.DagsterInstance.get() as instance:
        keep_state(instance, follow(AlertState(), [a_failure()], Alerting.model_validate(declared)))

    listed = json.loads(CliRunner().invoke(alerts, ["list", "--json"]).output)

    (incident,) = listed["incidents"]
    assert (incident["asset"], incident["standing"]) == ("flights", ["2013-02"])
    assert [(each["sink"], each["why"]) for each in listed["waiting"]] == [
        ("data-alerts", "on its way"),
        ("hook", "on its way"),
    ]
    assert "flights 2013-02 failed" in CliRunner().invoke(alerts, ["list"]).output


def test_an_incident_is_closed_by_name_and_another_is_not(
    declared: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))
    with dg.DagsterInstance.get() as instance:
        keep_state(instance, follow(AlertState(), [a_failure()], Alerting.model_validate(declared)))
    said_in_the_guide = "platform alerts close flights made --who Ada --reason superseded"

    other = CliRunner().invoke(platform, said_in_the_guide.replace("made", "fresh").split()[1:])
    done = CliRunner().invoke(platform, said_in_the_guide.split()[1:])

    assert other.output == "Error: No incident of 'flights' and 'fresh' stands. These do: flights made.\n"
    assert (done.exit_code, done.output.split(";")[0]) == (0, "flights made: closed")
    with dg.DagsterInstance.get() as instance:
        (news,) = closed_by_hand(instance, read_state(instance).incidents.values())
    assert news.message == "Closed by Ada: superseded"


def test_a_home_that_does_not_exist_is_told_in_a_sentence(
    declared: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "nowhere"))

    done = CliRunner().invoke(alerts, ["list"])

    assert done.exit_code == 1
    assert f"DAGSTER_HOME is {tmp_path / 'nowhere'}, which is no folder." in done.output


def test_without_dagster_home_the_instance_of_the_repository_is_read(
    declared: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.setattr("platform_assets.settings.ROOT", tmp_path)

    assert CliRunner().invoke(alerts, ["list"]).output == "Nothing stands.\n"
