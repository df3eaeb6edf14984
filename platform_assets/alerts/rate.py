"""At most so many messages an hour to one sink: what is more is held back and told in one summary."""

from __future__ import annotations

from datetime import datetime, timedelta

from platform_assets.alerts.message import Message, summary_of
from platform_assets.alerts.state import AlertState

HOUR = timedelta(hours=1)


def has_room(state: AlertState, sink: str, limit: int | None, now: datetime) -> bool:
    """Whether a sink may be sent one more message now."""
    return limit is None or len(_of_the_last_hour(state, sink, now)) < limit


def noted(state: AlertState, sink: str, now: datetime) -> AlertState:
    """The state after one more message to a sink."""
    return state.with_sink(
        sink, sent=(*_of_the_last_hour(state, sink, now), now), failures=0, paused_until=None, problem=""
    )


def held_back(state: AlertState, sink: str, limit: int, now: datetime) -> AlertState:
    """The state in which all that waits for a sink is held back, with a message that says so if that is new."""
    waiting = [each for each in state.outbox if each.sink == sink and each.stage == "waiting"]
    known = state.sink(sink).held
    slim = tuple(
        each.model_copy(update={"message": each.message.model_copy(update={"attachments": ()})}) for each in waiting
    )
    state = state.without(*waiting).with_sink(sink, held=(*known, *slim))
    if known or not waiting:
        return state
    until = min(_of_the_last_hour(state, sink, now)) + HOUR
    words = (
        f"There were {limit} messages within an hour, as many as alerts.yaml allows. What comes until "
        f"{until:%H:%M} UTC follows in one summary; Dagster's UI and `platform alerts list` have all of it."
    )
    notice = Message(
        step="told",
        severity="warning",
        title="Further alerts are held back",
        lines=(words,),
        owners=(),
        at=now,
    )
    state, _ = state.with_message(sink, notice)
    return state


def summed_up(state: AlertState, sink: str, now: datetime) -> AlertState:
    """The state with one message for all that was held back from a sink, before what waits: that may follow it."""
    held = state.sink(sink).held
    if not held:
        return state
    messages = [each.message for each in held]
    title = f"{len(held)} messages were held back since {messages[0].at:%H:%M} UTC"
    summary = summary_of("opened", title, messages, now)
    state, made = state.with_sink(sink, held=()).with_message(sink, summary, stands_for=tuple(each.id for each in held))
    others = state.without(made).outbox
    begun = [each for each in others if each.stage != "waiting"]
    waiting = [each for each in others if each.stage == "waiting"]
    return state.model_copy(update={"outbox": (*begun, made, *waiting)})


def _of_the_last_hour(state: AlertState, sink: str, now: datetime) -> tuple[datetime, ...]:
    return tuple(moment for moment in state.sink(sink).sent if moment > now - HOUR)
