"""Delivers the outbox of mails: claims one, opens it, hands it to the mail server, records what came of it.

A worker that dies after handing it over leaves the mail to be sent again, under the same Message-ID.
"""

from __future__ import annotations

import time

import structlog

from shared.db import mails
from shared.db.pool import Database, patiently
from shared.domain import mails as rules
from shared.domain.errors import Rejected, Unavailable
from shared.domain.mails import Mail

from .smtp import AT_ONCE, Smtp, check_sender, read_url

LEASE_S = 90.0
"""Longer than a mail server that answers just in time takes for all of a message."""
RECORD_PATIENCE_S = 10.0

log = structlog.get_logger()


class Mails:
    """One process's hands on the outbox; any number may work on it."""

    def __init__(self, database: Database, key: bytes, sender: str, smtp: Smtp) -> None:
        """
        Args:
            key: ``PRESSRUN_SECRET_KEY``, read by ``sealing.read_key``.
            sender: the setting ``PRESSRUN_MAIL_FROM``.
        """
        self._database = database
        self._sealer = rules.sealer(key)
        self._sender = check_sender(sender)
        self._smtp = smtp
        self._closed = False

    async def on_bell(self) -> bool:
        """Claim one mail and see it through. False when there was none to claim.

        Raises:
            Unavailable: the database does not answer.
        """
        if self._closed:
            return False
        async with self._database.connect() as db:
            mail = await mails.claim(db, lease_s=LEASE_S, most=AT_ONCE)
        if mail is None:
            return False
        began = time.perf_counter()
        outcome, delay_s = await self._send(mail)
        await patiently(lambda: self._record(mail, outcome, delay_s), seconds=RECORD_PATIENCE_S)
        seconds = round(time.perf_counter() - began, 3)
        log.info("mail.left", mail_id=str(mail.id), attempt=mail.attempt, outcome=outcome, seconds=seconds)
        return True

    async def due(self) -> int:
        """For the sweeper: take back what dead workers held; returns how many bells to ring.

        Raises:
            Unavailable: the database does not answer.
        """
        async with self._database.connect() as db:
            return await mails.due(db)

    async def purge(self) -> None:
        """For the sweeper, now and then: forget what is long over.

        Raises:
            Unavailable: the database does not answer.
        """
        async with self._database.connect() as db:
            await mails.purge(db)

    def close(self) -> None:
        """Claim nothing more; what is under way ends within the time of one call."""
        self._closed = True
        self._smtp.close()

    async def _send(self, mail: Mail) -> tuple[str, float | None]:
        """One attempt: what came of it, and after how many seconds to try again, if at all."""
        try:
            letter = rules.opened(self._sealer, mail)
            await self._smtp.send(rules.message(mail, letter, sender=self._sender), mail.recipient)
        except Rejected as error:
            log.warning("mail.refused", mail_id=str(mail.id), code=error.code)
            return error.code, None
        except Unavailable as error:
            log.warning("mail.delayed", mail_id=str(mail.id), code=error.code, error=error.message)
            return error.code, rules.next_try(mail.attempt)
        return SENT, None

    async def _record(self, mail: Mail, outcome: str, delay_s: float | None) -> None:
        async with self._database.connect() as db:
            if delay_s is not None:
                await mails.requeue(db, mail, outcome, delay_s=delay_s)
            else:
                await mails.finish(db, mail, "done" if outcome == SENT else "failed", outcome)


SENT = "sent"


def open_mails(database: Database, key: bytes, *, smtp_url: str, sender: str) -> Mails | None:
    """What delivers mails, if a mail server is set; otherwise they wait.

    Raises:
        Rejected: one of the two settings is missing, or is none.
    """
    if not smtp_url and not sender:
        return None
    if not smtp_url or not sender:
        missing = "PRESSRUN_MAIL_FROM" if smtp_url else "PRESSRUN_SMTP_URL"
        raise Rejected(f"{missing} is missing: mails need both a server and a sender")
    return Mails(database, key, sender, Smtp(read_url(smtp_url)))
