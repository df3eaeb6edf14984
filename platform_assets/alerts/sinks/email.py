"""Electronic mail through any SMTP server."""

from __future__ import annotations

import smtplib
from collections.abc import Mapping
from email.message import EmailMessage

from platform_assets.alerts.declaration import EmailSink
from platform_assets.alerts.errors import SinkFailed, TakenInPart
from platform_assets.alerts.sinks.base import Sink
from platform_assets.alerts.sinks.words import headline, plain_text
from platform_assets.alerts.state import Delivery

_SECONDS = 10
_REMEDY = "Look at host, port, security, user, password, sender and to of the sink in alerts.yaml."

# What a server answers by address, as smtplib tells it.
_Answers = Mapping[str, tuple[int, bytes]]


class Email(Sink):
    """Sends one mail a message; a thread is a thread there too. A repetition has the same ``Message-ID``."""

    def __init__(self, name: str, declared: EmailSink, user: str | None, password: str | None) -> None:
        super().__init__(name)
        self._declared, self._user, self._password = declared, user, password

    def send(self, delivery: Delivery, thread: str | None) -> str:
        """Send the mail; the reference is the ``Message-ID`` of the thread's first one.

        Raises:
            TakenInPart: the server took the mail for some of the addresses.
        """
        mail = self._mail(delivery, thread)
        taken, refused = False, dict[str, tuple[int, bytes]]()
        try:
            with self._connected() as server:
                if self._declared.security == "starttls":
                    server.starttls()
                if self._user is not None:
                    server.login(self._user, self._password or "")
                taken = True
                refused = server.send_message(mail)
        except (smtplib.SMTPException, OSError) as error:
            answered = isinstance(error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused)
            raise SinkFailed(
                self.name, _words(error), _REMEDY, may_have_arrived=taken and not answered, permanent=_is_refusal(error)
            ) from error
        reference = thread or str(mail["Message-ID"])
        if refused:
            raise TakenInPart(self.name, f"it was refused for {_said(refused)}", _REMEDY, reference)
        return reference

    def _connected(self) -> smtplib.SMTP:
        kind = smtplib.SMTP_SSL if self._declared.security == "tls" else smtplib.SMTP
        return kind(self._declared.host, self._declared.port, timeout=_SECONDS)

    def _mail(self, delivery: Delivery, thread: str | None) -> EmailMessage:
        message, mail = delivery.message, EmailMessage()
        mail["Subject"] = headline(message).replace("\n", " ").replace("\r", " ")
        mail["From"], mail["To"] = self._declared.sender, ", ".join(self._declared.to)
        mail["Date"] = message.at
        mail["Message-ID"] = f"<{delivery.id}@{self._declared.sender.partition('@')[2]}>"
        if thread is not None:
            mail["In-Reply-To"] = mail["References"] = thread
        mail.set_content(plain_text(message))
        for each in message.attachments:
            mail.add_attachment(each.text, filename=each.name)
        return mail


def _is_refusal(error: Exception) -> bool:
    """Whether the server's answer is a permanent one, 5yz (RFC 5321, 4.2.1), or it cannot do what is declared."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            return all(code >= 500 for code, _ in error.recipients.values())
        case smtplib.SMTPResponseException():
            return error.smtp_code >= 500
        case _:
            return isinstance(error, smtplib.SMTPNotSupportedError)


def _words(error: Exception) -> str:
    match error:
        case smtplib.SMTPRecipientsRefused():
            return f"it was refused for {_said(error.recipients)}"
        case smtplib.SMTPResponseException():
            return f"it answered {error.smtp_code} {_text(error.smtp_error)}"
        case _:
            return f"{type(error).__name__}: {error}"


def _said(refused: _Answers) -> str:
    return "; ".join(f"{address} ({code} {_text(text)})" for address, (code, text) in refused.items())


def _text(answer: bytes | str) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else answer
