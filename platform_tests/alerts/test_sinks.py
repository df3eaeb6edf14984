"""What each sink makes of the same incident, on stand-ins that check what the real services check."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from event_server import ROUTING_KEY, PagerServer, WebhookServer
from http_stand_in import Fault
from mail_server import MailServer
from slack_server import CHANNEL, TOKEN, SlackServer

from platform_assets.alerts.declaration import EmailSink
from platform_assets.alerts.errors import SinkFailed
from platform_assets.alerts.message import Message, Step, message_of
from platform_assets.alerts.news import Link, News
from platform_assets.alerts.sinks.email import Email
from platform_assets.alerts.sinks.pagerduty import PagerDuty
from platform_assets.alerts.sinks.slack import Slack
from platform_assets.alerts.sinks.webhook import Webhook
from platform_assets.alerts.state import AlertState, Delivery
from platform_assets.automation.alert_sinks import slack_client

MakeDelivery = Callable[..., Delivery]


@pytest.fixture
def delivery(news: Callable[..., News]) -> MakeDelivery:
    def make(step: Step = "opened", title: str = "flights 2013-02 failed", closes: bool = False) -> Delivery:
        found = news("flights", "broken", extract="ValueError: bad").model_copy(
            update={"title": title, "links": (Link(label="run", url="http://localhost:3000/runs/1"),)}
        )
        message: Message = message_of(step, [found])
        return AlertState().with_message("any", message, closes=closes)[1]

    return make


@pytest.fixture
def webhook_server() -> Iterator[WebhookServer]:
    server = WebhookServer()
    with server.running():
        yield server


@pytest.fixture
def pager_server() -> Iterator[PagerServer]:
    server = PagerServer()
    with server.running():
        yield server


def test_a_webhook_gets_all_of_a_message_and_its_thread(webhook_server: WebhookServer, delivery: MakeDelivery) -> None:
    sink, first, last = Webhook("hook", webhook_server.address), delivery(), delivery("resolved", closes=True)

    thread = sink.send(first, None)
    sink.send(last, thread)

    told = list(webhook_server.received.values())
    assert [(each["step"], each["thread"], each["closes"]) for each in told] == [
        ("opened", first.id, False),
        ("resolved", first.id, True),
    ]
    assert told[0]["attachments"] == [{"name": "extract.txt", "text": "ValueError: bad"}]
    assert told[0]["links"] == [{"label": "run", "url": "http://localhost:3000/runs/1"}]


def test_a_repetition_to_a_webhook_has_the_same_key(webhook_server: WebhookServer, delivery: MakeDelivery) -> None:
    webhook_server.fail("/", Fault(lost=True))
    sink, message = Webhook("hook", f"{webhook_server.address}/"), delivery()

    with pytest.raises(SinkFailed) as failed:
        sink.send(message, None)
    sink.send(message, None)

    assert failed.value.may_have_arrived
    assert (webhook_server.posts, len(webhook_server.received)) == (2, 1)


def test_the_address_of_a_webhook_is_never_told(delivery: MakeDelivery) -> None:
    with pytest.raises(SinkFailed) as failed:
        Webhook("hook", "http://127.0.0.1:9/T000/secret-part").send(delivery(), None)

    assert "secret-part" not in str(failed.value)


def test_an_incident_is_one_alert_of_a_pager_until_it_is_resolved(
    pager_server: PagerServer, delivery: MakeDelivery
) -> None:
    sink = PagerDuty("on-call", ROUTING_KEY, pager_server.address)

    key = sink.send(delivery(), None)
    sink.send(delivery("followed"), key)
    assert pager_server.is_open(key)
    sink.send(delivery("resolved", closes=True), key)

    assert not pager_server.is_open(key)
    opened: dict[str, Any] = pager_server.alerts[key][0]
    assert opened["payload"]["severity"] == "error"
    assert opened["payload"]["custom_details"]["extract.txt"] == "ValueError: bad"
    assert opened["links"] == [{"href": "http://localhost:3000/runs/1", "text": "run"}]


def test_a_message_with_more_links_than_slack_shows_arrives_with_those_that_fit(
    slack: Slack, slack_server: SlackServer, delivery: MakeDelivery
) -> None:
    made = delivery()
    links = tuple(Link(label=f"logs {number}", url=f"https://example.com/{'x' * 150}") for number in range(40))
    slack.send(made.model_copy(update={"message": made.message.model_copy(update={"links": links})}), None)

    (context,) = slack_server.roots[0].blocks[1]["elements"]
    assert 1500 < len(context["text"]) <= 2000
    assert context["text"].endswith("logs 9>")


def test_a_promotion_is_a_change_and_pages_nobody(pager_server: PagerServer, delivery: MakeDelivery) -> None:
    PagerDuty("on-call", ROUTING_KEY, pager_server.address).send(delivery("told"), None)

    assert (len(pager_server.changes), pager_server.alerts) == (1, {})


def test_a_wrong_routing_key_is_told_without_it(pager_server: PagerServer, delivery: MakeDelivery) -> None:
    with pytest.raises(SinkFailed, match=r"it answered 400 Bad Request\. Look whether the routing key") as failed:
        PagerDuty("on-call", "wrong-key", pager_server.address).send(delivery(), None)

    assert "wrong-key" not in str(failed.value)
    assert not failed.value.may_have_arrived


def mail_sink(server: MailServer, password: str = "right") -> Email:
    declared = EmailSink(
        kind="email",
        host="127.0.0.1",
        port=server.port,
        security="none",
        sender="data@example.com",
        to=["a@example.com"],
    )
    user = server.login[0] if server.login else None
    return Email("mail", declared, user, password if user else None)


def test_mails_of_an_incident_are_a_thread_with_the_extract_as_a_file(delivery: MakeDelivery) -> None:
    with MailServer(login=("robot", "right")).running() as server:
        sink = mail_sink(server)
        thread = sink.send(delivery(title="naïve\nBcc: x@example.com"), None)
        sink.send(delivery("resolved", closes=True), thread)

    first, last = server.mails
    assert first["Subject"] == "[error] naïve Bcc: x@example.com"
    assert first["Bcc"] is None
    assert (first["Message-ID"], last["In-Reply-To"], last["References"]) == (thread, thread, thread)
    (file,) = first.iter_attachments()
    assert (file.get_filename(), file.get_content().strip()) == ("extract.txt", "ValueError: bad")
    body = first.get_body()
    assert body is not None
    assert "run: http://localhost:3000/runs/1" in body.get_content()


def test_a_mail_server_that_is_down_is_told(delivery: MakeDelivery) -> None:
    server = MailServer()
    server.port = 9

    with pytest.raises(SinkFailed, match="ConnectionRefusedError"):
        mail_sink(server).send(delivery(), None)


def test_text_of_others_makes_no_mention_and_no_link_in_slack(
    slack: Slack, slack_server: SlackServer, delivery: MakeDelivery
) -> None:
    slack.send(delivery(title="<!channel> & <https://evil.example|here>"), None)

    (message,) = slack_server.roots
    assert "&lt;!channel&gt; &amp; &lt;https://evil.example|here&gt;" in message.shown
    assert "<http://localhost:3000/runs/1|run>" in message.shown


def test_slack_without_the_scope_to_read_says_which_it_needs(delivery: MakeDelivery) -> None:
    server = SlackServer(scopes=frozenset({"chat:write"}))
    with server.running(), pytest.raises(SinkFailed, match=r"missing_scope.*channels:history"):
        Slack("chat", CHANNEL, slack_client(TOKEN, server.api)).find(delivery(), None)
