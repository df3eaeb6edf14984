"""Incidents, threads, grouping and rate towards a channel of Slack, whatever fails on the way."""

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from http_stand_in import Fault
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_server import CHANNEL, TOKEN, SlackServer

from platform_assets.alerts.declaration import Alerting
from platform_assets.alerts.deliver import deliver, problems
from platform_assets.alerts.follow import follow
from platform_assets.alerts.news import News
from platform_assets.alerts.sinks.base import Sink
from platform_assets.alerts.sinks.slack import Slack
from platform_assets.alerts.state import AlertState
from platform_assets.automation.alert_sinks import slack_client

NOON = datetime.fromisoformat("2026-11-21T12:00:00+00:00")
MakeNews = Callable[..., News]
ALERTING = Alerting.model_validate(
    {
        "sinks": {"chat": {"kind": "slack", "channel": CHANNEL, "token": {"env": "SLACK_BOT_TOKEN"}}},
        "routes": [{"to": ["chat"]}],
    }
)


class Desk:
    """One deployment's alerting between ticks: its state, as text, is all that stays."""

    def __init__(self, sink: Sink, limit: int | None = 20) -> None:
        self.sinks, self.limits = {sink.name: sink}, {sink.name: limit}
        self.kept = AlertState().model_dump_json()
        self.saves = 0

    def tick(self, *news: News, minutes: float = 0) -> AlertState:
        """What the sensor does: follow, keep, deliver."""
        state = follow(AlertState.model_validate_json(self.kept), news, ALERTING)
        self.keep(state)
        return deliver(state, self.sinks, self.limits, NOON + timedelta(minutes=minutes), self.keep)

    def keep(self, state: AlertState) -> None:
        self.saves += 1
        self.kept = state.model_dump_json()


@pytest.fixture
def desk(slack: Slack) -> Desk:
    return Desk(slack)


def test_an_incident_is_one_message_its_news_follow_in_the_thread_and_its_end_closes_it(
    desk: Desk, slack_server: SlackServer, news: MakeNews
) -> None:
    desk.tick(news("flights", "broken", extract="ValueError: bad"))
    desk.tick(news("flights", "broken", minutes=10))
    desk.tick(news("flights", "mended", minutes=20))
    desk.tick(news("flights", "mended", minutes=30))

    (root,) = slack_server.roots
    assert "flights 2013-02 failed" in root.shown
    assert "Owner: *team:flight-operations*" in root.shown
    assert list(slack_server.files(root).values()) == ["ValueError: bad"]
    again, end = slack_server.thread(root)
    assert "Seen 2 times." in again.shown
    assert not again.broadcast
    assert "Resolved: flights 2013-02" in end.shown
    assert end.broadcast


def test_an_incident_stands_until_every_subject_is_mended(
    desk: Desk, slack_server: SlackServer, news: MakeNews
) -> None:
    desk.tick(news("flights", "broken", "2013-02"))
    desk.tick(news("flights", "broken", "2013-03"))
    assert desk.tick(news("flights", "mended", "2013-02")).incidents
    assert not desk.tick(news("flights", "mended", "2013-03")).incidents

    (root,) = slack_server.roots
    assert [reply.broadcast for reply in slack_server.thread(root)] == [False, False, True]


def test_fifty_failures_in_one_tick_are_one_message_and_so_is_their_end(
    desk: Desk, slack_server: SlackServer, news: MakeNews
) -> None:
    assets = [f"asset_{number}" for number in range(50)]
    desk.tick(*(news(asset, "broken", extract=f"extract of {asset}") for asset in assets))
    (root,) = slack_server.roots
    assert "50 news of asset_0, asset_1, asset_2 and 47 more" in root.shown
    assert "and 40 more" in root.shown
    assert len(slack_server.files(root)) == 3

    state = desk.tick(*(news(asset, "mended") for asset in assets[:49]))
    assert list(state.incidents) == ["asset_49/made"]
    desk.tick(news("asset_49", "mended"))

    assert len(slack_server.roots) == 1
    assert [reply.broadcast for reply in slack_server.thread(root)] == [False, True]


