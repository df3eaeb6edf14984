"""Dagster's own SQLite files behind connections that stay open.

Dagster makes an SQLAlchemy engine for every event that it stores, 7 ms of which 2 are needed. That is nothing for a
process that executes one run; a replay executes dozens, with thousands of events. For the same reason the empty log of
a run is made once and then copied, and a commit does not wait for the disk: SQLite's write-ahead log keeps every commit
when the process is killed, and an intact file when the power fails. The files, their tables and what is written to them
are Dagster's own: whatever opens the instance afterwards notices no difference (docs/decisions/0003).
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME, SqliteEventLogStorage
from dagster._core.storage.runs.sqlite.sqlite_run_storage import SqliteRunStorage
from dagster._core.storage.schedules.sqlite.sqlite_schedule_storage import SqliteScheduleStorage
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text

# The index of events, runs and schedules, and the logs of the runs that were written last.
MOST_OPEN = 8
BUSY_SECONDS = 60


class OpenEngines:
    """An engine per SQLite file; the ones used least recently are closed."""

    def __init__(self) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self.initialised: set[str] = set()
        self.empty_log: bytes | None = None
        self.instances: dict[str, DagsterSqliteStorage] = {}

    @contextlib.contextmanager
    def transaction(self, address: str) -> Iterator[Connection]:
        """A connection within a transaction."""
        with self.engine(address).begin() as connection:
            yield connection

    def engine(self, address: str) -> Engine:
        """The engine of a file, opened on first use."""
        if address not in self._engines:
            self._engines[address] = create_engine(address, connect_args={"timeout": BUSY_SECONDS})
            event.listen(self._engines[address], "connect", _do_not_wait_for_the_disk)
        self._engines.move_to_end(address)
        while len(self._engines) > MOST_OPEN:
            self._engines.popitem(last=False)[1].dispose()
        return self._engines[address]

    def close(self) -> None:
        """Close every connection."""
        while self._engines:
            self._engines.popitem()[1].dispose()
        self.initialised.clear()
        self.instances.clear()
        self.empty_log = None

    def files_of(self, base_dir: str) -> DagsterSqliteStorage:
        """Where Dagster keeps the files of an instance; they are created, or checked to be of its version, once."""
        if base_dir not in self.instances:
            self.instances[base_dir] = DagsterSqliteStorage(base_dir)
        return self.instances[base_dir]


def _do_not_wait_for_the_disk(connection: Any, _: Any) -> None:
    connection.execute("PRAGMA synchronous=NORMAL")


# One for the process: Dagster makes a new instance, and with it new storages, for every evaluation of a sensor.
OPEN = OpenEngines()


class _EventLog(SqliteEventLogStorage):
    @contextlib.contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        address = self.conn_string_for_shard(shard)
        with self._db_lock:
            if address not in OPEN.initialised:
                self._initialise(address, Path(self.path_for_shard(shard)))
                OPEN.initialised.add(address)
            with OPEN.transaction(address) as connection:
                yield connection

    def _initialise(self, address: str, file: Path) -> None:
        """Make the tables of a log, by Dagster for the first new one, as a copy of that for those after it."""
        new = not file.exists()
        if new and OPEN.empty_log is not None:
            # Renamed once whole: a kill leaves no half file behind.
            file.with_suffix(".new").write_bytes(OPEN.empty_log)
            file.with_suffix(".new").rename(file)
            return
        self._initdb(OPEN.engine(address))
        if new:
            with OPEN.engine(address).connect() as connection:
                connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
            OPEN.empty_log = file.read_bytes()

    def has_table(self, table_name: str) -> bool:
        return inspect(OPEN.engine(self.conn_string_for_shard(INDEX_SHARD_NAME))).has_table(table_name)


class _Runs(SqliteRunStorage):
    def connect(self) -> Any:
        return OPEN.transaction(self._conn_string)


class _Schedules(SqliteScheduleStorage):
    def connect(self) -> Any:
        return OPEN.transaction(self._conn_string)


class OpenSqliteStorage(DagsterSqliteStorage):
    """Storage of a Dagster instance for a process that executes many runs.

    Args:
        base_dir: the instance's folder, as for Dagster's own SQLite storage.
    """

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        files = OPEN.files_of(base_dir)
        self.base_dir = base_dir
        self._inst_data = inst_data
        self._run_storage = _Runs(files._run_storage._conn_string)
        self._event_log_storage = _EventLog(files._event_log_storage._base_dir)
        self._schedule_storage = _Schedules(files._schedule_storage._conn_string)
        # Not the parent's own, which would create and check the files anew for every evaluation of a sensor.
        super(DagsterSqliteStorage, self).__init__()  # type: ignore[no-untyped-call]

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData, config_value: Any) -> OpenSqliteStorage:
        """Made by Dagster from the instance's settings."""
        return cls.from_local(inst_data=inst_data, **config_value)
