"""Files that land as if they had been written a while ago."""

import os
import time
from pathlib import Path


def drop_file(folder: Path, name: str, text: str, seconds_ago: float) -> Path:
    """Write ``folder/name`` and set the time at which it was last modified."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    written = time.time() - seconds_ago
    os.utime(path, (written, written))
    return path