def test_what_begins_and_ends_in_one_tick_is_told_with_its_end(
    desk: Desk, slack_server: SlackServer, news: MakeNews
) -> None:
    desk.tick(news("flights", "broken"), news("flights", "mended", minutes=1))

    (root,) = slack_server.roots
    assert [reply.broadcast for reply in slack_server.thread(root)] == [True]


def test_more_than_an_hour_may_have_are_held_back_and_told_in_one_summary(
    slack: Slack, slack_server: SlackServer, news: MakeNews
) -> None:
    desk = Desk(slack, limit=5)
    for minute in range(12):
        desk.tick(news(f"asset_{minute}", "broken", minutes=minute), minutes=minute)
    titles = [root.text for root in slack_server.roots]
    assert len(titles) == 6
    assert titles[-1] == "[warning] Further alerts are held back"
    assert "13:00 UTC" in slack_server.roots[-1].shown

    desk.tick(minutes=59)
    assert len(slack_server.roots) == 6
    desk.tick(minutes=61)
    assert slack_server.roots[-1].text == "[error] 7 messages were held back since 12:05 UTC"
    assert "asset_11 2013-02 failed" in slack_server.roots[-1].shown

    # What was held back goes on in the summary's thread.
    desk.tick(news("asset_7", "mended"), minutes=62)
    (reply,) = slack_server.thread(slack_server.roots[-1])
    assert "Resolved: asset_7" in reply.shown


def test_a_busy_slack_is_left_alone_for_as_long_as_it_says(
    desk: Desk, slack_server: SlackServer, news: MakeNews
) -> None:
    slack_server.fail("chat.postMessage", Fault(429, {"Retry-After": "90"}, b'{"ok": false, "error": "ratelimited"}'))

    state = desk.tick(news("flights", "broken"))
    assert "ratelimited" in problems(state)[0]
    desk.tick(minutes=1)
    assert slack_server.messages == []
    assert not desk.tick(minutes=1.6).outbox
    assert len(slack_server.roots) == 1


def test_what_slack_refuses_waits_with_its_reason_and_remedy(slack_server: SlackServer, news: MakeNews) -> None:
    desk = Desk(Slack("chat", CHANNEL, slack_client("xoxb-revoked", slack_server.api)))
    state = desk.tick(news("flights", "broken"), news("weather", "broken"))

    (problem,) = problems(state)
    assert "the alert sink 'chat' did not take a message: invalid_auth." in problem
    assert "chat:write" in problem
    assert len(state.outbox) == 2

    desk.sinks = {"chat": Slack("chat", CHANNEL, slack_client(TOKEN, slack_server.api))}
    assert not desk.tick(minutes=2).outbox
    assert len(slack_server.roots) == 2


def life(desk: Desk, news: MakeNews, restart: Callable[[], Desk]) -> None:
    """An incident from its beginning to its end, with a file in its thread; after a crash the next tick goes on."""
    ticks = [news("flights", "broken", extract="the lines"), news("flights", "broken", minutes=1)]
    ticks += [news("flights", "mended", minutes=2)]
    for minute, each in enumerate(ticks):
        try:
            desk.tick(each, minutes=minute)
        except ProcessLookupError:
            desk = restart()
            # The sensor's sources are kept with the state: what was followed is not followed again.
            followed = bool(AlertState.model_validate_json(desk.kept).messages > minute)
            desk.tick(*([] if followed else [each]), minutes=minute)
    for hour in range(1, 6):
        with contextlib.suppress(ProcessLookupError):
            desk.tick(minutes=hour * 60)


def once(server: SlackServer) -> None:
    (root,) = server.roots
    again, end = server.thread(root)
    assert "Seen 2 times." in again.shown
    assert "Resolved" in end.shown
    assert [file.partition("-")[2] for file in server.files(root)] == ["1-extract.txt"]
    assert [content for message in server.messages for content in message.files.values()] == ["the lines"]


