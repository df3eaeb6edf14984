"""A real PostgreSQL server, from Debian's packages."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from processes import NotInstalled, free_port, running, wait_until

USER = "postgres"
# Data that is thrown away needs no care for power cuts.
OPTIONS = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_connections=200")


@dataclass(frozen=True)
class PostgresServer:
    """A server, and a way to make empty places for tables in it."""

    port: int

    def new_schema(self, name: str) -> str:
        """Make a schema, which costs less than a database; returns an address that finds its tables there."""
        import psycopg

        address = f"postgresql://{USER}@127.0.0.1:{self.port}/postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        return f"{address}?options=-csearch_path%3D{name}"


@contextlib.contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Start the server in a folder of its own; raises NotInstalled without its packages."""
    programs = _programs()
    # Not below pytest's temporary folder, which only one user may enter.
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder, _started(programs, Path(folder)) as server:
        yield server


@contextlib.contextmanager
def _started(programs: Path, folder: Path) -> Iterator[PostgresServer]:
    port, data, user = free_port(), folder / "data", _owner_of(folder)
    make = [programs / "initdb", "-D", data, "-U", USER, "--auth=trust", "--no-sync"]
    subprocess.run(make, check=True, capture_output=True, timeout=60, user=user, cwd=folder)
    settings = [
        f"-c{option}" for option in (*OPTIONS, "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}")
    ]
    with running(
        [str(programs / "postgres"), "-D", str(data), "-p", str(port), *settings], folder, None, user
    ) as server:
        ask = [programs / "pg_isready", "-h", "127.0.0.1", "-p", str(port)]
        wait_until(lambda: subprocess.run(ask, capture_output=True).returncode == 0, "postgres", server)
        yield PostgresServer(port)


def _programs() -> Path:
    """Debian keeps the server's programs of each version in a folder that is not on PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("postgres")
    if not found and on_path is None:
        raise NotInstalled(["postgres"], "postgres")
    return found[-1].parent if found else Path(str(on_path)).parent


def _owner_of(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: then its own user gets the folder."""
    if os.getuid() != 0:
        return None
    shutil.chown(folder, USER, USER)
    return USER
