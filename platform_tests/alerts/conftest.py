"""What the alert tests share: stand-ins of services, and news in a line."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from alert_desk import NOON, Desk
from slack_server import CHANNEL, TOKEN, SlackServer

from platform_assets.alerts.news import Attachment, Kind, News, State
from platform_assets.alerts.sinks.slack import Slack
from platform_assets.automation.alert_sinks import slack_client


@pytest.fixture
def slack_server() -> Iterator[SlackServer]:
    server = SlackServer()
    with server.running():
        yield server


@pytest.fixture
def slack(slack_server: SlackServer) -> Slack:
    return Slack("chat", CHANNEL, slack_client(TOKEN, slack_server.api))


@pytest.fixture
def desk(slack: Slack) -> Desk:
    return Desk(slack)


@pytest.fixture
def news() -> Callable[..., News]:
    """``news("flights", "broken")``, some minutes after noon."""

    def make(
        asset: str,
        state: State,
        subject: str = "2013-02",
        *,
        kind: Kind = "run_failure",
        minutes: float = 0,
        extract: str | None = None,
        owner: str = "team:flight-operations",
    ) -> News:
        return News(
            kind=kind,
            state=state,
            asset=asset,
            rule="made",
            owner=owner,
            title=f"{asset} {subject} failed" if state == "broken" else f"{asset} {subject}",
            message=f"what happened to {asset}",
            at=NOON + timedelta(minutes=minutes),
            subject=subject,
            attachment=Attachment(name="extract.txt", text=extract) if extract else None,
        )

    return make
