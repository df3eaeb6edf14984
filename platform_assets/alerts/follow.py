"""What news do to the incidents, and which messages they make: one an incident, or one for many in the same tick."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from platform_assets.alerts.declaration import Alerting
from platform_assets.alerts.incident import Incident, mended, opened, seen_again
from platform_assets.alerts.message import Step, message_of
from platform_assets.alerts.news import News
from platform_assets.alerts.state import AlertState

#: So many incidents that begin in the same tick are told in one message, and share its thread.
TOGETHER_FROM = 4
# What is told in one message, without a thread.
_COMPLETE: tuple[Step, ...] = ("passed", "told")


@dataclass(frozen=True, slots=True)
class _Change:
    """What one piece of news meant.

    Attributes:
        incident: as it was after that.
        is_loud: whether the incident's thread is no place to hide it.
        all_news: from the beginning to the end of what came and went.
        sinks: that it is told to.
    """

    step: Step
    news: News
    incident: Incident | None = None
    is_loud: bool = False
    all_news: tuple[News, ...] = ()
    sinks: tuple[str, ...] = ()

    @property
    def times(self) -> int:
        return self.incident.times if self.incident else 1


def follow(state: AlertState, news: Iterable[News], alerting: Alerting) -> AlertState:
    """The state after news, with messages in the outbox for every sink that routes lead to.

    News of what is broken already, or of one of several subjects that is well again, follow in the incident's thread;
    news of something mended that nobody knew to be broken tell nothing. What begins and ends among the news is told as
    what came and went, in one message.
    """
    changes: list[_Change] = []
    for each in news:
        state, change = _changed(state, each)
        changes += [change] if change else []
    by_sink: dict[str, list[_Change]] = defaultdict(list)
    told: dict[str, list[str]] = defaultdict(list)
    for change in _with_what_passed(changes):
        sinks = _sinks(change, alerting, told[change.news.key])
        told[change.news.key] += sinks
        for sink in sinks:
            by_sink[sink].append(replace(change, sinks=tuple(sinks)))
    for sink, its in by_sink.items():
        state = _with_messages(state, sink, its)
    return state.without_ended_threads()


def _changed(state: AlertState, news: News) -> tuple[AlertState, _Change | None]:
    if news.state == "told":
        return state, _Change("told", news)
    known = state.incidents.get(news.key)
    if news.state == "broken":
        now = seen_again(known, news) if known else opened(news)
        loud = known is not None and known.is_joined_by(news)
        return _with_incident(state, now), _Change("followed" if known else "opened", news, now, loud)
    if known is None or (news.state == "mended" and news.subject not in known.standing):
        return state, None
    now = mended(known, news)
    if now.standing:
        return _with_incident(state, now), _Change("improved", news, now)
    incidents = {key: incident for key, incident in state.incidents.items() if key != news.key}
    return state.model_copy(update={"incidents": incidents}), _Change("resolved", news, now)


def _with_what_passed(changes: Sequence[_Change]) -> list[_Change]:
    """The changes, with one in place of all from the beginning of an incident to its end."""
    kept: list[_Change] = []
    begun: dict[str, list[_Change]] = {}
    for change in changes:
        key = change.news.key
        if change.step == "opened":
            begun[key] = []
        kept.append(change)
        if change.step != "told" and key in begun:
            begun[key].append(change)
        if change.step == "resolved" and key in begun:
            passed = begun.pop(key)
            gone = set(map(id, passed))
            kept = [each for each in kept if id(each) not in gone]
            kept.append(replace(passed[0], step="passed", all_news=tuple(each.news for each in passed)))
    return kept


def _sinks(change: _Change, alerting: Alerting, told: Sequence[str]) -> list[str]:
    """Where routes lead, and for what is well again also whoever was told of the breach, in this tick or before."""
    known = [*change.incident.threads, *told] if change.incident and change.news.state != "broken" else []
    routed = [sink for news in change.all_news or (change.news,) for sink in alerting.sinks_for(news)]
    return list(dict.fromkeys([*routed, *known]))


def _with_messages(state: AlertState, sink: str, changes: Sequence[_Change]) -> AlertState:
    threads: dict[str, str] = {}
    begun, others = _begun(state, sink, changes)
    groups = [begun] if len(begun) >= TOGETHER_FROM else [[change] for change in begun]
    for group in groups:
        message = message_of("opened", [change.news for change in group])
        state, delivery = state.with_message(sink, message, others=_others(sink, group))
        threads.update({change.news.key: delivery.id for change in group})
    state = _in_threads(state, sink, threads)
    for step in _COMPLETE:
        complete = [change for change in changes if change.step == step]
        for group in [complete] if len(complete) >= TOGETHER_FROM else [[change] for change in complete]:
            message = message_of(step, _news_of(group))
            state, _ = state.with_message(sink, message, others=_others(sink, group))
    return _followed(state, sink, others, threads)


def _news_of(changes: Sequence[_Change]) -> Sequence[News]:
    """All of a change by itself; of several what they began with."""
    return (len(changes) == 1 and changes[0].all_news) or [change.news for change in changes]


def _others(sink: str, changes: Sequence[_Change]) -> tuple[str, ...]:
    """Other sinks that are told the same."""
    return tuple(dict.fromkeys(each for change in changes for each in change.sinks if each != sink))


def _begun(state: AlertState, sink: str, changes: Sequence[_Change]) -> tuple[list[_Change], list[_Change]]:
    """Changes that begin a thread in a sink, and the others; a breach that the sink was not told of begins one too."""
    known = {key for key, incident in state.incidents.items() if sink in incident.threads}
    begun: list[_Change] = []
    others: list[_Change] = []
    for change in changes:
        if change.step in _COMPLETE:
            continue
        new = change.step == "opened" or (change.news.state == "broken" and change.news.key not in known)
        (begun if new else others).append(change)
        known |= {change.news.key} if new else set()
    return begun, others


def _followed(state: AlertState, sink: str, changes: Sequence[_Change], begun: dict[str, str]) -> AlertState:
    """A message for every thread in which something went on or ended."""
    by_thread: dict[tuple[str, Step], list[_Change]] = defaultdict(list)
    for change in changes:
        known = change.incident.threads if change.incident else {}
        thread = known.get(sink) or begun.get(change.news.key)
        if thread:
            by_thread[thread, change.step].append(change)
    for (thread, step), its in by_thread.items():
        times = its[0].times if len(its) == 1 else 1
        stands = any(incident.threads.get(sink) == thread for incident in state.incidents.values())
        message = message_of(step, [change.news for change in its], times)
        closes, loud = step == "resolved" and not stands, any(change.is_loud for change in its)
        state, _ = state.with_message(
            sink, message, thread=thread, closes=closes, broadcast=loud, others=_others(sink, its)
        )
    return state


def _in_threads(state: AlertState, sink: str, threads: dict[str, str]) -> AlertState:
    incidents = {
        key: incident.model_copy(update={"threads": {**incident.threads, sink: threads[key]}})
        if key in threads
        else incident
        for key, incident in state.incidents.items()
    }
    return state.model_copy(update={"incidents": incidents})


def _with_incident(state: AlertState, incident: Incident) -> AlertState:
    return state.model_copy(update={"incidents": {**state.incidents, incident.key: incident}})
