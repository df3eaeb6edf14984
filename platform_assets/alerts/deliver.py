"""Brings the messages in the outbox to their sinks, so that a crash at any point loses nothing and repeats nothing.

Every step is recorded before and after it is taken. What a crash leaves between the two may have arrived or not: the
sink is asked (:meth:`Sink.find`) before anything is sent again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from platform_assets.alerts.declaration import SinkDeclaration
from platform_assets.alerts.errors import SinkFailed, TakenInPart
from platform_assets.alerts.pausing import paused
from platform_assets.alerts.rate import has_room, held_back, noted, summed_up
from platform_assets.alerts.refusals import not_tried_again, on_record, told_elsewhere, told_what_it_missed
from platform_assets.alerts.sinks.base import Sink
from platform_assets.alerts.state import AlertState, Delivery, Stage

Save = Callable[[AlertState], None]


def deliver(
    state: AlertState,
    sinks: Mapping[str, Sink],
    declared: Mapping[str, SinkDeclaration],
    now: datetime,
    save: Save,
    has_time: Callable[[], bool] = lambda: True,
) -> AlertState:
    """Send what waits, each sink's messages in their order.

    What fails is sorted in one place for all kinds of sinks: a message that a sink refuses for good
    (:attr:`SinkFailed.permanent`) is set aside, and the other sinks of its news are told; after any other failure the
    sink is left alone for a while, until its messages waited for as long as it is declared to let them. Messages for a
    sink that is declared no longer are dropped.

    Args:
        sinks: by name.
        declared: the same, as declared.
        save: keeps a state durably before it returns.
        has_time: whether one more step may begin; what it may not waits.
    """
    undeclared = [each for each in state.outbox if each.sink not in declared]
    delivered = state.without(*undeclared)
    for name, sink in sinks.items():
        delivered = _Delivering(delivered, sink, declared[name], now, save, has_time).all()
    delivered = delivered.without_ended_threads()
    if delivered != state:
        save(delivered)
    return delivered


def problems(state: AlertState) -> list[str]:
    """Why sinks that have messages waiting did not take them."""
    waiting = {each.sink for each in state.outbox}
    return [known.problem for name, known in state.sinks.items() if name in waiting and known.problem]


def given_up(before: AlertState, after: AlertState) -> list[str]:
    """Messages that are not tried again, and were before between two states."""
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
        declared: SinkDeclaration,
        now: datetime,
        save: Save,
        has_time: Callable[[], bool],
    ) -> None:
        self.state, self._sink, self._now, self._save, self._has_time = state, sink, now, save, has_time
        self._limit, self._give_up_after = declared.messages_an_hour, timedelta(hours=declared.give_up_after_hours)

    def all(self) -> AlertState:
        """Send all that the sink takes and the limit lets through."""
        paused_until = self.state.sink(self._sink.name).paused_until
        if paused_until is not None and paused_until > self._now:
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
            self._record(paused(self.state, self._sink.name, self._now, error, self._give_up_after))
        self._record(told_elsewhere(self.state, self._sink.name, self._now))
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
            self._attached(delivery, thread)
        except SinkFailed as error:
            if not error.permanent:
                raise
            refused = next(each for each in self.state.outbox if each.id == delivery.id)
            self._record(not_tried_again(self.state, refused, self._now, str(error)))

    def _posted(self, delivery: Delivery, thread: str | None) -> Delivery:
        interrupted = delivery.stage == "sending"
        delivery = self._at(delivery, "sending")
        reference = self._sink.find(delivery, thread) if interrupted else None
        if reference is None:
            try:
                reference = self._sink.send(delivery, thread)
            except TakenInPart as error:
                reference = error.reference
                self._record(on_record(self.state, delivery, self._now, str(error)))
            except SinkFailed as error:
                if not error.may_have_arrived:
                    self._at(delivery, "waiting")
                raise
        delivery = delivery.model_copy(update={"stage": "sent", "reference": reference})
        taken = noted(self.state, self._sink.name, self._now).with_delivery(delivery)
        self._record(told_what_it_missed(taken, self._sink.name, self._now))
        return delivery

    def _attached(self, delivery: Delivery, thread: str | None) -> None:
        if delivery.message.attachments:
            interrupted = delivery.stage == "attaching"
            delivery = self._at(delivery, "attaching")
            self._sink.attach(delivery, thread or delivery.reference, interrupted=interrupted)
        self._record(self.state.with_reference(delivery).without(delivery))

    def _at(self, delivery: Delivery, stage: Stage) -> Delivery:
        changed = delivery.model_copy(update={"stage": stage})
        self._record(self.state.with_delivery(changed))
        return changed

    def _record(self, state: AlertState) -> None:
        if state != self.state:
            self._save(state)
        self.state = state
