"""A deployment's alerting between ticks, without Dagster: its state, as text, is all that stays."""

from __future__ import annotations

from datetime import datetime, timedelta

from slack_server import CHANNEL

from platform_assets.alerts.declaration import Alerting
from platform_assets.alerts.deliver import deliver
from platform_assets.alerts.follow import follow
from platform_assets.alerts.news import News
from platform_assets.alerts.reminding import with_reminders
from platform_assets.alerts.sinks.base import Sink
from platform_assets.alerts.state import AlertState

NOON = datetime.fromisoformat("2026-11-21T12:00:00+00:00")
ALERTING = Alerting.model_validate(
    {
        "sinks": {"chat": {"kind": "slack", "channel": CHANNEL, "token": {"env": "SLACK_BOT_TOKEN"}}},
        "routes": [{"to": ["chat"]}],
    }
)


def limited(messages_an_hour: int | None) -> Alerting:
    """The same with another limit."""
    chat = ALERTING.sinks["chat"].model_copy(update={"messages_an_hour": messages_an_hour})
    return ALERTING.model_copy(update={"sinks": {"chat": chat}})


class Desk:
    """Sinks, one at first, and the state that a process finds and leaves."""

    def __init__(self, sink: Sink, limit: int | None = 20) -> None:
        self.sinks, self.alerting = {sink.name: sink}, limited(limit)
        self.kept = AlertState().model_dump_json()
        self.saves = 0

    def tick(self, *news: News, minutes: float = 0) -> AlertState:
        """What the sensor does: follow, remind, keep, deliver."""
        now = NOON + timedelta(minutes=minutes)
        state = follow(AlertState.model_validate_json(self.kept), news, self.alerting)
        state = with_reminders(state, self.alerting, now)
        self.keep(state)
        return deliver(state, self.sinks, self.alerting.sinks, now, self.keep)

    def keep(self, state: AlertState) -> None:
        self.saves += 1
        self.kept = state.model_dump_json()


class Dying(Desk):
    """A desk whose process ends at a save, before or after it took place."""

    def __init__(self, sink: Sink, at: int, kept: bool) -> None:
        super().__init__(sink)
        self._at, self._kept_then = at, kept

    def keep(self, state: AlertState) -> None:
        if self.saves + 1 == self._at:
            self.saves += 1
            if self._kept_then:
                self.kept = state.model_dump_json()
            raise ProcessLookupError
        super().keep(state)

    def restarted(self) -> Desk:
        return self
