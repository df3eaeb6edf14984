"""A message that a sink refuses is given up and told elsewhere; whatever else fails is tried again, with an end."""

import contextlib
import json
from collections.abc import Callable, Iterator

import pytest
from alert_desk import Desk, Dying
from event_server import ROUTING_KEY, PagerServer, WebhookServer
from http_stand_in import Fault
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mail_server import MailServer
from slack_server import CHANNEL, TOKEN, SlackServer

from platform_assets.alerts.declaration import Alerting, EmailSink
from platform_assets.alerts.deliver import given_up, problems
from platform_assets.alerts.errors import SinkFailed
from platform_assets.alerts.message import message_of
from platform_assets.alerts.news import News
from platform_assets.alerts.sinks.email import Email
from platform_assets.alerts.sinks.pagerduty import PagerDuty
from platform_assets.alerts.sinks.slack import Slack
from platform_assets.alerts.sinks.webhook import Webhook
from platform_assets.alerts.state import AlertState, Delivery
from platform_assets.automation.alert_sinks import slack_client

MakeNews = Callable[..., News]
TO = ("a@example.com", "b@example.com")
MAIL = {"kind": "email", "host": "127.0.0.1", "security": "none", "sender": "data@example.com", "to": list(TO)}
CHAT = {"kind": "slack", "channel": CHANNEL, "token": {"env": "SLACK_BOT_TOKEN"}}
BOTH = Alerting.model_validate(
    {"sinks": {"mailbox": MAIL, "chat": CHAT}, "routes": [{"to": ["mailbox"]}, {"to": ["chat"]}]}
)


@pytest.fixture
def delivery(news: MakeNews) -> Delivery:
    return AlertState().with_message("any", message_of("opened", [news("flights", "broken")]))[1]


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer(refused="example.com")
    with server.running():
        yield server


def mail_sink(server: MailServer, password: str = "") -> Email:
    declared = EmailSink.model_validate({**MAIL, "port": server.port})
    return Email("mailbox", declared, server.login[0] if server.login else None, password)


@pytest.fixture
def two_sinks(desk: Desk, mail_server: MailServer) -> Desk:
    """A mailbox, and a channel that gets the same."""
    desk.alerting, desk.sinks = BOTH, {"mailbox": mail_sink(mail_server), **desk.sinks}
    return desk


HTTP_REFUSALS, HTTP_FAILURES = (301, 302, 400, 401, 403, 404, 410, 413), (408, 425, 429, 500, 502, 503)


@pytest.mark.parametrize("status", HTTP_REFUSALS + HTTP_FAILURES)
@pytest.mark.parametrize("kind", ["webhook", "pager"])
def test_an_answer_that_blames_the_call_is_a_refusal_one_that_blames_hour_or_server_is_not(
    delivery: Delivery, kind: str, status: int
) -> None:
    server = PagerServer() if kind == "pager" else WebhookServer()
    with server.running():
        server.fail("", Fault(status))
        sink = PagerDuty("it", ROUTING_KEY, server.address) if kind == "pager" else Webhook("it", server.address)
        with pytest.raises(SinkFailed) as failed:
            sink.send(delivery, None)

    assert failed.value.permanent is (status in HTTP_REFUSALS)


SLACK_REFUSALS = ("invalid_auth", "token_revoked", "channel_not_found", "not_in_channel", "is_archived", "msg_too_long")


@pytest.mark.parametrize(
    ("status", "error"),
    [*((200, name) for name in SLACK_REFUSALS), (200, "internal_error"), (429, "ratelimited"), (503, "fatal_error")],
)
def test_an_error_that_slack_names_is_a_refusal_unless_it_passes(
    slack: Slack, slack_server: SlackServer, delivery: Delivery, status: int, error: str
) -> None:
    slack_server.fail("chat.postMessage", Fault(status, body=json.dumps({"ok": False, "error": error}).encode()))

    with pytest.raises(SinkFailed, match=error) as failed:
        slack.send(delivery, None)

    assert failed.value.permanent is (error in SLACK_REFUSALS)


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [
        ("550 5.1.1 no such mailbox", True),
        ("554 5.7.1 not allowed", True),
        ("451 4.7.1 later", False),
        ("421 -", False),
    ],
)
def test_a_mail_server_refuses_with_5_and_puts_off_with_4(
    mail_server: MailServer, delivery: Delivery, answer: str, permanent: bool
) -> None:
    mail_server.refusal = answer

    with pytest.raises(SinkFailed, match=answer.split()[0]) as failed:
        mail_sink(mail_server).send(delivery, None)

    assert (failed.value.permanent, failed.value.may_have_arrived) == (permanent, False)


def test_a_password_that_a_mail_server_does_not_know_is_a_refusal(delivery: Delivery) -> None:
    answer = "it answered 535 5.7.8 wrong"
    with MailServer(login=("robot", "right")).running() as server, pytest.raises(SinkFailed, match=answer) as failed:
        mail_sink(server, "wrong").send(delivery, None)

    assert failed.value.permanent


