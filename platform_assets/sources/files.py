"""Files that appear complete or not at all."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO


@contextlib.contextmanager
def appearing(path: Path) -> Iterator[TextIO]:
    """A new UTF-8 file that takes the name ``path`` when the block ends well, and leaves nothing when it does not.

    It is written under a hidden name in the same folder, which no reader looks for.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}.partial")
    try:
        with partial.open("w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def give_final_name(part: Path, path: Path) -> None:
    """Rename a complete file, once its bytes are on the disk and not only in memory."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(path)
