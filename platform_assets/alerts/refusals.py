"""Messages that are not tried again: they stay on record, and whoever else can be told of them is told."""

from __future__ import annotations

from datetime import datetime

from platform_assets.alerts.message import Message, named_and_counted, summary_of
from platform_assets.alerts.state import AlertState, Delivery, SetAside

# Of what a sink did not take: on record for people, and for the summary that it gets itself.
_ON_RECORD, _SUMMED_UP = 50, 100


def not_tried_again(state: AlertState, delivery: Delivery, now: datetime, why: str) -> AlertState:
    """The state in which a message is given up; one that is there but for its files is complete without them."""
    if delivery.stage in ("sent", "attaching"):
        return _without_files(state, delivery, now, why)
    state = on_record(state, delivery, now, why).without(delivery)
    if delivery.is_notice:
        return state
    slim = delivery.model_copy(update={"message": delivery.message.model_copy(update={"attachments": ()})})
    return state.with_sink(delivery.sink, missed=(*state.sink(delivery.sink).missed, slim)[-_SUMMED_UP:])


def on_record(state: AlertState, delivery: Delivery, now: datetime, why: str) -> AlertState:
    """The state that remembers that a sink refused a message, or a part of it."""
    message = delivery.message
    refusal = SetAside(title=message.title, at=now, why=why, owners=message.owners, others=delivery.others)
    return state.with_sink(delivery.sink, set_aside=(*state.sink(delivery.sink).set_aside, refusal))


def told_elsewhere(state: AlertState, sink: str, now: datetime) -> AlertState:
    """The state with one message to each sink that gets the same news as what ``sink`` refused since."""
    refused = state.sink(sink).set_aside
    for other in dict.fromkeys(name for each in refused for name in each.others):
        notice = _notice(sink, [each for each in refused if other in each.others], now)
        state, _ = state.with_message(other, notice, is_notice=True)
    told = tuple(each.model_copy(update={"others": ()}) for each in refused)
    return state.with_sink(sink, set_aside=told[-_ON_RECORD:]) if refused else state


def told_what_it_missed(state: AlertState, sink: str, now: datetime) -> AlertState:
    """The state with one message to a sink that takes messages again, of what did not reach it before."""
    missed = [each.message for each in state.sink(sink).missed]
    if not missed:
        return state
    title = f"Did not arrive here before: {_counted(len(missed))}"
    message = summary_of("told", title, missed, now, then=("`platform alerts list` says why.",))
    state, _ = state.with_sink(sink, missed=()).with_message(sink, message, is_notice=True)
    return state


def _notice(sink: str, refused: list[SetAside], now: datetime) -> Message:
    titles = [each.title for each in refused]
    what = f"'{titles[0]}'" if len(titles) == 1 else _counted(len(titles))
    return Message(
        step="told",
        severity="warning",
        title=f"The alert sink '{sink}' did not take {what}",
        lines=(*(named_and_counted(titles) if len(titles) > 1 else ()), refused[-1].why),
        owners=tuple(dict.fromkeys(owner for each in refused for owner in each.owners)),
        at=now,
    )


def _without_files(state: AlertState, delivery: Delivery, now: datetime, why: str) -> AlertState:
    """The state in which the message is delivered, and its thread is told what is missing."""
    files = ", ".join(each.name for each in delivery.message.attachments)
    notice = Message(
        step="followed",
        severity=delivery.message.severity,
        title=f"Without its file: {files}",
        lines=(why,),
        owners=(),
        at=now,
    )
    state, _ = (
        state.with_reference(delivery)
        .without(delivery)
        .with_message(delivery.sink, notice, thread=delivery.thread or delivery.id, is_notice=True)
    )
    return state


def _counted(messages: int) -> str:
    return "1 message" if messages == 1 else f"{messages} messages"