def test_a_refused_mail_is_told_in_the_channel_that_gets_the_same_and_not_tried_again(
    two_sinks: Desk, mail_server: MailServer, slack_server: SlackServer, news: MakeNews
) -> None:
    before = AlertState.model_validate_json(two_sinks.kept)
    state = two_sinks.tick(news("flights", "broken"))
    (refusal,) = given_up(before, state)
    assert "'flights 2013-02 failed' is set aside" in refusal
    assert "no such mailbox" in refusal
    for hour in range(1, 100):
        state = two_sinks.tick(minutes=60 * hour)

    assert mail_server.calls == 1
    assert not state.outbox
    first, notice = slack_server.roots
    assert "flights 2013-02 failed" in first.shown
    assert "The alert sink 'mailbox' did not take 'flights 2013-02 failed'" in notice.shown
    assert "no such mailbox" in notice.shown
    assert "Owner: *team:flight-operations*" in notice.shown


def test_a_crash_at_any_step_of_a_refusal_loses_nothing_and_tells_nothing_twice(
    slack: Slack, slack_server: SlackServer, mail_server: MailServer, news: MakeNews
) -> None:
    for at in range(2, 40):
        for kept in (False, True):
            slack_server.messages.clear()
            desk = Dying(slack, at, kept)
            desk.alerting, desk.sinks = BOTH, {"mailbox": mail_sink(mail_server), "chat": slack}
            with contextlib.suppress(ProcessLookupError):
                desk.tick(news("flights", "broken"))
            died = desk.saves == at
            for minute in (1, 2):
                state = AlertState.model_validate_json(desk.kept)
                if state.has_work:
                    desk.tick(minutes=minute)

            assert [root.text for root in slack_server.roots] == [
                "[error] flights 2013-02 failed",
                "[warning] The alert sink 'mailbox' did not take 'flights 2013-02 failed'",
            ]
        if not died:
            return
    raise AssertionError("no look came to its end")


def test_a_sink_that_takes_messages_again_is_told_what_it_missed_and_what_of_it_stands(
    two_sinks: Desk, mail_server: MailServer, news: MakeNews
) -> None:
    two_sinks.tick(news("flights", "broken"), news("weather", "broken"))
    two_sinks.tick(news("weather", "mended", minutes=1), minutes=1)
    mail_server.refused = ""
    two_sinks.tick(news("planes", "broken", minutes=5), minutes=5)
    two_sinks.tick(minutes=6)
    two_sinks.tick(news("flights", "mended", minutes=7), minutes=7)
    two_sinks.tick(minutes=8)

    assert [mail["Subject"] for mail in mail_server.mails] == [
        "[error] planes 2013-02 failed",
        "[error] Did not arrive here before: 3 messages",
        "[error] Reminder: flights 2013-02 failed",
        "Resolved: flights 2013-02",
    ]
    summary = str(mail_server.mails[1].get_content())
    assert "flights 2013-02 failed (2026-11-21 12:00 UTC)" in summary
    assert "Resolved: weather 2013-02 (2026-11-21 12:01 UTC)" in summary
    assert mail_server.mails[3]["In-Reply-To"] == mail_server.mails[2]["Message-ID"]


def test_a_mail_that_one_of_its_addresses_refuses_has_arrived_and_the_refusal_is_told(
    two_sinks: Desk, mail_server: MailServer, slack_server: SlackServer, news: MakeNews
) -> None:
    mail_server.refused = TO[1]
    before = AlertState.model_validate_json(two_sinks.kept)
    state = two_sinks.tick(news("flights", "broken"))
    two_sinks.tick(minutes=1)

    assert [mail["Subject"] for mail in mail_server.mails] == ["[error] flights 2013-02 failed"]
    assert "it was refused for b@example.com (550 5.1.1 no such mailbox)" in given_up(before, state)[0]
    assert "b@example.com" in slack_server.roots[1].shown


def test_what_a_mail_server_puts_off_is_tried_more_and_more_rarely_and_given_up_in_the_end(
    two_sinks: Desk, mail_server: MailServer, slack_server: SlackServer, news: MakeNews
) -> None:
    mail_server.refusal = "451 4.7.1 later"
    mailbox = BOTH.sinks["mailbox"].model_copy(update={"give_up_after_hours": 12})
    two_sinks.alerting = BOTH.model_copy(update={"sinks": {**BOTH.sinks, "mailbox": mailbox}})
    two_sinks.tick(news("flights", "broken"))
    calls = []
    for minute in range(1, 16 * 60):
        state = two_sinks.tick(minutes=minute)
        calls.append(mail_server.calls)
        if minute == 11 * 60:
            assert "451" in problems(state)[0]
            assert len(state.outbox) == 1

    assert calls[10] >= 5
    assert calls[10 * 60] - calls[9 * 60] == 1
    assert calls[-1] == calls[13 * 60]
    assert not state.outbox
    notice = slack_server.roots[-1].shown
    assert "The alert sink 'mailbox' did not take 'flights 2013-02 failed'" in notice
    assert "It waited for 12 hours" in notice


