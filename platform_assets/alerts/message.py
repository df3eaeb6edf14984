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

#: ``opened`` begins a thread; ``followed`` (more is broken), ``improved`` (less is), ``reminded`` (it stands) and
#: ``resolved`` go into it; ``passed`` (it began and ended unseen) and ``told`` need none.
Step = Literal["opened", "followed", "improved", "reminded", "resolved", "passed", "told"]
_BEFORE_TITLE: dict[Step, str] = {"reminded": "Reminder: ", "resolved": "Resolved: ", "passed": "Came and went: "}
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
    lines = _one(news[0], times) if len(news) == 1 else _several(step, news)
    attachments = [each.attachment for each in news if each.attachment is not None]
    return Message(
        step=step,
        severity=highest(SEVERITIES[each.kind] for each in news),
        title=_title(step, news),
        lines=lines,
        owners=tuple(dict.fromkeys(owner for each in news for owner in each.owners)),
        at=max(each.at for each in news),
        links=tuple(dict.fromkeys(link for each in news[:ATTACHMENTS] for link in each.links)),
        attachments=tuple(
            each.model_copy(update={"text": each.text[:ATTACHMENT_CHARACTERS]}) for each in attachments[:ATTACHMENTS]
        ),
    )


def highest(severities: Iterable[Severity]) -> Severity:
    """The one that matters most."""
    return max(severities, key=_ORDER.index)


def summary_of(
    step: Step, title: str, messages: Sequence[Message], now: datetime, then: tuple[str, ...] = ()
) -> Message:
    """One message for several that did not go out by themselves.

    Args:
        then: lines after their titles.
    """
    titles = [f"{each.title} ({each.at:%Y-%m-%d %H:%M} UTC)" for each in messages]
    return Message(
        step=step,
        severity=highest(each.severity for each in messages),
        title=title,
        lines=(*named_and_counted(titles), *then),
        owners=tuple(dict.fromkeys(owner for each in messages for owner in each.owners)),
        at=now,
    )


def named_and_counted(words: Sequence[str]) -> tuple[str, ...]:
    """As many as one message names, and how many more there are."""
    return (*words[:NAMED], *([f"and {len(words) - NAMED} more"] if len(words) > NAMED else []))


def _title(step: Step, news: Sequence[News]) -> str:
    before = _BEFORE_TITLE.get(step, "")
    if len(news) == 1 or _is_one_that_passed(step, news):
        return before + news[0].title
    assets = list(dict.fromkeys(each.asset for each in news))
    named = ", ".join(assets[:3]) + (f" and {len(assets) - 3} more" if len(assets) > 3 else "")
    return f"{before}{len(news)} news of {named}"


def _is_one_that_passed(step: Step, news: Sequence[News]) -> bool:
    return step == "passed" and len({each.key for each in news}) == 1


def _one(news: News, times: int) -> tuple[str, ...]:
    again = [f"Seen {times} times."] if times > 1 and news.state == "broken" else []
    return (news.message[:_MESSAGE_CHARACTERS], *again)


def _several(step: Step, news: Sequence[News]) -> tuple[str, ...]:
    if _is_one_that_passed(step, news) and len(news) == 2:
        began, ended = news
        return (began.message[:_MESSAGE_CHARACTERS], f"Over since {ended.at:%Y-%m-%d %H:%M} UTC: {ended.message}")
    return named_and_counted([f"{each.title}: {_first_line(each.message)}" for each in news])


def _first_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[0][:200]
