"""The code that decides what a training gives: its digest is recorded with every version, so that a rebuild can tell.

A commit would say too much and too little: one that only touches the documentation changes no model, and files with
changes that nobody committed are of no commit. So the files themselves are compared: everything that reads, joins,
orders, splits and fits rows, and the product's own folder. :data:`SHARED` names them; a commit is recorded for people.
"""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Sequence
from pathlib import Path

from platform_assets.pipeline.product import Product

ROOT = Path(__file__).parents[2]
SHARED = (
    "platform_assets/learning",
    "platform_assets/compute",
    "platform_assets/lake/partitions.py",
    "platform_assets/lake/reading.py",
    "platform_assets/pipeline/inputs.py",
    "platform_assets/pipeline/training.py",
)
_KINDS = {".py", ".yaml"}


def training_paths(product: Product) -> list[str]:
    """Files and folders whose content decides what a training of the product gives, from the repository's root."""
    return [*SHARED, product.module.replace(".", "/")]


def code_digest(product: Product) -> str:
    """SHA-256, in hexadecimal, over the names and contents of the code and declarations that decide a training."""
    digest = hashlib.sha256()
    for path in training_paths(product):
        for file in sorted(_files(ROOT / path)):
            digest.update(file.relative_to(ROOT).as_posix().encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def files_that_differ(commit: str, paths: Sequence[str]) -> list[str] | None:
    """Files below ``paths`` that differ between a commit and the checkout; None if git cannot tell."""
    try:
        shown = subprocess.run(
            ["git", "diff", "--name-only", commit, "--", *paths], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return shown.stdout.split()


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else [file for file in path.rglob("*") if file.suffix in _KINDS]
