"""Brings the messages in the outbox to their sinks, so that a crash at any point loses nothing and repeats nothing.

Every step is recorded before and after it is taken. What a crash leaves between the two may have arrived or not: the
sink is asked (:meth:`Sink.find`) before anything is sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from platform_assets.alerts.errors import SinkFailed
from platform_assets.alerts.message import Message
from platform_assets.alerts.rate import has_room, held_back, noted, summed_up
from platform_assets.alerts.sinks.base import Sink
from platform_assets.alerts.state import AlertState, Delivery, Stage

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)

Save = Callable[[AlertState], None]


def deliver(
    state: AlertState,
    sinks: Mapping[str, Sink],
    limits: Mapping[str, int | None],
    now: datetime,
    save: Save,
    has_time: Callable[[], bool] = lambda: True,
) -> AlertState:
    """Send what waits, each sink's messages in their order; a sink that fails is left alone for a while.

    Messages for a sink that is declared no longer are dropped; those for one that cannot be opened wait.

    Args:
        sinks: those that could be opened, by name.
        limits: messages an hour of every declared sink; None is no limit.
        save: keeps a state durably before it returns.
        has_time: whether one more step may begin; what it may not waits.
    """
    undeclared = [each for each in state.outbox if each.sink not in limits]
    delivered = state.without(*undeclared)
    for name, sink in sinks.items():
        delivered = _Delivering(delivered, sink, limits[name], now, save, has_time).all()
    delivered = delivered.without_ended_threads()
    if delivered != state:
        save(delivered)
    return delivered


def problems(state: AlertState) -> list[str]:
    """Why sinks that have messages waiting did not take them."""
    waiting = {each.sink for each in state.outbox}
    return [known.problem for name, known in state.sinks.items() if name in waiting and known.problem]


def given_up(before: AlertState, after: AlertState) -> list[str]:
    """Messages that their sinks refused for good between two states."""
    return [
        f"'{each.title}' is set aside: {each.why}"
        for name, sink in after.sinks.items()
        for each in sink.set_aside
        if each not in before.sink(name).set_aside
    ]


class _Delivering:
    """The messages of one sink; ``state`` is what was recorded last."""

    def __init__(
        self,
        state: AlertState,
        sink: Sink,
        limit: int | None,
        now: datetime,
        save: Save,
        has_time: Callable[[], bool],
    ) -> None:
        self.state, self._sink, self._limit, self._now, self._save = state, sink, limit, now, save
        self._has_time = has_time

    def all(self) -> AlertState:
        """Send all that the sink takes and the limit lets through."""
        paused = self.state.sink(self._sink.name).paused_until
        if paused is not None and paused > self._now:
            return self.state
        if self._has_room():
            self._record(summed_up(self.state, self._sink.name, self._now))
        try:
            # What was begun is finished, whatever the limit says.
            while (delivery := self._next()) is not None and (delivery.stage != "waiting" or self._has_room()):
                self._send(delivery)
            if delivery is not None and self._limit is not None:
                self._record(held_back(self.state, self._sink.name, self._limit, self._now))
                # All that is left is the word that there is a limit.
                while (delivery := self._next()) is not None:
                    self._send(delivery)
        except SinkFailed as error:
            self._pause(error)
        return self.state

    def _next(self) -> Delivery | None:
        if not self._has_time():
            return None
        return next((each for each in self.state.outbox if each.sink == self._sink.name), None)

    def _has_room(self) -> bool:
        return has_room(self.state, self._sink.name, self._limit, self._now)

    def _send(self, delivery: Delivery) -> None:
        thread = self.state.references.get(delivery.thread or "")
        try:
            if delivery.stage in ("waiting", "sending"):
                delivery = self._posted(delivery, thread)
        except SinkFailed as error:
            if not error.permanent:
                raise
            self._record(self.state.with_set_aside(delivery, self._now, str(error)))
            return
        self._attached(delivery, thread)

    def _posted(self, delivery: Delivery, thread: str | None) -> Delivery:
        interrupted = delivery.stage == "sending"
        delivery = self._at(delivery, "sending")
        reference = self._sink.find(delivery, thread) if interrupted else None
        if reference is None:
            try:
                reference = self._sink.send(delivery, thread)
            except SinkFailed as error:
                if not error.may_have_arrived:
                    self._at(delivery, "waiting")
                raise
        delivery = delivery.model_copy(update={"stage": "sent", "reference": reference})
        self._record(noted(self.state, self._sink.name, self._now).with_delivery(delivery))
        return delivery

    def _attached(self, delivery: Delivery, thread: str | None) -> None:
        if delivery.message.attachments:
            interrupted = delivery.stage == "attaching"
            delivery = self._at(delivery, "attaching")
            try:
                self._sink.attach(delivery, thread or delivery.reference, interrupted=interrupted)
            except SinkFailed as error:
                if not error.permanent:
                    raise
                self._record(self._without_files(delivery, str(error)))
                return
        self._record(self.state.with_reference(delivery).without(delivery))

    def _without_files(self, delivery: Delivery, why: str) -> AlertState:
        """The state in which the message is delivered, and its thread is told what is missing."""
        files = ", ".join(each.name for each in delivery.message.attachments)
        notice = Message(
            step="followed",
            severity=delivery.message.severity,
            title=f"Without its file: {files}",
            lines=(why,),
            owners=(),
            at=self._now,
        )
        state, _ = (
            self.state.with_reference(delivery)
            .without(delivery)
            .with_message(self._sink.name, notice, thread=delivery.thread or delivery.id)
        )
        return state

    def _at(self, delivery: Delivery, stage: Stage) -> Delivery:
        changed = delivery.model_copy(update={"stage": stage})
        self._record(self.state.with_delivery(changed))
        return changed

    def _pause(self, error: SinkFailed) -> None:
        failures = self.state.sink(self._sink.name).failures + 1
        pause = min(_FIRST_PAUSE * 2 ** min(failures - 1, 10), _LONGEST_PAUSE)
        if error.retry_after is not None:
            pause = timedelta(seconds=error.retry_after)
        until = self._now + pause
        self._record(self.state.with_sink(self._sink.name, failures=failures, paused_until=until, problem=str(error)))

    def _record(self, state: AlertState) -> None:
        if state != self.state:
            self._save(state)
        self.state = state
