"""Incidents, threads, grouping and rate, as a channel of Slack shows them."""

from collections.abc import Callable

from alert_desk import ALERTING, Desk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_server import SlackServer

from platform_assets.alerts.declaration import Alerting
from platform_assets.alerts.follow import follow
from platform_assets.alerts.news import Kind, News
from platform_assets.alerts.sinks.slack import Slack
from platform_assets.alerts.state import AlertState

MakeNews = Callable[..., News]


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


def test_what_begins_and_ends_between_two_looks_is_one_message_that_says_both(
    desk: Desk, slack_server: SlackServer, news: MakeNews
) -> None:
    state = desk.tick(news("flights", "broken", extract="the lines"), news("flights", "mended", minutes=1))

    (root,) = slack_server.roots
    assert root.text == "Came and went: flights 2013-02 failed"
    assert "Owner: *team:flight-operations*" in root.shown
    assert "what happened to flights\nOver since 2026-11-21 12:01 UTC: what happened to flights" in root.shown
    assert slack_server.thread(root) == []
    assert list(slack_server.files(root).values()) == ["the lines"]
    assert (state.incidents, state.references) == ({}, {})


def test_what_breaks_again_between_two_looks_is_told_as_one_that_passed_and_one_that_stands(
    desk: Desk, slack_server: SlackServer, news: MakeNews
) -> None:
    desk.tick(
        news("flights", "broken"),
        news("flights", "broken", "2013-03", minutes=1),
        news("flights", "mended", minutes=2),
        news("flights", "mended", "2013-03", minutes=3),
        news("flights", "broken", "2013-04", minutes=4),
    )

    assert [root.text for root in slack_server.roots] == [
        "[error] flights 2013-04 failed",
        "Came and went: flights 2013-02 failed",
    ]
    assert "flights 2013-03 failed: what happened" in slack_server.roots[1].shown
    desk.tick(news("flights", "mended", "2013-04", minutes=5))
    assert [reply.broadcast for reply in slack_server.thread(slack_server.roots[0])] == [True]


def test_fifty_that_come_and_go_between_two_looks_are_one_message(
    desk: Desk, slack_server: SlackServer, news: MakeNews
) -> None:
    assets = [f"asset_{number}" for number in range(50)]
    desk.tick(*(news(asset, state) for asset in assets for state in ("broken", "mended")))

    (root,) = slack_server.roots
    assert root.text == "Came and went: 50 news of asset_0, asset_1, asset_2 and 47 more"


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


def test_the_summary_comes_before_what_follows_in_it_with_the_highest_severity(
    slack: Slack, slack_server: SlackServer, news: MakeNews
) -> None:
    desk = Desk(slack, limit=2)
    kinds: list[Kind] = ["run_failure", "run_failure", "drift", "run_failure"]
    for minute, kind in enumerate(kinds):
        desk.tick(news(f"asset_{minute}", "broken", kind=kind, minutes=minute), minutes=minute)
    # The hour is over as news come of what was held back.
    desk.tick(news("asset_3", "mended", minutes=70), minutes=70)

    summary = slack_server.roots[-1]
    assert summary.text == "[error] 2 messages were held back since 12:02 UTC"
    assert [reply.shown.split("*")[1] for reply in slack_server.thread(summary)] == ["Resolved: asset_3 2013-02"]


TWO_SINKS = Alerting.model_validate(
    {
        "sinks": {name: {"kind": "webhook", "url": {"env": "HOOK"}} for name in ("failures", "refusals")},
        "routes": [
            {"to": ["failures"], "kinds": ["run_failure"]},
            {"to": ["refusals"], "kinds": ["refused_partition"]},
        ],
    }
)


def told_to(state: AlertState, sink: str) -> list[tuple[str, bool]]:
    """Each message of a sink: its step, and whether it ends its thread."""
    return [(each.message.step, each.closes) for each in state.outbox if each.sink == sink]


def test_whoever_was_told_of_a_breach_is_told_of_its_end_whatever_kinds_the_routes_take(news: MakeNews) -> None:
    state = follow(AlertState(), [news("flights", "broken", kind="refused_partition")], TWO_SINKS)
    state = follow(state, [news("flights", "mended", kind="run_failure")], TWO_SINKS)

    assert told_to(state, "refusals") == [("opened", False), ("resolved", True)]


def test_a_failure_of_an_incident_that_began_as_a_refusal_reaches_those_who_want_failures(news: MakeNews) -> None:
    state = follow(AlertState(), [news("flights", "broken", kind="refused_partition")], TWO_SINKS)
    state = follow(state, [news("flights", "broken", "2013-03"), news("flights", "broken", "2013-04")], TWO_SINKS)
    assert told_to(state, "failures") == [("opened", False), ("followed", False)]

    state = follow(state, [news("flights", "mended", each) for each in ("2013-02", "2013-03", "2013-04")], TWO_SINKS)
    for sink in TWO_SINKS.sinks:
        assert told_to(state, sink)[-1] == ("resolved", True)


def test_another_partition_that_fails_hours_later_is_shown_in_the_channel_too(
    desk: Desk, slack_server: SlackServer, news: MakeNews
) -> None:
    desk.tick(news("flights", "broken"))
    desk.tick(news("flights", "broken", "2013-03", minutes=30))
    desk.tick(news("flights", "broken", "2013-03", minutes=600))
    desk.tick(news("flights", "broken", "2013-04", minutes=900))

    (root,) = slack_server.roots
    assert [reply.broadcast for reply in slack_server.thread(root)] == [False, False, True]


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
