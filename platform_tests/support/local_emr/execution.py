"""A process with everything that it starts: its output in files, and no way to outlive the test."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

GONE_SECONDS = 0.01
EXECUTOR = b"CoarseGrainedExecutorBackend"


class Execution:
    """A command that runs in a session of its own in ``folder``."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.stdout, self.stderr = folder / "stdout", folder / "stderr"
        with self.stdout.open("wb") as stdout, self.stderr.open("wb") as stderr:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
            )

    @property
    def code(self) -> int | None:
        """The exit code, once it has ended."""
        return self._process.poll()

    def printed(self, text: str) -> bool:
        """Whether the output holds ``text``."""
        return any(text.encode() in path.read_bytes() for path in (self.stdout, self.stderr))

    def hang(self) -> None:
        """Stop it without an end."""
        self._signal(signal.SIGSTOP, self._session())

    def kill_executor(self) -> bool:
        """Kill one Spark executor; false if there is none yet."""
        executors = [pid for pid in self._session() if EXECUTOR in _command_line(pid)]
        self._signal(signal.SIGKILL, executors[:1])
        return bool(executors)

    def kill(self) -> None:
        """End it and all that it started, whatever it does; again: nothing happens."""
        while running := list(self._session()):
            self._signal(signal.SIGKILL, running)
            self._process.poll()
            time.sleep(GONE_SECONDS)
        self._process.wait(timeout=30)

    def _session(self) -> Iterator[int]:
        for entry in Path("/proc").iterdir():
            pid = int(entry.name) if entry.name.isdecimal() else None
            if pid and _session_of(pid) == self._process.pid and lives(pid):
                yield pid

    @staticmethod
    def _signal(number: signal.Signals, pids: Sequence[int] | Iterator[int]) -> None:
        for pid in list(pids):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


def _session_of(pid: int) -> int | None:
    with contextlib.suppress(ProcessLookupError):
        return os.getsid(pid)
    return None


def lives(pid: int) -> bool:
    """Whether a process runs; false for one that has ended and was not waited for."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def _command_line(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""
