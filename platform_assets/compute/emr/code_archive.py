"""The platform and the products as one zip, the same bytes for the same sources."""

from __future__ import annotations

import functools
import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).parents[2]
# Of no use on a cluster, or written by Python as it runs.
LEFT_OUT = ("__pycache__",)
# Zip knows no earlier date; a fixed one keeps the bytes the same.
DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Archive:
    """A zip that Python can import from; ``digest`` is of its sources."""

    content: bytes
    digest: str


@functools.cache
def code_archive(package: Path = PACKAGE) -> Archive:
    """A package and everything below it; read once a process, which runs that code and no later one."""
    files = sorted(
        file for file in package.rglob("*") if file.is_file() and not any(part in LEFT_OUT for part in file.parts)
    )
    buffer = io.BytesIO()
    digest = hashlib.sha256()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for file in files:
            name, content = file.relative_to(package.parent).as_posix(), file.read_bytes()
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
            archive.writestr(zipfile.ZipInfo(name, DATE), content, zipfile.ZIP_DEFLATED)
    return Archive(buffer.getvalue(), digest.hexdigest()[:20])
