"""A mail server that takes mail and keeps it: the commands of SMTP that a client needs, and no more."""

from __future__ import annotations

import base64
import contextlib
import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from typing import cast


class MailServer:
    """Mails as received; ``login`` is the only one that may send, ``refused`` is an address that gets ``refusal``."""

    def __init__(
        self, login: tuple[str, str] | None = None, refused: str = "", refusal: str = "550 5.1.1 no such mailbox"
    ) -> None:
        self.login, self.refused, self.refusal = login, refused, refusal
        self.mails: list[EmailMessage] = []
        self.port = self.calls = 0

    @contextlib.contextmanager
    def running(self) -> Iterator[MailServer]:
        """The server on a free port of loopback."""
        keeper = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                keeper.calls += 1
                _Conversation(self, keeper).hold()

        with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
            server.daemon_threads = True
            self.port = server.server_address[1]
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
            try:
                yield self
            finally:
                server.shutdown()


class _Conversation:
    def __init__(self, handler: socketserver.StreamRequestHandler, server: MailServer) -> None:
        self._handler, self._server = handler, server
        self._known = server.login is None

    def hold(self) -> None:
        self._say("220 tests ESMTP")
        while line := self._handler.rfile.readline().decode().strip():
            command = line.upper()
            if command.startswith("EHLO"):
                self._say("250-tests\r\n250 AUTH PLAIN")
            elif command.startswith("AUTH PLAIN"):
                self._authenticate(line.split()[-1])
            elif command == "DATA":
                self._take()
            elif command == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say(self._answer(line))

    def _answer(self, line: str) -> str:
        if not self._known:
            return "530 5.7.0 Authentication required"
        if self._server.refused and self._server.refused in line:
            return self._server.refusal
        return "250 ok"

    def _authenticate(self, credentials: str) -> None:
        _, user, password = base64.b64decode(credentials).decode().split("\0")
        self._known = (user, password) == self._server.login
        self._say("235 welcome" if self._known else "535 5.7.8 wrong")

    def _take(self) -> None:
        self._say("354 go on")
        lines = []
        while (line := self._handler.rfile.readline()) != b".\r\n":
            lines.append(line[1:] if line.startswith(b"..") else line)
        mail = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        self._server.mails.append(cast(EmailMessage, mail))
        self._say("250 taken")

    def _say(self, text: str) -> None:
        self._handler.wfile.write(f"{text}\r\n".encode())