def test_several_refusals_of_one_look_are_one_message_elsewhere_and_none_to_who_was_not_to_know(
    two_sinks: Desk, mail_server: MailServer, slack_server: SlackServer, news: MakeNews
) -> None:
    two_sinks.tick(*(news(f"asset_{number}", "broken") for number in range(3)))
    two_sinks.alerting = BOTH.model_copy(update={"routes": [BOTH.routes[0]]})
    two_sinks.tick(news("of_the_mailbox_alone", "broken", minutes=1), minutes=1)

    assert mail_server.calls == 4
    assert len(slack_server.roots) == 4
    notice = slack_server.roots[-1].shown
    assert "The alert sink 'mailbox' did not take 3 messages" in notice
    assert "asset_0 2013-02 failed\nasset_1 2013-02 failed\nasset_2 2013-02 failed\n" in notice


def test_a_revoked_token_is_no_reason_to_wait_and_what_stands_is_told_with_the_new_one(
    slack_server: SlackServer, news: MakeNews
) -> None:
    desk = Desk(Slack("chat", CHANNEL, slack_client("xoxb-revoked", slack_server.api)))
    before = AlertState.model_validate_json(desk.kept)
    state = desk.tick(news("flights", "broken"), news("weather", "broken"))
    assert not state.outbox
    assert all("invalid_auth" in each and "chat:write" in each for each in given_up(before, state))

    desk.sinks = {"chat": Slack("chat", CHANNEL, slack_client(TOKEN, slack_server.api))}
    desk.tick(news("weather", "mended"), minutes=2)
    desk.tick(minutes=3)
    desk.tick(minutes=4)
    assert [root.text for root in slack_server.roots] == [
        "Resolved: weather 2013-02",
        "[error] Did not arrive here before: 2 messages",
        "[error] Reminder: flights 2013-02 failed",
    ]


def test_a_message_that_slack_will_never_take_is_set_aside_and_the_others_go_on(
    desk: Desk, slack_server: SlackServer, news: MakeNews
) -> None:
    slack_server.fail("chat.postMessage", Fault(200, body=b'{"ok": false, "error": "invalid_blocks"}'))
    before = AlertState.model_validate_json(desk.kept)
    state = desk.tick(news("flights", "broken"), news("weather", "broken"))
    assert "invalid_blocks" in given_up(before, state)[0]
    assert not state.outbox
    assert [root.text for root in slack_server.roots] == [
        "[error] weather 2013-02 failed",
        "[error] Did not arrive here before: 1 message",
    ]

    # What follows finds no thread, and begins one.
    desk.tick(news("flights", "broken", minutes=1))
    desk.tick(news("flights", "mended", minutes=2))
    again = slack_server.roots[2]
    assert "Seen 2 times." in again.shown
    assert [reply.broadcast for reply in slack_server.thread(again)] == [True]


HOOKS = Alerting.model_validate(
    {
        "sinks": {name: {"kind": "webhook", "url": {"env": "HOOK"}, "messages_an_hour": None} for name in ("a", "b")},
        "routes": [{"to": ["a", "b"]}],
    }
)
ANSWERS = st.sampled_from([None, Fault(404), Fault(503), Fault(429, {"Retry-After": "600"}), Fault(lost=True)])


@pytest.fixture
def hooks() -> Iterator[dict[str, WebhookServer]]:
    servers = {name: WebhookServer() for name in HOOKS.sinks}
    with servers["a"].running(), servers["b"].running():
        yield servers


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answers=st.lists(st.tuples(ANSWERS, ANSWERS), min_size=1, max_size=6))
def test_whatever_sinks_answer_in_the_end_each_knows_of_all_that_broke(
    slack: Slack, hooks: dict[str, WebhookServer], news: MakeNews, answers: list[tuple[Fault | None, Fault | None]]
) -> None:
    desk = Desk(slack)
    desk.alerting = HOOKS
    desk.sinks = {name: Webhook(name, f"{server.address}/") for name, server in hooks.items()}
    for server in hooks.values():
        server.received.clear()
    for minute, faults in enumerate(answers):
        for server, fault in zip(hooks.values(), faults, strict=True):
            server.fail("/", *([fault] if fault else []))
        desk.tick(news(f"asset_{minute}_", "broken", minutes=minute), minutes=minute)
    for server in hooks.values():
        server.fail("/")
    desk.tick(news("the_last", "broken", minutes=120), minutes=120)
    for minute in (121, 122, 123):
        state = desk.tick(minutes=minute)

    assert not state.has_work
    for name, server in hooks.items():
        told = json.dumps(list(server.received.values()))
        assert all(f"asset_{minute}_ 2013-02 failed" in told for minute in range(len(answers)))
        assert set(state.references) >= {incident.threads[name] for incident in state.incidents.values()}
