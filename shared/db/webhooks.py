"""Every query that reads or writes a subscription."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from shared.domain.errors import NotFound, Rejected
from shared.domain.ids import new_id
from shared.domain.sealing import Sealer
from shared.domain.webhooks import CALLBACK_EVENTS, Wanted, fingerprint

from .pool import Connection

MOST = 200
"""Subscriptions of one principal."""
CIRCUIT_FAILURES = 4
CIRCUIT_OPEN = timedelta(hours=1)


class Created(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A new subscription as its owner sees it: the only time that the secret is shown."""

    webhook_id: UUID
    secret: str
    secret_fingerprint: str


async def create(db: Connection, principal_id: UUID, wanted: Wanted, sealer: Sealer) -> Created:
    """Subscribe to the runs of a principal.

    Raises:
        Rejected: it has too many subscriptions already.
    """
    webhook_id, shown = new_id(), fingerprint(wanted.secret)
    added = await db.fetchval(
        """INSERT INTO webhooks (id, principal_id, url, events, tags, secret, fingerprint)
           SELECT $1, $2, $3, $4, $5, $6, $7
            WHERE (SELECT count(*) FROM webhooks WHERE principal_id = $2 AND run_id IS NULL) < $8
           RETURNING true""",
        webhook_id,
        principal_id,
        wanted.url,
        wanted.events,
        wanted.tags,
        sealer.seal(wanted.secret, webhook_id.bytes),
        shown,
        MOST,
    )
    if not added:
        raise Rejected(f"you have {MOST} webhooks, which is the most there may be: delete one first")
    return Created(webhook_id=webhook_id, secret=wanted.secret, secret_fingerprint=shown)


async def create_callback(db: Connection, principal_id: UUID, run_id: str, url: str) -> UUID:
    """Let a URL hear of one run, unsigned: the run's ``callbackUrl``, checked by ``addresses.parse``."""
    webhook_id = new_id()
    await db.execute(
        "INSERT INTO webhooks (id, principal_id, run_id, url, events) VALUES ($1, $2, $3, $4, $5)",
        webhook_id,
        principal_id,
        run_id,
        url,
        CALLBACK_EVENTS,
    )
    return webhook_id


async def delete(db: Connection, principal_id: UUID, webhook_id: str) -> None:
    """End a subscription, with what is still on its way to it.

    Raises:
        NotFound: there is none of this id, or it is another principal's.
    """
    try:
        known = UUID(webhook_id)
    except ValueError:
        known = None
    found = known and await db.fetchval(
        "DELETE FROM webhooks WHERE id = $1 AND principal_id = $2 AND run_id IS NULL RETURNING true",
        known,
        principal_id,
    )
    if not found:
        raise NotFound("there is no webhook of this id", code="subscription_not_found")


async def lock(db: Connection, webhook_id: UUID) -> bool:
    """Hold a subscription before its deliveries are changed: whoever deletes it takes the same order."""
    return bool(await db.fetchval("SELECT true FROM webhooks WHERE id = $1 FOR NO KEY UPDATE", webhook_id))


async def answered(db: Connection, webhook_id: UUID) -> bool:
    """A receiver answered well. True when its circuit was open, and what was held back may go."""
    before = await db.fetchrow(
        """UPDATE webhooks SET failures = 0, circuit_open_until = NULL
             FROM (SELECT id, circuit_open_until FROM webhooks WHERE id = $1 AND failures > 0) AS before
            WHERE webhooks.id = before.id RETURNING before.circuit_open_until""",
        webhook_id,
    )
    return before is not None and before["circuit_open_until"] is not None


async def failed(db: Connection, webhook_id: UUID) -> datetime | None:
    """A receiver did not. Returns until when its circuit is open, if this failure was one too many."""
    return await db.fetchval(
        """UPDATE webhooks SET failures = failures + 1, circuit_open_until =
               CASE WHEN failures + 1 >= $2 THEN now() + $3::interval END
            WHERE id = $1 RETURNING circuit_open_until""",
        webhook_id,
        CIRCUIT_FAILURES,
        CIRCUIT_OPEN,
    )
