"""What stands is told again after a while, to sinks that are declared so: nobody forgets it, or ends it by mistake."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from platform_assets.alerts.declaration import Alerting
from platform_assets.alerts.incident import Incident
from platform_assets.alerts.message import message_of
from platform_assets.alerts.news import News
from platform_assets.alerts.state import AlertState, Delivery

_NAMED = 5


def with_reminders(state: AlertState, alerting: Alerting, now: datetime) -> AlertState:
    """The state with a message in each thread of which a sink is to be reminded.

    That is ``remind_after_hours`` after it was told last; and once more if the sink refused the beginning of the thread
    and takes messages again. Incidents that share a thread are one message. While something waits for the sink in that
    thread, nothing is added.
    """
    due: dict[tuple[str, str], list[Incident]] = defaultdict(list)
    waiting = _threads([*state.outbox, *(each for sink in state.sinks.values() for each in sink.held)])
    refused = _threads([each for sink in state.sinks.values() for each in sink.missed])
    for incident in state.incidents.values():
        for sink, thread in incident.threads.items():
            if sink not in alerting.sinks:
                continue
            if sink not in incident.reminded:
                state = _reminded(state, incident.key, sink, now)
            elif (sink, thread) not in waiting and (
                _is_time(incident, sink, alerting.sinks[sink].remind_after_hours, now)
                or (thread not in state.references and (sink, thread) not in refused and sink not in incident.retold)
            ):
                due[sink, thread].append(incident)
    for (sink, thread), incidents in due.items():
        message = message_of("reminded", [_reminder(each, now) for each in incidents])
        state, _ = state.with_message(sink, message, thread=thread, broadcast=True)
        for each in incidents:
            state = _reminded(state, each.key, sink, now, again=thread not in state.references)
    return state


def _threads(deliveries: Iterable[Delivery]) -> set[tuple[str, str]]:
    return {(each.sink, each.thread or each.id) for each in deliveries}


def _is_time(incident: Incident, sink: str, hours: int | None, now: datetime) -> bool:
    return hours is not None and now - incident.reminded[sink] >= timedelta(hours=hours)


def _reminder(incident: Incident, now: datetime) -> News:
    subjects = sorted(subject for subject in incident.standing if subject)
    more = f" and {len(subjects) - _NAMED} more" if len(subjects) > _NAMED else ""
    these = f": {', '.join(subjects[:_NAMED])}{more}" if subjects else ""
    words = (
        f"Not over since {incident.opened_at:%Y-%m-%d %H:%M} UTC{these}. If nobody needs it any more: "
        f'`platform alerts close {incident.asset} {incident.rule} --who NAME --reason "..."`.'
    )
    return incident.news("broken", f"{words}\n{incident.message}".strip(), now, incident.links)


def _reminded(state: AlertState, key: str, sink: str, now: datetime, *, again: bool = False) -> AlertState:
    known = state.incidents[key]
    changes = {
        "reminded": {**known.reminded, sink: now},
        "retold": known.retold | ({sink} if again else set()),
    }
    return state.model_copy(update={"incidents": {**state.incidents, key: known.model_copy(update=changes)}})
