"""The declared sinks with their secrets; Slack is reached through dagster-slack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from platform_assets.alerts.declaration import Alerting
from platform_assets.alerts.errors import AlertingError, SlackNotInstalled
from platform_assets.alerts.sinks.base import Sink
from platform_assets.alerts.sinks.opening import open_sink
from platform_assets.settings import secrets_named

if TYPE_CHECKING:
    from slack_sdk import WebClient


def open_declared_sink(alerting: Alerting, name: str) -> Sink:
    """One sink; raises AlertingError if its secret or library is missing."""
    declared = alerting.sinks[name]
    return open_sink(name, declared, secrets_named(declared.secrets), slack_client)


def open_declared_sinks(alerting: Alerting) -> tuple[dict[str, Sink], list[str]]:
    """Every sink that can be opened, and why the others cannot."""
    sinks: dict[str, Sink] = {}
    problems: list[str] = []
    for name in alerting.sinks:
        try:
            sinks[name] = open_declared_sink(alerting, name)
        except AlertingError as error:
            problems.append(str(error))
    return sinks, problems


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
