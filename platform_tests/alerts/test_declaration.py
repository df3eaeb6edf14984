"""alerts.yaml: what it may say, and what is said about it when it is wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest

from platform_assets.alerts.declaration import load_alerting
from platform_assets.alerts.errors import AlertsDeclaredWrongly, SecretMissing
from platform_assets.alerts.news import News
from platform_assets.alerts.sinks.opening import open_sink
from platform_assets.automation.alert_sinks import slack_client

ROOT = Path(__file__).parents[2]
SINKS = """
sinks:
  data-alerts: {kind: slack, channel: C0123ABCDEF, token: {env: SLACK_BOT_TOKEN}}
  on-call: {kind: pagerduty, routing_key: {env: PAGERDUTY_KEY}}
"""
ROUTES = """
routes:
  - {to: [data-alerts]}
  - {to: [on-call, data-alerts], severity: error, owners: ["team:flight-operations"]}
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "alerts.yaml"
    path.write_text(text)
    return path


def test_routes_choose_by_owner_kind_and_severity_and_a_sink_gets_news_once(
    tmp_path: Path, news: Callable[..., News]
) -> None:
    alerting = load_alerting(written(tmp_path, SINKS + ROUTES))

    assert alerting.sinks_for(news("flights", "broken")) == ["data-alerts", "on-call"]
    assert alerting.sinks_for(news("flights", "broken", kind="drift")) == ["data-alerts"]
    assert alerting.sinks_for(news("flights", "broken", owner="team:data-science")) == ["data-alerts"]
    both = news("flights", "broken", owner="team:data-science, team:flight-operations")
    assert alerting.sinks_for(both) == ["data-alerts", "on-call"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file: Input should be a valid"),
        ("sinks: [", "not YAML"),
        (SINKS, "routes: Field required"),
        (SINKS + "routes: [{to: [nobody]}]", "'nobody', which is not among the sinks (data-alerts, on-call)"),
        (SINKS + "routes: [{to: [on-call], kinds: [drfit]}]", "routes.0.kinds.0: Input should be 'run_failure'"),
        (SINKS.replace("C0123ABCDEF", '"#alerts"') + ROUTES, "sinks.data-alerts.slack.channel: "),
        (SINKS.replace("kind: slack", "kind: teams") + ROUTES, "sinks.data-alerts: Input tag 'teams'"),
        (SINKS.replace("channel:", "chanel:") + ROUTES, "sinks.data-alerts.slack.chanel: Extra inputs"),
    ],
)
def test_a_wrong_file_is_told_with_field_rule_and_remedy(tmp_path: Path, text: str, words: str) -> None:
    path = written(tmp_path, text)

    with pytest.raises(AlertsDeclaredWrongly) as wrong:
        load_alerting(path)

    assert str(wrong.value).startswith(f"{path} does not declare alerts: ")
    assert words in str(wrong.value)
    assert "docs/guides/alerts.md" in str(wrong.value)


def test_the_file_of_the_guide_declares_alerts(tmp_path: Path, news: Callable[..., News]) -> None:
    guide = (ROOT / "docs" / "guides" / "alerts.md").read_text()
    text = guide.split("```yaml\n")[1].split("```")[0]

    alerting = load_alerting(written(tmp_path, text))

    assert alerting.sinks_for(news("flights", "broken")) == ["data-alerts", "on-call"]
    assert alerting.sinks_for(news("flights", "broken", kind="drift")) == ["data-alerts", "mailbox", "ticket-system"]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(AlertsDeclaredWrongly, match="the file does not exist"):
        load_alerting(tmp_path / "alerts.yaml")


@pytest.mark.parametrize("value", ["xoxb-1234-secret", "{env: xoxb-1234-secret}"])
def test_a_secret_in_the_file_is_refused_and_not_repeated(tmp_path: Path, value: str) -> None:
    text = SINKS.replace("{env: SLACK_BOT_TOKEN}", value) + ROUTES

    with pytest.raises(AlertsDeclaredWrongly) as wrong:
        load_alerting(written(tmp_path, text))

    assert "sinks.data-alerts.slack.token" in str(wrong.value)
    assert "1234" not in str(wrong.value)


def test_a_secret_that_the_environment_lacks_is_named(tmp_path: Path) -> None:
    alerting = load_alerting(written(tmp_path, SINKS + ROUTES))

    with pytest.raises(SecretMissing, match=r"'on-call' takes its routing_key from .* PAGERDUTY_KEY, which is not set"):
        open_sink("on-call", alerting.sinks["on-call"], {"SLACK_BOT_TOKEN": "xoxb-1"}, slack_client)
