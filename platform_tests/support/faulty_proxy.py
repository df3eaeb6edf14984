"""An HTTP proxy before a real S3 server that does to a share of the calls what networks and busy servers do."""

from __future__ import annotations

import contextlib
import http.client
import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SLOW_DOWN = b"""<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"""
LATENCY_SECONDS = 0.4
# Of one connection only.
HOP_HEADERS = {"connection", "keep-alive", "transfer-encoding", "expect"}


@dataclass
class Faults:
    """Which share of the calls gets which fault; ``seen`` counts them, faultless ones as "none".

    Faults: "slow down" answers 503; "reset" cuts the connection before the server hears of the call; "lost answer" cuts
    it after the server did what was asked; "half answer" cuts it within the answer; "latency" only takes its time.
    """

    shares: dict[str, float]
    chance: random.Random = field(default_factory=lambda: random.Random(13))
    seen: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def draw(self) -> str:
        """The fault of the next call."""
        with self._lock:
            kinds, weights = [*self.shares, "none"], [*self.shares.values(), 1 - sum(self.shares.values())]
            fault = self.chance.choices(kinds, weights)[0]
            self.seen[fault] += 1
            return fault


@contextlib.contextmanager
def faulty_proxy(port: int, faults: Faults) -> Iterator[str]:
    """Start the proxy before the server on a loopback port; yields its address."""
    handler = type("Handler", (_Handler,), {"server_port": port, "faults": faults})
    with _Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what this is about, not something to report."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_port: int
    faults: Faults

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.faults.draw()
        if fault == "latency":
            time.sleep(LATENCY_SECONDS)
        if fault == "reset":
            return self._cut()
        if fault == "slow down":
            return self._answer(503, [("Content-Type", "application/xml")], SLOW_DOWN)
        status, headers, content = self._forward(body)
        if fault == "lost answer":
            return self._cut()
        self._answer(status, headers, content, whole=fault != "half answer")
        return None

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _serve

    def _forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.server_port, timeout=60)) as server:
            server.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in HOP_HEADERS:
                    server.putheader(name, value)
            server.endheaders(body or None)
            answer = server.getresponse()
            return answer.status, answer.getheaders(), answer.read()

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes, whole: bool = True) -> None:
        self.send_response_only(status)
        of_content = {"content-length"} if self.command != "HEAD" else set()
        for name, value in headers:
            if name.lower() not in HOP_HEADERS | of_content:
                self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content if whole else content[: len(content) // 2])
        if not whole:
            self._cut()

    def _cut(self) -> None:
        # Closing at once with nothing lingering is what sends a reset instead of an orderly end.
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, *arguments: object) -> None:
        """Nothing."""
