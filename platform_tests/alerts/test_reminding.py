"""What stands is told again: to a pager in which somebody ended it by hand, and wherever it is declared."""

from collections.abc import Callable, Iterator

import pytest
from alert_desk import Desk, limited
from event_server import ROUTING_KEY, PagerServer
from slack_server import SlackServer

from platform_assets.alerts.declaration import Alerting
from platform_assets.alerts.news import News
from platform_assets.alerts.sinks.pagerduty import PagerDuty

MakeNews = Callable[..., News]
HOUR = 60
ON_CALL = Alerting.model_validate(
    {
        "sinks": {"on-call": {"kind": "pagerduty", "routing_key": {"env": "PAGERDUTY_KEY"}}},
        "routes": [{"to": ["on-call"]}],
    }
)


@pytest.fixture
def pager_server() -> Iterator[PagerServer]:
    server = PagerServer()
    with server.running():
        yield server


@pytest.fixture
def on_call(pager_server: PagerServer) -> Desk:
    desk = Desk(PagerDuty("on-call", ROUTING_KEY, pager_server.address))
    desk.alerting = ON_CALL
    return desk


def hours(desk: Desk, first: int, last: int) -> None:
    """The looks of some hours, every ten minutes."""
    for minute in range(first * HOUR, last * HOUR, 10):
        desk.tick(minutes=minute)


def test_a_page_that_somebody_resolved_comes_again_while_the_trouble_goes_on(
    on_call: Desk, pager_server: PagerServer, news: MakeNews
) -> None:
    on_call.tick(news("flights", "broken"))
    pager_server.by_hand("resolved")
    hours(on_call, 0, 4)
    assert pager_server.pages == ["flights 2013-02 failed"]
    hours(on_call, 4, 6)

    assert pager_server.pages == ["flights 2013-02 failed", "Reminder: flights 2013-02 failed"]
    ((key, events),) = pager_server.alerts.items()
    assert "Not over since 2026-11-21 12:00 UTC: 2013-02. If" in events[-1]["payload"]["custom_details"]["message"]
    assert "platform alerts close flights made" in events[-1]["payload"]["custom_details"]["message"]
    on_call.tick(news("flights", "mended", minutes=6 * HOUR), minutes=6 * HOUR)
    assert not pager_server.is_open(key)
    hours(on_call, 6, 20)
    assert len(pager_server.pages) == 2


@pytest.mark.parametrize("state", ["acknowledged", "triggered"])
def test_a_page_that_somebody_sees_to_notifies_nobody_again(
    on_call: Desk, pager_server: PagerServer, news: MakeNews, state: str
) -> None:
    on_call.tick(news("flights", "broken"))
    pager_server.by_hand(state)
    hours(on_call, 0, 24)

    assert pager_server.pages == ["flights 2013-02 failed"]


def test_news_that_it_is_better_page_nobody(on_call: Desk, pager_server: PagerServer, news: MakeNews) -> None:
    on_call.tick(news("flights", "broken"), news("flights", "broken", "2013-03"))
    pager_server.by_hand("resolved")
    on_call.tick(news("flights", "mended", "2013-03", minutes=1))
    on_call.tick(news("weather", "broken", minutes=2), news("weather", "mended", minutes=3))

    assert len(pager_server.pages) == 1
    summaries = [each["payload"]["summary"] for each in pager_server.changes]
    assert summaries == ["flights 2013-03", "Came and went: weather 2013-02 failed"]


def test_the_end_of_one_of_several_that_began_together_pages_nobody(
    on_call: Desk, pager_server: PagerServer, news: MakeNews
) -> None:
    assets = ["flights", "weather", "planes", "airports"]
    on_call.tick(*(news(asset, "broken") for asset in assets))
    (key,) = pager_server.alerts
    pager_server.by_hand("resolved")
    for minute, asset in enumerate(assets, start=1):
        on_call.tick(news(asset, "mended", minutes=minute))

    assert len(pager_server.pages) == 1
    assert [event["event_action"] for event in pager_server.alerts[key]] == ["trigger", "resolve"]


def test_a_pager_whose_key_was_wrong_pages_for_what_stands_once_it_is_right(
    on_call: Desk, pager_server: PagerServer, news: MakeNews
) -> None:
    right = on_call.sinks
    on_call.sinks = {"on-call": PagerDuty("on-call", "wrong", pager_server.address)}
    on_call.tick(news("flights", "broken"), news("weather", "broken"))
    on_call.tick(news("weather", "mended", minutes=1), minutes=1)
    assert (pager_server.pages, pager_server.changes) == ([], [])

    on_call.sinks = right
    on_call.tick(news("planes", "broken", minutes=2), minutes=2)
    on_call.tick(minutes=3)
    assert pager_server.pages == ["planes 2013-02 failed", "Reminder: flights 2013-02 failed"]
    hours(on_call, 1, 3)
    assert len(pager_server.pages) == 2


def test_a_channel_is_reminded_if_it_is_declared_and_not_while_it_is_down(
    desk: Desk, slack_server: SlackServer, news: MakeNews
) -> None:
    sink = limited(20).sinks["chat"].model_copy(update={"remind_after_hours": 24})
    desk.alerting = desk.alerting.model_copy(update={"sinks": {"chat": sink}})
    assets = ["flights", "weather", "planes", "airports", "routes"]
    desk.tick(*(news(asset, "broken") for asset in assets), news("flights", "broken", "2013-03"))
    hours(desk, 0, 25)

    (root,) = slack_server.roots
    reminder = slack_server.thread(root)[-1]
    assert "*Reminder: 5 news of flights, weather, planes and 2 more*" in reminder.shown
    assert "flights 2013-02 failed: Not over since 2026-11-21 12:00 UTC: 2013-02, 2013-03." in reminder.shown
    assert reminder.broadcast
    told = len(slack_server.thread(root))

    there, desk.sinks = desk.sinks, {}
    hours(desk, 48, 120)
    desk.sinks = there
    desk.tick(minutes=120 * HOUR)
    assert len(slack_server.thread(root)) == told + 1


def test_without_a_declaration_a_channel_is_told_once(desk: Desk, slack_server: SlackServer, news: MakeNews) -> None:
    desk.tick(news("flights", "broken"))
    hours(desk, 0, 100)

    assert len(slack_server.messages) == 1
