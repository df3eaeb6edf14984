"""Nothing is lost and nothing is said twice, whatever fails on the way to a channel of Slack."""

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alert_desk import ALERTING, NOON, Desk, Dying
from http_stand_in import Fault
from slack_server import CHANNEL, TOKEN, SlackServer

from platform_assets.alerts.deliver import deliver, problems
from platform_assets.alerts.follow import follow
from platform_assets.alerts.news import News
from platform_assets.alerts.sinks.base import Sink
from platform_assets.alerts.sinks.slack import Slack
from platform_assets.alerts.state import AlertState
from platform_assets.automation.alert_sinks import slack_client

MakeNews = Callable[..., News]


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


def test_without_the_right_to_add_files_the_thread_says_so_and_nothing_waits(news: MakeNews) -> None:
    server = SlackServer(scopes=frozenset({"chat:write", "channels:history"}))
    with server.running():
        desk = Desk(Slack("chat", CHANNEL, slack_client(TOKEN, server.api)))
        assert not desk.tick(news("flights", "broken", extract="the lines"), news("weather", "broken")).outbox

    assert len(server.roots) == 2
    (reply,) = server.thread(server.roots[0])
    assert "*Without its file: extract.txt*" in reply.shown
    assert "missing_scope" in reply.shown
    assert "files:write" in reply.shown


def test_what_there_is_no_time_for_waits_in_its_order(desk: Desk, slack_server: SlackServer, news: MakeNews) -> None:
    state = follow(AlertState(), [news("flights", "broken"), news("weather", "broken")], ALERTING)
    time_left = iter([True, False])

    late = deliver(state, desk.sinks, ALERTING.sinks, NOON, desk.keep, lambda: next(time_left))
    assert [each.message.title for each in late.outbox] == ["weather 2013-02 failed"]
    assert not deliver(late, desk.sinks, ALERTING.sinks, NOON, desk.keep).outbox
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

    deliver(AlertState.model_validate_json(kept.read_text()), {"chat": sink}, ALERTING.sinks, NOON, keep)
    os._exit(0)


@contextlib.contextmanager
def fresh_server() -> Iterator[tuple[SlackServer, Slack]]:
    server = SlackServer()
    with server.running():
        yield server, Slack("chat", CHANNEL, slack_client(TOKEN, server.api))
