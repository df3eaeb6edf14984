"""A deployment's sensor of alerts that writes to a stand-in of Slack, ticked by hand as the daemon does it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dagster as dg
import pytest
from slack_server import CHANNEL, TOKEN, SlackServer

from platform_assets.alerts.declaration import Alerting
from platform_assets.automation.alert_delivery import alert_delivery

if TYPE_CHECKING:
    from platform_assets.components.resources import WorkspaceResource
    from platform_assets.pipeline import Product

#: Environment variable that holds the bot's token while the channel is open.
TOKEN_VARIABLE = "TEST_SLACK_TOKEN"
UI = "https://dagster.example.com"


@dataclass(frozen=True)
class AlertChannel:
    """A channel and the sensor that writes to it."""

    server: SlackServer
    sensor: dg.SensorDefinition

    def tick(self, instance: dg.DagsterInstance, workspace: WorkspaceResource, definitions: dg.Definitions) -> str:
        """Look for news and deliver them; what the tick says."""
        with dg.build_sensor_context(
            instance, resources={"workspace": workspace}, repository_def=definitions.get_repository_def()
        ) as context:
            return str(self.sensor.evaluate_tick(context).skip_message)


@contextlib.contextmanager
def alert_channel(product: Product) -> Iterator[AlertChannel]:
    """A channel that all news of a product go to."""
    server = SlackServer()
    with server.running(), pytest.MonkeyPatch.context() as patch:
        patch.setenv(TOKEN_VARIABLE, TOKEN)
        slack = {"kind": "slack", "channel": CHANNEL, "token": {"env": TOKEN_VARIABLE}, "server": server.api}
        declared = {"ui": UI, "sinks": {"chat": slack}, "routes": [{"to": ["chat"]}]}
        yield AlertChannel(server, alert_delivery([product], Alerting.model_validate(declared)))
