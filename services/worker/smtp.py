"""The one way out to a mail server: an address from the settings, and a message handed over."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

import msgspec

from shared.domain.errors import Rejected, Unavailable

TIME_S = 15.0
"""The longest silence of a mail server."""
AT_ONCE = 2
PORTS = {"smtp": 587, "smtps": 465}
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Server(msgspec.Struct, frozen=True):
    """A mail server as ``PRESSRUN_SMTP_URL`` names it."""

    host: str
    port: int
    tls: bool
    """From the first byte on; otherwise as soon as the server offers it."""
    user: str
    password: str


def read_url(url: str) -> Server:
    """``smtp[s]://user:password@host:port``; user and password in percent encoding.

    Raises:
        Rejected: it is not that.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _unreadable() from None
    if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
        raise _unreadable()
    return Server(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        tls=parts.scheme == "smtps",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def check_sender(sender: str) -> str:
    """Raises ``Rejected`` for what is no address to send mails from."""
    _, address = parseaddr(sender)
    local, _, domain = address.rpartition("@")
    if not local or not domain or not sender.isprintable():
        raise Rejected("PRESSRUN_MAIL_FROM must be an address, such as reports@example.com or Name <address>")
    return sender


class Smtp:
    """Hands messages over, one connection each, in threads of its own: the library blocks."""

    def __init__(self, server: Server, *, time_s: float = TIME_S, tls: ssl.SSLContext | None = None) -> None:
        """
        Args:
            tls: None trusts what the system trusts.
        """
        self._server = server
        self._time_s = time_s
        self._tls = tls or ssl.create_default_context()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="smtp")

    async def send(self, message: EmailMessage, recipient: str) -> None:
        """Hand a message over to the server.

        Raises:
            Rejected: this recipient or this message will never be taken (code ``smtp_550`` and the like).
            Unavailable: the server does not answer, or not now.
        """
        try:
            await asyncio.get_running_loop().run_in_executor(self._threads, self._send, message, recipient)
        except smtplib.SMTPRecipientsRefused as error:
            status, said = next(iter(error.recipients.values()))
            raise _refused(status, said) from None
        except smtplib.SMTPDataError as error:
            raise _refused(error.smtp_code, error.smtp_error) from None
        except smtplib.SMTPResponseException as error:
            raise Unavailable(_said(error.smtp_code, error.smtp_error), code=f"smtp_{error.smtp_code}") from None
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable(f"no mail server: {type(error).__name__}", code="smtp_unreachable") from error

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _send(self, message: EmailMessage, recipient: str) -> None:
        with self._connect() as client:
            if self._server.user:
                client.login(self._server.user, self._server.password)
            # Not send_message, which puts a ">" before a line that begins with "From ".
            client.sendmail(parseaddr(str(message["From"]))[1], [recipient], message.as_bytes())

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        if server.tls:
            return smtplib.SMTP_SSL(server.host, server.port, timeout=self._time_s, context=self._tls)
        client = smtplib.SMTP(server.host, server.port, timeout=self._time_s)
        try:
            client.ehlo()
            if client.has_extn("starttls"):
                client.starttls(context=self._tls)
                client.ehlo()
            elif server.user and server.host not in _LOOPBACK:
                raise Unavailable(
                    "the mail server offers no TLS and would get the password in the clear; use smtps:// in "
                    "PRESSRUN_SMTP_URL, or no password",
                    code="smtp_without_tls",
                )
        except BaseException:
            client.close()
            raise
        return client


def _refused(status: int, said: bytes | str) -> Rejected | Unavailable:
    kind = Rejected if status >= 500 else Unavailable
    return kind(_said(status, said), code=f"smtp_{status}")


def _said(status: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"the mail server said {status} {text[:200]}"


def _unreadable() -> Rejected:
    return Rejected("PRESSRUN_SMTP_URL must look like smtps://user:password@host:465 or smtp://host:587")
