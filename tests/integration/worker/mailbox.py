"""A real mail server on this host that keeps what it is given, or does as it is told."""

from __future__ import annotations

import asyncio
import warnings
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class Mailbox:
    """Takes every mail, until ``says`` has something else to say to it."""

    def __init__(self, *, user: str = "", password: str = "") -> None:
        self._user = user
        self._password = password
        self.taken: list[tuple[Envelope, EmailMessage]] = []
        self.says: list[str] = []
        """Answers to the next RCPT commands; empty: all are welcome."""
        self.arrived = asyncio.Event()
        self.port = 0

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, address: str) -> list[EmailMessage]:
        return [message for envelope, message in self.taken if envelope.rcpt_tos == [address]]

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: Any, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.says:
            return self.says.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.taken.append((envelope, message))
        self.arrived.set()
        return "250 taken"

    def _protocol(self) -> SMTP:
        if not self._user:
            return SMTP(self, hostname="localhost")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a password over plain loopback is in the clear
            return SMTP(
                self, hostname="localhost", authenticator=self._check, auth_required=True, auth_require_tls=False
            )

    def _check(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (
            self._user.encode(),
            self._password.encode(),
        )
        return AuthResult(success=good, handled=False)
