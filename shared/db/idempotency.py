"""Every query on the answers that are kept for repeated requests.

A record is claimed by one execution at a time: ``lease_owner`` is compared and set, and every write
that ends an execution is guarded by it. A record that nobody holds any more and that has no answer
(its execution died, or failed in a way that a retry may mend) may be claimed again, with the same
digest only. Keys that Pressrun makes for itself have no place in this table: callers choose theirs.
"""

from __future__ import annotations

import enum
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from .pool import Connection

RETENTION = timedelta(hours=25)
"""How long an answer is kept: a day, and an hour for clocks and sweepers."""


class Ref(msgspec.Struct, frozen=True, kw_only=True):
    """Which record: a caller's key never meets another caller's, nor another operation's."""

    caller: str
    operation: str
    key_hash: bytes


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A response as it is kept."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Standing(enum.Enum):
    """What a request finds that does not get the record."""

    FREE = "free"
    """It may be claimed now."""
    HELD = "held"
    """Another execution is under way."""
    MISMATCH = "mismatch"
    """The key was used for another request."""


async def claim(db: Connection, ref: Ref, digest: bytes, *, owner: UUID, lease_s: float) -> bool:
    """Take the record for this execution, unless it has an answer, a holder, or another digest.

    Args:
        db: a connection without a transaction.
    """
    # The claim need not be on the disk before the handler runs: whatever the handler commits comes
    # later in the write-ahead log, and takes the claim to the disk with it.
    found = await db.fetchval(
        """WITH soon AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
           INSERT INTO idempotency AS kept (caller, operation, key_hash, digest, state, lease_owner, lease_until)
           SELECT $1, $2, $3, $4, 'pending', $5, now() + make_interval(secs => $6) FROM soon
           ON CONFLICT (caller, operation, key_hash) DO UPDATE
              SET lease_owner = excluded.lease_owner, lease_until = excluded.lease_until, created_at = now()
            WHERE kept.state = 'pending' AND kept.lease_until < now() AND kept.digest = excluded.digest
           RETURNING true""",
        *_key(ref),
        digest,
        owner,
        lease_s,
    )
    return bool(found)


async def look(db: Connection, ref: Ref, digest: bytes) -> Answer | Standing:
    """The answer to this request, or why there is none."""
    row = await db.fetchrow(
        """SELECT digest = $4 AS same, state, lease_until < now() AS free, status, headers, body FROM idempotency
            WHERE caller = $1 AND operation = $2 AND key_hash = $3""",
        *_key(ref),
        digest,
    )
    if row is None:
        return Standing.FREE
    if not row["same"]:
        return Standing.MISMATCH
    if row["state"] == "pending":
        return Standing.FREE if row["free"] else Standing.HELD
    headers = [(name, value) for name, value in row["headers"]]
    return Answer(status=row["status"], headers=headers, body=row["body"])


async def renew(db: Connection, ref: Ref, *, owner: UUID, lease_s: float) -> bool:
    """Hold the record for longer. False when it is no longer this execution's."""
    return await _write(db, ref, owner, "lease_until = now() + make_interval(secs => $5)", lease_s)


async def finalise(db: Connection, ref: Ref, answer: Answer, *, owner: UUID) -> bool:
    """Keep the answer, in the caller's transaction. False when the record is no longer this execution's."""
    return await _write(
        db,
        ref,
        owner,
        "state = 'final', status = $5, headers = $6, body = $7",
        answer.status,
        answer.headers,
        answer.body,
    )


async def release(db: Connection, ref: Ref, *, owner: UUID) -> bool:
    """Let a retry of the same request execute."""
    return await _write(db, ref, owner, "lease_until = '-infinity'")


async def forget(db: Connection, ref: Ref, *, owner: UUID) -> None:
    """Let any request use the key, as if this one had never come."""
    await db.execute(
        """DELETE FROM idempotency WHERE caller = $1 AND operation = $2 AND key_hash = $3
              AND lease_owner = $4 AND state = 'pending'""",
        *_key(ref),
        owner,
    )


async def purge(db: Connection, older_than: timedelta = RETENTION, *, most: int = 1000) -> int:
    """Delete up to ``most`` old records that nobody holds. Returns how many; ask again when it is ``most``."""
    done = await db.execute(
        """DELETE FROM idempotency WHERE ctid = ANY(ARRAY(
               SELECT ctid FROM idempotency WHERE created_at < now() - $1::interval
                  AND (state = 'final' OR lease_until < now()) ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED))""",
        older_than,
        most,
    )
    return int(done.removeprefix("DELETE "))


async def _write(db: Connection, ref: Ref, owner: UUID, change: str, *values: Any) -> bool:
    found = await db.fetchval(
        f"""UPDATE idempotency SET {change} WHERE caller = $1 AND operation = $2 AND key_hash = $3
               AND lease_owner = $4 AND state = 'pending' RETURNING true""",
        *_key(ref),
        owner,
        *values,
    )
    return bool(found)


def _key(ref: Ref) -> tuple[str, str, bytes]:
    return ref.caller, ref.operation, ref.key_hash
