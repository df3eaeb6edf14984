"""``alerts.yaml``: the sinks of a deployment, and which news go to which of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from platform_assets.alerts.errors import AlertsDeclaredWrongly, SinkNotKnown
from platform_assets.alerts.news import Kind, News, Severity

_ORDER: list[Severity] = ["info", "warning", "error", "critical"]
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")


def _variable_name(name: str) -> str:
    if not _VARIABLE.fullmatch(name):
        # The value may be the secret itself, so it is not repeated.
        raise PydanticCustomError(
            "secret",
            "must name an environment variable, such as SLACK_BOT_TOKEN: secrets do not belong into a file",
        )
    return name


class Declared(BaseModel):
    """Base of what the file may say; an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Secret(Declared):
    """A value that only the environment has."""

    env: str = Field(description="Name of the environment variable.")

    @model_validator(mode="after")
    def _is_a_name(self) -> Secret:
        _variable_name(self.env)
        return self


class _Sink(Declared):
    give_up_after_hours: int = Field(default=72, ge=1, description="What was tried in vain for so long is set aside.")
    remind_after_hours: int | None = Field(default=None, ge=1, description="What stands is told again so often.")

    @property
    def secrets(self) -> list[str]:
        """Names of the environment variables that it needs."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return [value.env for value in values if isinstance(value, Secret)]


class _Limited(_Sink):
    messages_an_hour: int | None = Field(default=20, ge=1, description="More are held back and summed up.")


class SlackSink(_Limited):
    """A channel of Slack, written to by a bot."""

    kind: Literal["slack"]
    channel: str = Field(pattern=r"^[CGD][A-Z0-9]{7,}$", description="Id of the channel, not its name.")
    token: Secret
    server: str = Field(default="https://slack.com/api/", pattern=r"^https?://.*/$")


class WebhookSink(_Limited):
    """An address that takes JSON."""

    kind: Literal["webhook"]
    url: Secret


class EmailSink(_Limited):
    """A mailbox, reached through a mail server."""

    kind: Literal["email"]
    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: str = Field(pattern=r"^\S+@\S+$")
    to: list[Annotated[str, Field(pattern=r"^\S+@\S+$")]] = Field(min_length=1)
    user: Secret | None = None
    password: Secret | None = None


class PagerDutySink(_Sink):
    """A service of PagerDuty, or of another that takes its Events API v2."""

    kind: Literal["pagerduty"]
    routing_key: Secret
    server: str = Field(default="https://events.pagerduty.com", pattern=r"^https?://[^/]+$")
    # It sums up by itself, and a page that is held back is none.
    messages_an_hour: None = None
    # A page that somebody resolved although the trouble goes on comes again; one that is open or acknowledged does not.
    remind_after_hours: int | None = Field(default=4, ge=1)


SinkDeclaration = Annotated[SlackSink | WebhookSink | EmailSink | PagerDutySink, Field(discriminator="kind")]


class Route(Declared):
    """News that match every named property go to the sinks in ``to``; what is left out matches all."""

    to: list[str] = Field(min_length=1)
    kinds: list[Kind] | None = None
    owners: list[str] | None = None
    assets: list[str] | None = None
    severity: Severity = Field(default="info", description="At least this.")

    def takes(self, news: News) -> bool:
        """Whether news go this way."""
        return (
            (self.kinds is None or news.kind in self.kinds)
            and (self.owners is None or not set(news.owners).isdisjoint(self.owners))
            and (self.assets is None or news.asset in self.assets)
            and _ORDER.index(news.severity) >= _ORDER.index(self.severity)
        )


class Alerting(Declared):
    """The whole file.

    Attributes:
        ui: address of Dagster's UI, for links.
        sinks: by name.
        routes: every route that matches counts; a sink gets the same news once.
    """

    ui: str = Field(default="http://localhost:3000", pattern=r"^https?://")
    sinks: dict[str, SinkDeclaration] = Field(min_length=1)
    routes: list[Route] = Field(min_length=1)

    @model_validator(mode="after")
    def _sinks_exist(self) -> Alerting:
        unknown = sorted({name for route in self.routes for name in route.to} - set(self.sinks))
        if unknown:
            raise PydanticCustomError(
                "unknown_sink",
                "a route leads to '{unknown}', which is not among the sinks ({known})",
                {"unknown": ", ".join(unknown), "known": ", ".join(self.sinks)},
            )
        return self

    def sink_named(self, name: str) -> str:
        """The name itself, if a sink has it; raises SinkNotKnown."""
        if name not in self.sinks:
            raise SinkNotKnown(name, list(self.sinks))
        return name

    def sinks_for(self, news: News) -> list[str]:
        """Names of the sinks that news go to."""
        matching: Iterable[str] = (name for route in self.routes if route.takes(news) for name in route.to)
        return list(dict.fromkeys(matching))


def load_alerting(path: Path) -> Alerting:
    """The declared alerting; raises AlertsDeclaredWrongly with file, field, rule and remedy."""
    try:
        said: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise AlertsDeclaredWrongly(path, ["the file does not exist"]) from error
    except yaml.YAMLError as error:
        raise AlertsDeclaredWrongly(path, [f"not YAML: {error}"]) from error
    try:
        return Alerting.model_validate(said)
    except ValidationError as error:
        problems = [
            f"{'.'.join(map(str, each['loc'])) or 'the file'}: {each['msg']}"
            for each in error.errors(include_url=False, include_input=False)
        ]
        # The error itself repeats the input, which may hold a secret.
        raise AlertsDeclaredWrongly(path, problems) from None
