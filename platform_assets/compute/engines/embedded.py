"""Sail inside this process: PySpark code without Java and without a service."""

from __future__ import annotations

import logging
import os
import threading
from typing import TYPE_CHECKING, Any

from platform_assets.compute.engines.base import SESSION_SETTINGS, Engine, use_connect
from platform_assets.compute.engines.memory import forget_peak, peak_memory
from platform_assets.compute.job import FailedListener, Job, JobResult, tell_nobody

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# One server a process: starting it takes seconds and every engine object can share it.
_lock = threading.Lock()
_running: dict[int, tuple[Any, SparkSession]] = {}


class EmbeddedEngine(Engine):
    """A Spark Connect server (Sail) on a free loopback port of this process."""

    name = "embedded"

    @property
    def session(self) -> SparkSession:
        """The session of this process's server, started on first use; a forked child starts its own."""
        with _lock:
            if os.getpid() not in _running:
                _running[os.getpid()] = _start()
            use_connect(True)
            return _running[os.getpid()][1]

    def run(self, job: Job, failed: FailedListener = tell_nobody) -> JobResult:
        """Run a job in this process, and measure the most memory that the process held meanwhile."""
        held = forget_peak()
        result = super().run(job, failed)
        peak = peak_memory()
        if held is None or peak is None:
            return result
        # The kernel counts both a little apart.
        return result.model_copy(update={"held_bytes": held, "peak_bytes": max(held, peak)})

    def stop(self) -> None:
        """Stop the server of this process."""
        with _lock:
            server, session = _running.pop(os.getpid(), (None, None))
        if server is not None and session is not None:
            session.stop()
            server.stop()


def _start() -> tuple[Any, SparkSession]:
    # Sail reads its log filter from the environment when it is imported; its start-up chatter is of no use to users.
    os.environ.setdefault("RUST_LOG", "error")
    # gRPC's own handling of forks aborts now and then a child that is forked to run another program, such as Spark's.
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")
    # PySpark's client logs every refusal of the server in full, among them one of a clean-up call at exit that Sail
    # does not know; what matters reaches the caller as an exception.
    logging.getLogger("pyspark.sql.connect.logging").setLevel(logging.CRITICAL)
    from pysail.spark import SparkConnectServer
    from pyspark.sql import SparkSession

    server = SparkConnectServer(ip="127.0.0.1", port=0)
    server.start(background=True)
    _, port = server.listening_address
    # create() and not getOrCreate(): another Spark session of this process must not be taken for ours.
    session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").create()
    for key, value in SESSION_SETTINGS.items():
        session.conf.set(key, value)
    return server, session
