"""The environment of a peer: made once from its pinned requirement file, apart from the platform's own."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class SideFailed(Exception):
    """A side gave no figures; the message has the last line that it printed."""


def environment(peer: str) -> Path:
    """The Python of a peer's environment; made on first use and whenever its requirement file changed."""
    pinned = ROOT / "benchmarks" / "peers" / f"{peer}.txt"
    version = hashlib.sha256(pinned.read_bytes()).hexdigest()[:12]
    folder = ROOT / ".venv" / "peers" / f"{peer}-{version}"
    python = folder / "bin" / "python"
    ready = folder / "ready"
    if not ready.exists():
        uv = Path(sys.executable).parent / "uv"
        print(f"making the environment of {peer}", flush=True)
        for step in (
            [uv, "venv", "--quiet", "--clear", "--python", sys.executable, folder],
            [uv, "pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", pinned],
        ):
            done = subprocess.run([*map(str, step)], capture_output=True, text=True)
            if done.returncode:
                raise SideFailed(f"its environment cannot be made: {done.stderr.strip()}")
        ready.touch()
    return python
