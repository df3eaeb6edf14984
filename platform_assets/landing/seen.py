"""What was seen of a landing place: the memory of the arrival sensor, as small as it can be.

A file takes its name and two short hashes, about 60 bytes. Files of declared partitions are remembered for ever, so
that the same content delivered again is recognised; their number is bounded by the declaration. Of other files only
those that are still there are remembered.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

HEX = 16
FORMAT = 1


@dataclass
class Seen:
    """Stamp and content of every file, in short, and the notifications to confirm.

    Attributes:
        files: by name, the hashes of stamp and content as one text; only a stamp if the content was not taken.
        receipts: notifications whose consequences are recorded with this memory.
    """

    files: dict[str, str] = field(default_factory=dict)
    receipts: list[str] = field(default_factory=list)

    @classmethod
    def from_text(cls, text: str | None) -> Seen:
        """The memory that ``as_text`` wrote; an empty one for anything else: all files are looked at again then."""
        try:
            found = json.loads(text or "{}")
        except ValueError:
            return cls()
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            return cls()
        return cls(files=found["files"], receipts=found["receipts"])

    def as_text(self) -> str:
        """As text, the same for the same memory."""
        written = {"format": FORMAT, "files": self.files, "receipts": self.receipts}
        return json.dumps(written, sort_keys=True, separators=(",", ":"))

    def is_unchanged(self, name: str, stamp: str) -> bool:
        """Whether the file was seen with this stamp."""
        return self.files.get(name, "")[:HEX] == short(stamp)

    def was_taken(self, name: str) -> bool:
        """Whether some content of the file was taken."""
        return len(self.files.get(name, "")) > HEX

    def has_content(self, name: str, content: str) -> bool:
        """Whether the file was last taken with this content."""
        return self.files.get(name, "")[HEX:] == short(content)

    def taken(self, name: str, stamp: str, content: str) -> None:
        """Remember that this content was taken."""
        self.files[name] = short(stamp) + short(content)

    def left(self, name: str, stamp: str) -> None:
        """Remember that the file was looked at with this stamp and left; what was taken of it before stays known."""
        self.files[name] = short(stamp) + self.files.get(name, "")[HEX:]

    def forget(self, names: Iterable[str]) -> None:
        """Forget files."""
        for name in names:
            self.files.pop(name, None)


def short(text: str) -> str:
    """64 bits of SHA-256: enough to tell one file's versions apart."""
    return hashlib.sha256(text.encode()).hexdigest()[:HEX]
