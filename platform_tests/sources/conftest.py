"""What the source tests share: a publisher's HTTP server with faults, and time that does not pass."""

from __future__ import annotations

import contextlib
import http.server
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate

import pytest

from platform_assets.sources.clock import Clock

Answer = Callable[["Handler", "Publisher"], None]


@dataclass
class Served:
    """A file on the server."""

    content: bytes
    etag: str | None = '"v1"'
    last_modified: str | None = "Mon, 02 Dec 2013 10:00:00 GMT"

    @property
    def headers(self) -> dict[str, str]:
        known = {"ETag": self.etag, "Last-Modified": self.last_modified}
        return {name: value for name, value in known.items() if value is not None}


@dataclass
class Seen:
    """A request as the server saw it."""

    path: str
    headers: dict[str, str]
    began: float
    sent: int = 0


@dataclass
class Publisher:
    """A server on a real socket; ``faults`` are the answers to the next requests, afterwards it serves properly."""

    url: str = ""
    files: dict[str, Served] = field(default_factory=dict)
    faults: deque[Answer] = field(default_factory=deque)
    seen: list[Seen] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    def put(self, name: str, content: bytes, **version: str | None) -> str:
        """Publish a file; returns its address."""
        self.files[f"/{name}"] = Served(content, **version)
        return f"{self.url}/{name}"

    @property
    def ranges(self) -> list[str | None]:
        return [request.headers.get("Range") for request in self.seen]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        publisher: Publisher = self.server.publisher  # type: ignore[attr-defined]
        self.request_seen = Seen(self.path, dict(self.headers), time.time())
        publisher.seen.append(self.request_seen)
        publisher.at_once += 1
        publisher.most_at_once = max(publisher.most_at_once, publisher.at_once)
        with contextlib.suppress(ConnectionError):
            (publisher.faults.popleft() if publisher.faults else serve)(self, publisher)

    def send(self, status: int, headers: dict[str, str], body: bytes = b"", length: int | None = None) -> None:
        """An answer; ``length`` is what it claims, by default the truth, and the connection ends if it is a lie."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body[:-1])
        # Before the last byte: once a client has it, it may send the next request.
        self.server.publisher.at_once -= 1  # type: ignore[attr-defined]
        self.wfile.write(body[-1:])
        self.request_seen.sent = len(body)
        self.close_connection = length is not None

    def log_message(self, *words: object) -> None:
        pass


def serve(handler: Handler, publisher: Publisher, cut: int | None = None) -> None:
    """The proper answer: conditional requests, ranges, 404. ``cut`` ends the connection after so many bytes."""
    file = publisher.files.get(handler.path)
    if file is None:
        return handler.send(404, {})
    asked = handler.headers
    if {asked.get("If-None-Match"), asked.get("If-Modified-Since")} & set(file.headers.values()):
        return handler.send(304, file.headers)
    start = 0
    if "Range" in asked and asked.get("If-Range") in file.headers.values():
        start = int(asked["Range"].removeprefix("bytes=").removesuffix("-"))
        if start >= len(file.content):
            return handler.send(416, {"Content-Range": f"bytes */{len(file.content)}"})
    body, headers, status = file.content[start:], file.headers, 200
    if start:
        status, headers = (
            206,
            {**headers, "Content-Range": f"bytes {start}-{len(file.content) - 1}/{len(file.content)}"},
        )
    handler.send(status, headers, body[:cut], None if cut is None else len(body))


class Faults:
    """Answers that go wrong."""

    @staticmethod
    def cut(after: int) -> Answer:
        """The connection ends after so many bytes of the body."""
        return lambda handler, publisher: serve(handler, publisher, cut=after)

    @staticmethod
    def status(code: int, **headers: str) -> Answer:
        return lambda handler, publisher: handler.send(
            code, {name.replace("_", "-"): value for name, value in headers.items()}, b"busy"
        )

    @staticmethod
    def body(content: bytes, status: int = 200, length: int | None = None, **headers: str) -> Answer:
        return lambda handler, publisher: handler.send(
            status, {name.replace("_", "-"): value for name, value in headers.items()}, content, length
        )

    @staticmethod
    def silence(seconds: float) -> Answer:
        """Half an answer, and then nothing for so long."""

        def answer(handler: Handler, publisher: Publisher) -> None:
            content = publisher.files[handler.path].content
            handler.send(200, publisher.files[handler.path].headers, content[: len(content) // 2], len(content))
            time.sleep(seconds)

        return answer


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *request: object) -> None:
        """Clients that leave in the middle are what is tested here."""


@contextlib.contextmanager
def running_publisher() -> Iterator[Publisher]:
    """A server on a free port of this machine."""
    server = Server(("127.0.0.1", 0), Handler)
    publisher = Publisher(f"http://127.0.0.1:{server.server_address[1]}")
    server.publisher = publisher  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield publisher
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class StandingTime:
    """Time that passes only by waiting; ``waits`` are the seconds of each wait."""

    moment: float = 1.4e9
    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.moment += seconds

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: self.moment, sleep=self.sleep, draw=lambda: 1.0)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server is on this machine, whatever the environment says about the way out."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with running_publisher() as server:
        yield server


@pytest.fixture
def another_publisher() -> Iterator[Publisher]:
    with running_publisher() as server:
        yield server


@pytest.fixture(scope="session")
def start_publisher() -> Callable[[], contextlib.AbstractContextManager[Publisher]]:
    return running_publisher


@pytest.fixture(scope="session")
def faults() -> type[Faults]:
    return Faults


@pytest.fixture
def standing() -> StandingTime:
    return StandingTime()


@pytest.fixture
def http_date() -> Callable[[float], str]:
    """A date ``seconds`` from now, as in HTTP headers."""
    return lambda seconds: formatdate(time.time() + seconds, usegmt=True)
