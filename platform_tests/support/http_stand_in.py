"""What HTTP stand-ins of services share: a server on loopback, and faults that its next calls meet."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Fault:
    """What becomes of a call: an answer with ``status``, or with ``lost`` none although the call was carried out."""

    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    lost: bool = False


@dataclass(frozen=True)
class Call:
    """A request."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What a service answers."""

    body: bytes
    status: int = 200
    kind: str = "application/json"


class StandIn:
    """A service; subclasses say what they answer."""

    def __init__(self) -> None:
        self.address = ""
        self.faults: dict[str, list[Fault]] = {}
        self._lock = threading.Lock()

    def fail(self, path: str, *faults: Fault) -> None:
        """The next calls whose path ends so meet these faults, one after the other."""
        self.faults[path] = list(faults)

    def answer(self, call: Call) -> Answer:
        raise NotImplementedError

    def take(self, call: Call) -> Answer | Fault:
        with self._lock:
            waiting = next((faults for path, faults in self.faults.items() if call.path.endswith(path) and faults), [])
            fault = waiting.pop(0) if waiting else None
            if fault is not None and not fault.lost:
                return fault
            answer = self.answer(call)
            return fault or answer

    @contextlib.contextmanager
    def running(self) -> Iterator[StandIn]:
        """The service on a free port of loopback."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self.address = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()


def _handler_of(service: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._send(service.take(Call(self.command, asked.path, asked.query, dict(self.headers), body)))

        do_GET = do_POST

        def _send(self, answer: Answer | Fault) -> None:
            if isinstance(answer, Fault) and answer.lost:
                self.close_connection = True
                return
            headers = answer.headers if isinstance(answer, Fault) else {"Content-Type": answer.kind}
            self.send_response(answer.status)
            for name, value in {**headers, "Content-Length": str(len(answer.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    return Handler
