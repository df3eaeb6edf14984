"""A deployment's sensor of alerts that writes to a stand-in of Slack, ticked by hand as the daemon does it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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


@dataclass
class Office:
    """A deployment with a channel: its instance, and ticks of the sensor as the daemon makes them."""

    instance: dg.DagsterInstance
    channel: AlertChannel
    workspace: WorkspaceResource
    definitions: dg.Definitions

    def tick(self) -> str:
        """Look for news and deliver them; what the tick says."""
        return self.channel.tick(self.instance, self.workspace, self.definitions)

    def make(
        self, *assets: dg.AssetsDefinition, partition: str | None = None, config: dict[str, Any] | None = None
    ) -> str:
        """Materialise assets, whether they fail or not; the id of the run."""
        done = dg.materialize(
            assets,
            instance=self.instance,
            partition_key=partition,
            raise_on_error=False,
            run_config=config,
        )
        return done.run_id


@contextlib.contextmanager
def alert_channel(product: Product, **others: dict[str, Any]) -> Iterator[AlertChannel]:
    """A channel that all news of a product go to, and to other declared sinks by name."""
    server = SlackServer()
    with server.running(), pytest.MonkeyPatch.context() as patch:
        patch.setenv(TOKEN_VARIABLE, TOKEN)
        slack = {"kind": "slack", "channel": CHANNEL, "token": {"env": TOKEN_VARIABLE}, "server": server.api}
        sinks = {"chat": slack, **others}
        declared = {"ui": UI, "sinks": sinks, "routes": [{"to": list(sinks)}]}
        yield AlertChannel(server, alert_delivery([product], Alerting.model_validate(declared)))
