"""Every query that reads or writes the outbox of events that are on their way to subscribers.

To one subscriber a run's events go one after the other: a delivery is only claimed when the one
before it has been delivered or given up.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from shared.contracts.records import Event, Run
from shared.domain.definition import read
from shared.domain.redaction import NOTHING, hidden
from shared.domain.state import Draft
from shared.domain.webhooks import ANY, MOST_ATTEMPTS, Sending, told, wants

from .pool import Connection

LOST = "worker_lost"
EXPIRED = "expired"

_HEAD = """coalesce((SELECT earlier.status FROM deliveries AS earlier WHERE earlier.webhook_id = queued.webhook_id
    AND earlier.run_id = queued.run_id AND earlier.sequence < queued.sequence ORDER BY earlier.sequence DESC LIMIT 1),
    'done') NOT IN ('queued', 'running')"""
# NOT IN, because PostgreSQL expects that to be true of most rows: then it walks the index in order and stops at the
# first, where it would otherwise look behind every row of a long backlog and sort.


async def enqueue(db: Connection, run: Run, entries: Sequence[tuple[int, Draft]], *, suppressed: bool = False) -> int:
    """Write to the outbox what subscribers must hear of, in the transaction that appends the entries.

    Only asked when ``runs.append`` has found a webhook that may want to hear; one query, or two.

    Args:
        entries: what was appended, each with its sequence.
        suppressed: nobody hears of this run: it replays another one.

    Returns:
        How often to ring the bell of the stage ``deliver``: once per subscriber that hears of something.
    """
    types = list({draft.type for _, draft in entries if told(draft.type)})
    if suppressed or not types:
        return 0
    # The lock keeps a subscription from being deleted between the two queries; it stops no delivery.
    subscribers = await db.fetch(
        """SELECT id, events FROM webhooks
            WHERE ((principal_id = $1 AND run_id IS NULL) OR run_id = $2)
              AND events && $3::text[] AND (tags = '{}' OR tags && $4::text[]) FOR KEY SHARE""",
        run.principal_id,
        run.id,
        [*types, ANY],
        run.tags,
    )
    chosen = [
        (row["id"], sequence, draft.type)
        for row in subscribers
        for sequence, draft in entries
        if wants(row["events"], draft.type)
    ]
    if not chosen:
        return 0
    await db.execute(
        """INSERT INTO deliveries (webhook_id, run_id, principal_id, sequence, type, ready_at)
           SELECT webhooks.id, $1, $2, chosen.sequence, chosen.type, greatest(now(), webhooks.circuit_open_until)
             FROM unnest($3::uuid[], $4::int[], $5::text[]) AS chosen (webhook_id, sequence, type)
             JOIN webhooks ON webhooks.id = chosen.webhook_id""",
        run.id,
        run.principal_id,
        *(list(column) for column in zip(*chosen, strict=True)),
    )
    return len({webhook_id for webhook_id, _, _ in chosen})


async def claim(db: Connection, *, lease_s: float, most_per_owner: int) -> Sending | None:
    """Take the delivery that has been ready longest, or None.

    Args:
        most_per_owner: how many of one principal may be under way at once, so that slow receivers of one
            do not keep everybody's workers.
    """
    row = await db.fetchrow(
        f"""
        WITH mine AS (
            UPDATE deliveries SET status = 'running', attempt = attempt + 1,
                   lease_until = now() + make_interval(secs => $1)
             WHERE (webhook_id, run_id, sequence) = (
                SELECT webhook_id, run_id, sequence FROM deliveries AS queued
                 WHERE status = 'queued' AND ready_at <= now() AND {_HEAD}
                   AND principal_id <> ALL (ARRAY(SELECT principal_id FROM deliveries WHERE status = 'running'
                                                  GROUP BY principal_id HAVING count(*) >= $2))
                 ORDER BY ready_at, run_id, sequence FOR UPDATE OF queued SKIP LOCKED LIMIT 1)
            RETURNING webhook_id, run_id, sequence, attempt)
        SELECT webhooks.url, webhooks.secret, webhooks.fingerprint, runs.principal_id, runs.trace_id, runs.report_id,
               mine.webhook_id, mine.attempt, mine.run_id, mine.sequence,
               events.event_id, events.type, events.timestamp, events.payload, events.node_id,
               runs.inputs, (SELECT definition FROM workflows WHERE digest = runs.workflow_digest
                 AND jsonb_path_exists(definition, '$.variables[*] ? (@.sensitive == true)')) AS secretive
          FROM mine JOIN webhooks ON webhooks.id = mine.webhook_id JOIN runs ON runs.id = mine.run_id
          JOIN events ON events.run_id = mine.run_id AND events.sequence = mine.sequence
        """,
        lease_s,
        most_per_owner,
    )
    return None if row is None else _sending(dict(row))


async def finish(db: Connection, sending: Sending, status: str, outcome: str) -> bool:
    """Leave ``running`` for ``done`` or ``failed``. False when the delivery is no longer this worker's."""
    return await _leave(db, sending, "status = $5, finished_at = now()", outcome, status)


