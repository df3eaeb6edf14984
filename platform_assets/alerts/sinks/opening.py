"""Declared sinks as objects that send; secrets come in from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from platform_assets.alerts.declaration import (
    EmailSink,
    PagerDutySink,
    Secret,
    SinkDeclaration,
    SlackSink,
    WebhookSink,
)
from platform_assets.alerts.errors import SecretMissing
from platform_assets.alerts.sinks.base import Sink
from platform_assets.alerts.sinks.email import Email
from platform_assets.alerts.sinks.pagerduty import PagerDuty
from platform_assets.alerts.sinks.slack import Slack
from platform_assets.alerts.sinks.webhook import Webhook

if TYPE_CHECKING:
    from slack_sdk import WebClient

#: Makes a client of Slack from a token and the address of its web API.
SlackClient = Callable[[str, str], "WebClient"]


def open_sink(name: str, declared: SinkDeclaration, environment: Mapping[str, str], slack: SlackClient) -> Sink:
    """A declared sink.

    Args:
        environment: has the secrets that the declaration names.
        slack: makes the client if the sink is one of Slack.

    Raises:
        SecretMissing: the environment lacks a secret.
    """

    def value(field: str, secret: Secret) -> str:
        if not environment.get(secret.env):
            raise SecretMissing(name, field, secret.env)
        return environment[secret.env]

    match declared:
        case SlackSink():
            return Slack(name, declared.channel, slack(value("token", declared.token), declared.server))
        case WebhookSink():
            return Webhook(name, value("url", declared.url))
        case PagerDutySink():
            return PagerDuty(name, value("routing_key", declared.routing_key), declared.server)
        case EmailSink():
            user = value("user", declared.user) if declared.user else None
            password = value("password", declared.password) if declared.password else None
            return Email(name, declared, user, password)
