import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from platform_assets.learning.errors import TrackingError
from platform_assets.learning.registry import ModelRegistry
from platform_assets.learning.tracking import without_password


@pytest.fixture(autouse=True)
def one_retry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")


class _Broken(BaseHTTPRequestHandler):
    asked = 0

    def do_GET(self) -> None:
        type(self).asked += 1
        self.send_error(500)

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def broken_server() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Broken)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_server_that_is_away_is_named_with_the_remedy() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        uri = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(TrackingError, match=rf"MLflow at {uri} does not answer.*after 1 retries.*Start it"):
            ModelRegistry(uri, "late").ensure_experiment()


def test_a_server_that_fails_is_asked_again_and_then_named(broken_server: str) -> None:
    with pytest.raises(TrackingError, match=rf"MLflow at {broken_server} does not answer.*500.*No alias was moved"):
        ModelRegistry(broken_server, "late").champion()
    assert _Broken.asked == 2


def test_a_password_is_not_shown() -> None:
    assert without_password("https://me:secret@host:5000/a") == "https://me:***@host:5000/a"
    assert without_password("http://host:5000") == "http://host:5000"
