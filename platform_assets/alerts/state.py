"""All that alerting remembers: what stands, what waits for its sink, what was sent; one text, kept as a whole."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from platform_assets.alerts.incident import Incident
from platform_assets.alerts.message import Message

#: How far a delivery came. What is ``sending`` or ``attaching`` when it is read again may have arrived or not.
Stage = Literal["waiting", "sending", "sent", "attaching"]


class Delivery(BaseModel):
    """A message for one sink.

    Attributes:
        id: the same for every attempt, so that a sink can tell a repetition.
        thread: the delivery that began the thread; None if this one begins one.
        closes: whether nothing of the thread stands any more.
        broadcast: whether those who do not follow the thread should see it too.
        stands_for: deliveries that were held back and are summed up in this one; their threads are this one's.
        others: sinks that routes lead the same news to; they are told if this one does not take it.
        is_notice: whether it speaks of other messages, so that nothing more is said if it is refused itself.
        since: when it was tried in vain first; None while it was not.
        reference: under which the sink keeps it, once it is there.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    sink: str
    message: Message
    thread: str | None = None
    closes: bool = False
    broadcast: bool = False
    stands_for: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    is_notice: bool = False
    since: datetime | None = None
    stage: Stage = "waiting"
    reference: str = ""


class SetAside(BaseModel):
    """A message that is not tried again.

    Attributes:
        at: when it was given up.
        why: what the sink answered, and the remedy.
        owners: who answers for what it told.
        others: sinks that are still to be told of it.
    """

    model_config = ConfigDict(frozen=True)

    title: str
    at: datetime
    why: str
    owners: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


class SinkState(BaseModel):
    """What is known of a sink.

    Attributes:
        sent: when the messages of the last hour were sent.
        held: messages that go out as one summary.
        failures: attempts in a row that failed.
        paused_until: before this nothing is tried.
        problem: why the last attempt failed; empty if it did not.
        set_aside: the last messages that are not tried again.
        missed: those of them that the sink is told in one summary once it takes messages again, without their files.
    """

    model_config = ConfigDict(frozen=True)

    sent: tuple[datetime, ...] = ()
    held: tuple[Delivery, ...] = ()
    failures: int = 0
    paused_until: datetime | None = None
    problem: str = ""
    set_aside: tuple[SetAside, ...] = ()
    missed: tuple[Delivery, ...] = ()


class AlertState(BaseModel):
    """Everything, as of the last step; immutable.

    Attributes:
        sources: how far each source of news was read, in its own form.
        incidents: what stands, by key.
        outbox: messages that are not delivered yet, in the order in which they go out.
        references: under which its sink keeps the beginning of each thread, by delivery.
        messages: how many there were ever.
    """

    model_config = ConfigDict(frozen=True)

    sources: dict[str, Any] = {}
    incidents: dict[str, Incident] = {}
    outbox: tuple[Delivery, ...] = ()
    references: dict[str, str] = {}
    sinks: dict[str, SinkState] = {}
    messages: int = 0

    def sink(self, name: str) -> SinkState:
        """What is known of a sink."""
        return self.sinks.get(name, SinkState())

    @property
    def has_work(self) -> bool:
        """Whether a message waits for its sink, or for the end of an hour, or others are to be told of a refusal."""
        untold = any(each.others for sink in self.sinks.values() for each in sink.set_aside)
        return bool(self.outbox) or untold or any(sink.held for sink in self.sinks.values())

    def with_sink(self, name: str, **changes: Any) -> AlertState:
        """The state with changes to what is known of a sink."""
        return self.model_copy(
            update={"sinks": {**self.sinks, name: self.sink(name).model_copy(update=changes)}},
        )

    def with_message(
        self,
        sink: str,
        message: Message,
        *,
        thread: str | None = None,
        closes: bool = False,
        broadcast: bool = False,
        stands_for: tuple[str, ...] = (),
        others: tuple[str, ...] = (),
        is_notice: bool = False,
    ) -> tuple[AlertState, Delivery]:
        """The state with one more message in the outbox, and the delivery of that."""
        name = f"{sink}/{self.messages}/{message.title}/{message.at.isoformat()}"
        delivery = Delivery(
            id=hashlib.sha256(name.encode()).hexdigest()[:16],
            sink=sink,
            message=message,
            thread=thread,
            closes=closes,
            broadcast=broadcast,
            stands_for=stands_for,
            others=others,
            is_notice=is_notice,
        )
        changed = self.model_copy(update={"outbox": (*self.outbox, delivery), "messages": self.messages + 1})
        return changed, delivery

    def with_delivery(self, delivery: Delivery) -> AlertState:
        """The state with a delivery that came further."""
        outbox = tuple(delivery if each.id == delivery.id else each for each in self.outbox)
        return self.model_copy(update={"outbox": outbox})

    def without(self, *deliveries: Delivery) -> AlertState:
        """The state without deliveries in the outbox."""
        gone = {each.id for each in deliveries}
        return self.model_copy(update={"outbox": tuple(each for each in self.outbox if each.id not in gone)})

    def with_reference(self, delivery: Delivery) -> AlertState:
        """The state that knows where a delivery is, for what follows it in its thread."""
        # A thread whose beginning the sink did not take begins here.
        ids = (delivery.id, *delivery.stands_for, *([delivery.thread] if delivery.thread else []))
        return self.model_copy(update={"references": {**self.references, **dict.fromkeys(ids, delivery.reference)}})

    def without_ended_threads(self) -> AlertState:
        """The state without references to threads in which nothing can follow."""
        needed = {thread for incident in self.incidents.values() for thread in incident.threads.values()}
        waiting = [*self.outbox, *(each for sink in self.sinks.values() for each in sink.held)]
        needed |= {each.thread for each in waiting if each.thread is not None}
        return self.model_copy(update={"references": {id: ref for id, ref in self.references.items() if id in needed}})