async def requeue(db: Connection, sending: Sending, outcome: str, *, delay_s: float) -> bool:
    """Put a held delivery back, ready after ``delay_s`` seconds."""
    return await _leave(
        db, sending, "status = 'queued', ready_at = now() + make_interval(secs => $5)", outcome, delay_s
    )


async def hold(db: Connection, sending: Sending, until: datetime | None) -> None:
    """Keep everything for one subscriber back until then; None lets go at once."""
    await db.execute(
        "UPDATE deliveries SET ready_at = coalesce($2, now()) WHERE webhook_id = $1 AND status = 'queued'",
        sending.webhook_id,
        until,
    )


async def due(db: Connection) -> int:
    """Queue again what dead workers held, and count what is ready, up to 100."""
    await db.execute(
        """UPDATE deliveries SET lease_until = NULL, outcome = $1,
                  status = CASE WHEN attempt < $2 THEN 'queued' ELSE 'failed' END,
                  finished_at = CASE WHEN attempt >= $2 THEN now() END
            WHERE (webhook_id, run_id, sequence) IN (SELECT webhook_id, run_id, sequence FROM deliveries
                   WHERE status = 'running' AND lease_until < now() LIMIT 100 FOR UPDATE SKIP LOCKED)""",
        LOST,
        MOST_ATTEMPTS,
    )
    return await db.fetchval(
        f"""SELECT count(*) FROM (SELECT FROM deliveries AS queued
             WHERE status = 'queued' AND ready_at <= now() AND {_HEAD} LIMIT 100) AS few"""
    )


async def purge(db: Connection, *, waited_s: float = 86_400, kept_s: float = 259_200, most: int = 10_000) -> int:
    """Give up what has waited for a day, delete what was finished three days ago. Returns how many were deleted."""
    await db.execute(
        """UPDATE deliveries SET status = 'failed', outcome = $1, finished_at = now()
            WHERE (webhook_id, run_id, sequence) IN (SELECT webhook_id, run_id, sequence FROM deliveries
                   WHERE status = 'queued' AND created_at < now() - make_interval(secs => $2)
                   LIMIT $3 FOR UPDATE SKIP LOCKED)""",
        EXPIRED,
        waited_s,
        most,
    )
    deleted = await db.fetchval(
        """WITH old AS (DELETE FROM deliveries
            WHERE (webhook_id, run_id, sequence) IN (SELECT webhook_id, run_id, sequence FROM deliveries
                   WHERE finished_at < now() - make_interval(secs => $1) ORDER BY finished_at
                   LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING true)
           SELECT count(*) FROM old""",
        kept_s,
        most,
    )
    return int(deleted)


async def _leave(db: Connection, sending: Sending, change: str, outcome: str, value: Any) -> bool:
    found = await db.fetchval(
        f"""UPDATE deliveries SET lease_until = NULL, outcome = $6, {change}
             WHERE webhook_id = $1 AND run_id = $2 AND sequence = $3 AND attempt = $4 AND status = 'running'
         RETURNING true""",
        sending.webhook_id,
        sending.event.run_id,
        sending.event.sequence,
        sending.attempt,
        value,
        outcome,
    )
    return bool(found)


def _sending(row: dict[str, Any]) -> Sending:
    inputs, secretive = row.pop("inputs"), row.pop("secretive")
    event = Event(
        **{name: row.pop(name) for name in Event.__struct_fields__ if name != "run_id"}, run_id=row.pop("run_id")
    )
    return Sending(event=event, hidden=hidden(read(secretive), inputs) if secretive else NOTHING, **row)
