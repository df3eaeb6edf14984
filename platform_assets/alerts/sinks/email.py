"""Electronic mail through any SMTP server."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage

from platform_assets.alerts.declaration import EmailSink
from platform_assets.alerts.errors import SinkFailed
from platform_assets.alerts.sinks.base import Sink
from platform_assets.alerts.sinks.words import headline, plain_text
from platform_assets.alerts.state import Delivery

_SECONDS = 10
_REMEDY = "Look at host, port, security, user and password of the sink in alerts.yaml."


class Email(Sink):
    """Sends one mail a message; a thread is a thread there too. A repetition has the same ``Message-ID``."""

    def __init__(self, name: str, declared: EmailSink, user: str | None, password: str | None) -> None:
        super().__init__(name)
        self._declared, self._user, self._password = declared, user, password

    def send(self, delivery: Delivery, thread: str | None) -> str:
        """Send the mail; the reference is the ``Message-ID`` of the thread's first one."""
        mail = self._mail(delivery, thread)
        taken = False
        try:
            with self._connected() as server:
                if self._declared.security == "starttls":
                    server.starttls()
                if self._user is not None:
                    server.login(self._user, self._password or "")
                taken = True
                server.send_message(mail)
        except (smtplib.SMTPException, OSError) as error:
            answered = isinstance(error, smtplib.SMTPResponseException | smtplib.SMTPRecipientsRefused)
            words = f"{type(error).__name__}: {error}"
            raise SinkFailed(self.name, words, _REMEDY, may_have_arrived=taken and not answered) from error
        return thread or str(mail["Message-ID"])

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
