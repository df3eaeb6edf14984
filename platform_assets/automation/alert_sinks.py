"""The declared sinks with their secrets; Slack is reached through dagster-slack."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from platform_assets.alerts.declaration import Alerting
from platform_assets.alerts.errors import AlertingError, SinkFailed, SlackNotInstalled
from platform_assets.alerts.message import message_of
from platform_assets.alerts.news import Attachment, News
from platform_assets.alerts.sinks.base import Sink
from platform_assets.alerts.sinks.opening import open_sink
from platform_assets.alerts.state import AlertState, Delivery
from platform_assets.settings import secrets_named

if TYPE_CHECKING:
    from slack_sdk import WebClient


def open_declared_sink(alerting: Alerting, name: str) -> Sink:
    """One sink; raises AlertingError if its secret or library is missing."""
    declared = alerting.sinks[name]
    return open_sink(name, declared, secrets_named(declared.secrets), slack_client)


def open_declared_sinks(alerting: Alerting) -> dict[str, Sink]:
    """Every sink; one whose secret or library is missing takes nothing until it is there."""
    sinks: dict[str, Sink] = {}
    for name in alerting.sinks:
        try:
            sinks[name] = open_declared_sink(alerting, name)
        except AlertingError as error:
            sinks[name] = _NotOpened(name, error)
    return sinks


class _NotOpened(Sink):
    """A sink in whose place a message waits: nobody was called, so nobody refused it."""

    def __init__(self, name: str, why: AlertingError) -> None:
        super().__init__(name)
        self._why = why

    def send(self, delivery: Delivery, thread: str | None) -> str:
        """Fails with what is missing."""
        raise self._failure()

    def find(self, delivery: Delivery, thread: str | None) -> str | None:
        """Fails too: the message may be there, for all that is known."""
        raise self._failure()

    def attach(self, delivery: Delivery, thread: str, *, interrupted: bool) -> None:
        """Fails too."""
        raise self._failure()

    def _failure(self) -> SinkFailed:
        return SinkFailed(self.name, str(self._why), "", retry_after=0)


def send_a_test(sink: Sink) -> None:
    """Send one message with a file, as an incident would have it, and its end; raises SinkFailed."""
    news = News(
        kind="run_failure",
        state="broken",
        asset="test",
        rule="test",
        owner="whoever reads this",
        title="Test of alerts: nothing is broken",
        message="Messages of `platform alerts test` arrive here, with a file and an end.",
        at=datetime.now(UTC),
        attachment=Attachment(name="extract.txt", text="ValueError: the lines of a log that matter\n"),
    )
    state, opened = AlertState().with_message(sink.name, message_of("opened", [news]))
    thread = sink.send(opened, None)
    sink.attach(opened, thread, interrupted=False)
    _, closing = state.with_message(sink.name, message_of("resolved", [news]), thread=opened.id, closes=True)
    sink.send(closing, thread)


def slack_client(token: str, server: str) -> WebClient:
    """A client of Slack's web API."""
    try:
        from dagster_slack import SlackResource
    except ImportError as error:
        raise SlackNotInstalled from error
    client = SlackResource(token=token).get_client()
    client.base_url, client.timeout = server, 10
    # A message is repeated by who knows whether it arrived, not after every cut connection.
    client.retry_handlers = []
    return client
