"""Servers of the tests: started in a folder of their own on free loopback ports, always stopped."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import pytest

START_SECONDS = 60


class NotInstalled(Exception):
    """A server's programs are not on this machine."""

    def __init__(self, programs: Sequence[str], target: str) -> None:
        super().__init__(f"{', '.join(programs)} not installed (make {target})")


def unless_expected(error: NotInstalled) -> NoReturn:
    """Skip a test, but not where the machine is expected to have everything (CI=true)."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI runs every test, but {error}")
    pytest.skip(str(error))


def require(programs: Sequence[str], target: str) -> None:
    """Raise NotInstalled unless all ``programs`` can be found."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        raise NotInstalled(missing, target)


def free_port() -> int:
    """A port of the loopback interface that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextlib.contextmanager
def running(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str] | None = None,
    user: str | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A server as a process with its output in ``folder``; killed at the end, for what it holds is thrown away."""
    with (folder / f"{Path(command[0]).name}.out").open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL, user=user
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait(timeout=30)


def wait_until(ready: Callable[[], bool], what: str, process: subprocess.Popen[bytes]) -> None:
    """Return once ``ready``; raises TimeoutError or, if the server ended, RuntimeError."""
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None:
            raise RuntimeError(f"{what} ended with {process.returncode}")
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not start within {START_SECONDS} s")
        time.sleep(0.05)


def listens(port: int) -> bool:
    """Whether something accepts connections on a loopback port."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
