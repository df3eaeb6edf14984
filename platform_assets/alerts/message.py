"""What a sink is to say: news of one incident, of several at once, or what was held back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from platform_assets.alerts.news import SEVERITIES, Attachment, Link, News, Severity

#: News of a tick that one message names; the others are counted.
NAMED = 10
#: Files that go with one message, and the characters of each.
ATTACHMENTS, ATTACHMENT_CHARACTERS = 3, 30_000
_MESSAGE_CHARACTERS = 1_500

#: ``opened`` begins a thread, ``followed`` and ``resolved`` go into it; ``told`` needs none.
Step = Literal["opened", "followed", "resolved", "told"]
_ORDER: list[Severity] = ["info", "warning", "error", "critical"]


class Message(BaseModel):
    """Words for people, before a sink gives them its form.

    Attributes:
        title: one line.
        lines: what was found, a paragraph each.
        owners: who answers for it.
        at: of the newest news in it (UTC).
    """

    model_config = ConfigDict(frozen=True)

    step: Step
    severity: Severity
    title: str
    lines: tuple[str, ...]
    owners: tuple[str, ...]
    at: datetime
    links: tuple[Link, ...] = ()
    attachments: tuple[Attachment, ...] = ()


def message_of(step: Step, news: Sequence[News], times: int = 1) -> Message:
    """The message for news that share a thread, or begin one.

    Args:
        times: how often the incident was seen, if it is of one.
    """
    lines = _one(news[0], times) if len(news) == 1 else _several(news)
    attachments = [each.attachment for each in news if each.attachment is not None]
    return Message(
        step=step,
        severity=highest(SEVERITIES[each.kind] for each in news),
        title=_title(step, news),
        lines=lines,
        owners=tuple(dict.fromkeys(each.owner for each in news)),
        at=max(each.at for each in news),
        links=tuple(dict.fromkeys(link for each in news[:ATTACHMENTS] for link in each.links)),
        attachments=tuple(
            each.model_copy(update={"text": each.text[:ATTACHMENT_CHARACTERS]}) for each in attachments[:ATTACHMENTS]
        ),
    )


def highest(severities: Iterable[Severity]) -> Severity:
    """The one that matters most."""
    return max(severities, key=_ORDER.index)


def _title(step: Step, news: Sequence[News]) -> str:
    if len(news) == 1:
        return f"Resolved: {news[0].title}" if step == "resolved" else news[0].title
    assets = list(dict.fromkeys(each.asset for each in news))
    named = ", ".join(assets[:3]) + (f" and {len(assets) - 3} more" if len(assets) > 3 else "")
    return f"{'Resolved: ' if step == 'resolved' else ''}{len(news)} news of {named}"


def _one(news: News, times: int) -> tuple[str, ...]:
    again = [f"Seen {times} times."] if times > 1 and news.state == "broken" else []
    return (news.message[:_MESSAGE_CHARACTERS], *again)


def _several(news: Sequence[News]) -> tuple[str, ...]:
    named = [f"{each.title}: {_first_line(each.message)}" for each in news[:NAMED]]
    return (*named, *([f"and {len(news) - NAMED} more"] if len(news) > NAMED else []))


def _first_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[0][:200]
