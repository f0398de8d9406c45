"""What a mail says, how it is kept while it waits, and when it is tried again. Pure, but for a nonce and jitter."""

from __future__ import annotations

import random
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from uuid import UUID

import msgspec

from .errors import Rejected
from .sealing import Sealer

MOST_ATTEMPTS = 8
LONGEST_SUBJECT = 150


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """What is written, to whomever."""

    subject: str
    text: str


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """A letter on its way to one address: what a claim of a mail hands out."""

    id: UUID
    recipient: str
    letter: bytes
    """Sealed."""
    attempt: int
    created_at: datetime


def sealer(key: bytes) -> Sealer:
    """Keeps letters, each sealed for its mail's id (``id.bytes``)."""
    return Sealer(key, "mails")


def seal(sealer: Sealer, mail_id: UUID, letter: Letter) -> bytes:
    return sealer.seal(msgspec.json.encode(letter).decode(), mail_id.bytes)


def opened(sealer: Sealer, mail: Mail) -> Letter:
    """
    Raises:
        Unavailable: it was sealed with another key.
    """
    return msgspec.json.decode(sealer.open(mail.letter, mail.id.bytes), type=Letter)


def message(mail: Mail, letter: Letter, *, sender: str) -> EmailMessage:
    """The mail as it is sent. The same however often it is tried, so that a repetition is known by its id.

    No text can get out of its header: what is not printable is left out of the subject, and the library
    refuses a line break in any other.

    Args:
        sender: ``reports@example.com`` or ``Reports <reports@example.com>``.

    Raises:
        Rejected: the recipient is no address.
    """
    name, address = parseaddr(sender)
    made = EmailMessage(policy=SMTP)
    made["From"] = Address(name, addr_spec=address)
    try:
        made["To"] = Address(addr_spec=mail.recipient)
    except (ValueError, IndexError, HeaderParseError):
        raise Rejected("the recipient is no address that mail can be sent to", code="mail_invalid") from None
    made["Subject"] = one_line(letter.subject, LONGEST_SUBJECT)
    made["Date"] = format_datetime(mail.created_at)
    made["Message-ID"] = f"<{mail.id}@{address.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(letter.text, cte="quoted-printable")
    return made


def one_line(text: str, longest: int) -> str:
    """Printable text on one line, cut to a length."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def next_try(attempt: int) -> float | None:
    """Seconds until a mail that failed for this many times is tried again; None when it is given up.

    From half a minute to hours: a mail server that is away for a night gets it in the morning.
    """
    if attempt >= MOST_ATTEMPTS:
        return None
    return 30.0 * 4.0 ** min(attempt - 1, 5) * random.uniform(0.5, 1)  # noqa: S311 - spreading retries
