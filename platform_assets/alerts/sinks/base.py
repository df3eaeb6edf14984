"""What a sink is."""

from __future__ import annotations

from abc import ABC, abstractmethod

from platform_assets.alerts.state import Delivery


class Sink(ABC):
    """A place that takes messages; every method raises SinkFailed if it does not."""

    def __init__(self, name: str) -> None:
        self.name = name

    @abstractmethod
    def send(self, delivery: Delivery, thread: str | None) -> str:
        """Send a message once; returns the reference under which what follows finds its thread.

        Args:
            thread: the reference of the thread's beginning; None if this message begins one.
        """

    def find(self, delivery: Delivery, thread: str | None) -> str | None:
        """The reference of a message that may have arrived before a crash; None if it did not, or nobody can tell.

        A sink that cannot tell sends it again under the same id, by which the other side knows a repetition.
        """
        return None

    def attach(self, delivery: Delivery, thread: str, *, interrupted: bool) -> None:  # noqa: B027
        """Add the attachments to a message that was sent without them; by default they went with it.

        Args:
            interrupted: whether they may be there already, as the process ended while they were added.
        """
