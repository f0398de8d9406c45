"""Every query that reads or writes the outbox of mails."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from shared.domain.mails import MOST_ATTEMPTS, Mail

from .pool import Connection

LOST = "worker_lost"


async def enqueue(
    db: Connection, mail_id: UUID, *, recipient: str, letter: bytes, grant_id: UUID | None = None
) -> None:
    """Write a mail to the outbox. The caller rings the bell of the stage ``deliver``.

    Args:
        letter: sealed; see ``shared.domain.mails.seal``.
        grant_id: whose token it holds; it is not sent once that has been revoked.
    """
    await db.execute(
        "INSERT INTO mails (id, grant_id, recipient, letter) VALUES ($1, $2, $3, $4)",
        mail_id,
        grant_id,
        recipient,
        letter,
    )


async def claim(db: Connection, *, lease_s: float, most: int) -> Mail | None:
    """Take the mail that has been ready longest, or None.

    Args:
        most: how many may be under way at once over all workers, about: a slow mail server holds no more.
    """
    row = await db.fetchrow(
        """UPDATE mails SET status = 'running', attempt = attempt + 1, lease_until = now() + make_interval(secs => $1)
            WHERE id = (SELECT id FROM mails WHERE status = 'queued' AND ready_at <= now()
                           AND (SELECT count(*) FROM mails WHERE status = 'running') < $2
                         ORDER BY ready_at, id FOR UPDATE SKIP LOCKED LIMIT 1)
        RETURNING id, recipient, letter, attempt, created_at""",
        lease_s,
        most,
    )
    return msgspec.convert(dict(row), Mail) if row else None


async def finish(db: Connection, mail: Mail, status: str, outcome: str) -> bool:
    """Leave ``running`` for ``done`` or ``failed``; what it said is forgotten. False when it is not this worker's."""
    return await _leave(db, mail, "status = $4, letter = NULL, finished_at = now()", outcome, status)


async def requeue(db: Connection, mail: Mail, outcome: str, *, delay_s: float) -> bool:
    """Put a held mail back, ready after ``delay_s`` seconds."""
    return await _leave(db, mail, "status = 'queued', ready_at = now() + make_interval(secs => $4)", outcome, delay_s)


async def due(db: Connection) -> int:
    """Queue again what dead workers held, and count what is ready, up to 100."""
    await db.execute(
        """UPDATE mails SET lease_until = NULL, outcome = $1,
                  status = CASE WHEN attempt < $2 THEN 'queued' ELSE 'failed' END,
                  letter = CASE WHEN attempt < $2 THEN letter END,
                  finished_at = CASE WHEN attempt >= $2 THEN now() END
            WHERE id IN (SELECT id FROM mails WHERE status = 'running' AND lease_until < now()
                          LIMIT 100 FOR UPDATE SKIP LOCKED)""",
        LOST,
        MOST_ATTEMPTS,
    )
    return await db.fetchval(
        """SELECT count(*) FROM (SELECT FROM mails WHERE status = 'queued' AND ready_at <= now() LIMIT 100) AS few"""
    )


async def purge(db: Connection, *, kept_s: float = 2_592_000, most: int = 10_000) -> None:
    """Delete what was finished a month ago."""
    await db.execute(
        """DELETE FROM mails WHERE id IN (SELECT id FROM mails
            WHERE finished_at < now() - make_interval(secs => $1) ORDER BY finished_at LIMIT $2)""",
        kept_s,
        most,
    )


async def _leave(db: Connection, mail: Mail, change: str, outcome: str, value: Any) -> bool:
    found = await db.fetchval(
        f"""UPDATE mails SET lease_until = NULL, outcome = $3, {change}
             WHERE id = $1 AND attempt = $2 AND status = 'running' RETURNING true""",
        mail.id,
        mail.attempt,
        outcome,
        value,
    )
    return bool(found)
