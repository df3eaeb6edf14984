"""Where a sensor keeps more than fits a cursor: the instance's own storage, changed as safely as the cursor itself.

Dagster writes a cursor with every tick, so it must stay small. The memory lies in two slots that are used in turn; the
cursor says which of them counts, and what it holds. A tick that fails leaves the cursor at the slot that it did not
write, so memory and requested runs never come apart. An emptied cursor is an empty memory.
"""

import hashlib

import dagster as dg

SLOTS = 2


class Memory:
    """A text that a sensor remembers from tick to tick."""

    def __init__(self, instance: dg.DagsterInstance, name: str, cursor: str | None) -> None:
        self._storage = instance.daemon_cursor_storage
        self._name = name
        self._cursor = cursor

    def text(self) -> str | None:
        """What was kept with the cursor; None without one, or if it is there no more."""
        slot, _, digest = (self._cursor or "").partition(" ")
        if not digest:
            return None
        key = self._key(slot)
        text = self._storage.get_cursor_values({key}).get(key)
        return text if text is not None and _digest(text) == digest else None

    def keep(self, text: str) -> str:
        """Keep a text; returns the cursor that stands for it."""
        slot, _, digest = (self._cursor or "").partition(" ")
        if digest == _digest(text) and self.text() == text:
            return str(self._cursor)
        other = str((int(slot) + 1) % SLOTS) if slot.isdigit() else "0"
        self._storage.set_cursor_values({self._key(other): text})
        return f"{other} {_digest(text)}"

    def _key(self, slot: str) -> str:
        return f"platform/{self._name}/{slot}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
