"""A manifest says when a delivery is whole: ``2013-02.csv.done`` holds the SHA-256 of ``2013-02.csv``.

It is what ``sha256sum 2013-02.csv > 2013-02.csv.done`` writes. A file that was cut off exactly at a line end, or that
is being replaced by a correction, differs from its manifest; no time of waiting can tell as much.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from platform_assets.quality.errors import DeliveryRefused

ENDING = ".done"
LONGEST = 4096


def file_digest(path: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def manifest_of(path: Path) -> Path:
    """The manifest that belongs to a delivered file."""
    return path.with_name(path.name + ENDING)


def declared_digest(path: Path) -> str | None:
    """The SHA-256 that the manifest of a delivered file promises; None if there is no readable one."""
    try:
        with manifest_of(path).open("rb") as file:
            found = re.match(rb"\\?([0-9a-fA-F]{64})(\s|$)", file.read(LONGEST))
    except OSError:
        return None
    return found.group(1).decode().lower() if found else None


def require_manifest(path: Path, digest: str, what: str) -> None:
    """Refuse a file whose manifest is missing or promises other content.

    Raises:
        DeliveryRefused: with the rule and the remedy.
    """
    promised = declared_digest(path)
    if promised is None:
        raise DeliveryRefused(
            what,
            f"it has no manifest {manifest_of(path).name} with its SHA-256",
            f"Deliver what 'sha256sum {path.name} > {manifest_of(path).name}' writes, after the file itself.",
        )
    if promised != digest:
        raise DeliveryRefused(
            what,
            f"its content differs from its manifest {manifest_of(path).name} (SHA-256 {digest[:12]}, not "
            f"{promised[:12]})",
            "Deliver the complete file again, and its manifest after it.",
        )