def test_a_crash_before_or_after_any_step_is_recorded_loses_nothing_and_repeats_nothing(news: MakeNews) -> None:
    with fresh_server() as (server, sink):
        desk = Desk(sink)
        life(desk, news, lambda: desk)
        once(server)
        saves = desk.saves
    assert saves > 10
    for at in range(1, saves + 1):
        for kept in (False, True):
            with fresh_server() as (server, sink):
                desk = Dying(sink, at, kept)
                life(desk, news, desk.restarted)
                once(server)


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


@pytest.mark.parametrize("method", ["chat.postMessage", "files.completeUploadExternal", "files.getUploadURLExternal"])
@pytest.mark.parametrize("nth", [1, 2, 3])
def test_an_answer_that_is_lost_repeats_nothing(
    desk: Desk, slack_server: SlackServer, news: MakeNews, method: str, nth: int
) -> None:
    slack_server.fail(method, *[Fault(lost=True)] * nth)

    life(desk, news, lambda: desk)

    once(slack_server)


def test_a_killed_process_loses_nothing_and_repeats_nothing(
    slack: Slack, slack_server: SlackServer, news: MakeNews, tmp_path: Path
) -> None:
    """Real processes, each killed at a later save than the one before, until one of them gets to the end."""
    kept = tmp_path / "state.json"
    kept.write_text(follow(AlertState(), [news("flights", "broken", extract="the lines")], ALERTING).model_dump_json())
    for at in range(1, 20):
        child = os.fork()
        if child == 0:
            _deliver_and_die(slack, kept, at)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            break
        assert os.WTERMSIG(status) == signal.SIGKILL

    assert at > 1
    (root,) = slack_server.roots
    assert list(slack_server.files(root).values()) == ["the lines"]


def _deliver_and_die(sink: Sink, kept: Path, at: int) -> None:
    saves = 0

    def keep(state: AlertState) -> None:
        nonlocal saves
        saves += 1
        if saves == at and saves % 2:
            os.kill(os.getpid(), signal.SIGKILL)
        new = kept.with_suffix(".new")
        new.write_text(state.model_dump_json())
        new.replace(kept)
        if saves == at:
            os.kill(os.getpid(), signal.SIGKILL)

    deliver(AlertState.model_validate_json(kept.read_text()), {"chat": sink}, {"chat": 20}, NOON, keep)
    os._exit(0)


@contextlib.contextmanager
def fresh_server() -> Iterator[tuple[SlackServer, Slack]]:
    server = SlackServer()
    with server.running():
        yield server, Slack("chat", CHANNEL, slack_client(TOKEN, server.api))


EVENTS = st.tuples(
    st.sampled_from(["a", "b", "c", "d", "e", "f"]), st.sampled_from(["broken", "mended"]), st.sampled_from(["1", "2"])
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ticks=st.lists(st.lists(EVENTS, max_size=8), max_size=6))
def test_what_stands_is_what_broke_and_was_not_mended(news: MakeNews, ticks: list[list[tuple[str, str, str]]]) -> None:
    state, standing = AlertState(), set[tuple[str, str]]()
    messages = 0
    for tick in ticks:
        state = follow(state, [news(asset, change, subject) for asset, change, subject in tick], ALERTING)
        for asset, change, subject in tick:
            (standing.add if change == "broken" else standing.discard)((asset, subject))
        messages += len(tick)

    found = {(each.asset, subject) for each in state.incidents.values() for subject in each.standing}
    assert found == standing
    assert len(state.outbox) <= messages
    known = {delivery.id for delivery in state.outbox if delivery.thread is None}
    assert {delivery.thread for delivery in state.outbox if delivery.thread} <= known
    assert all(set(each.threads.values()) <= known for each in state.incidents.values())
    closed = {delivery.thread for delivery in state.outbox if delivery.closes}
    assert not closed & {thread for each in state.incidents.values() for thread in each.threads.values()}
