"""Every query on the audit log: append, chain, anchor, verify.

Appending is one INSERT in the caller's transaction and waits for nobody. The chain, which must be
serial, is built soon after the commit, in batches, under the lock of its head (``chain``); signed
checkpoints follow it (``anchor``). docs/decisions/0021 says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec.structs import replace

from shared.contracts.audit import Checkpoint, Entry, Verification
from shared.domain.audit import CHECKPOINT_ENTRIES, CHECKPOINT_SECONDS, Merkle, details_text, entry_hash, sign
from shared.domain.errors import Conflict
from shared.domain.ids import new_id
from shared.domain.walk import Walk

from .pool import Connection

BATCH = 1000
EARLY_S = 10
"""How much sooner than promised a checkpoint is made, for the rounds of whoever makes them."""

_COLUMNS = (
    "id, coalesce(sequence, 0) AS sequence, at, actor, action, object_kind, object_id, trace_id, details, prev_hash"
)
_CHECKPOINT = "id::text AS checkpoint, at_sequence, merkle_root, signature"

log = structlog.get_logger()


async def append(
    db: Connection,
    *,
    actor: str,
    action: str,
    object_kind: str,
    object_id: str,
    trace_id: str | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Add an entry, which stands if the caller's transaction does.

    Args:
        actor: the principal's id, or what acted instead of one: ``system``, ``token:<interrupt id>``.
        action: ``noun.verb``.
        details: small, and without secrets; see ``details_text``.
    """
    await db.execute(
        """INSERT INTO audit_entries (id, actor, action, object_kind, object_id, trace_id, details)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        new_id(),
        actor,
        action,
        object_kind,
        object_id,
        trace_id,
        details_text(details or {}),
    )


async def loose(db: Connection) -> bool:
    """Whether entries wait to be chained."""
    return bool(await db.fetchval("SELECT EXISTS (SELECT FROM audit_entries WHERE sequence IS NULL)"))


async def chain(db: Connection) -> int:
    """Chain up to ``BATCH`` committed entries, in the caller's transaction. Returns how many.

    Their order is that of appending, except that one whose transaction was committed later comes later.
    """
    sequence, previous = await _locked_head(db)
    rows = await db.fetch(f"SELECT {_COLUMNS} FROM audit_entries WHERE sequence IS NULL ORDER BY at, id LIMIT {BATCH}")
    chained: list[Entry] = []
    for row in rows:
        sequence += 1
        entry = replace(_entry(row), sequence=sequence, prev_hash=previous)
        previous = entry_hash(entry)
        chained.append(entry)
    if chained:
        await db.execute(
            """UPDATE audit_entries SET sequence = link.sequence, prev_hash = link.prev_hash
                 FROM unnest($1::uuid[], $2::bigint[], $3::text[]) AS link (id, sequence, prev_hash)
                WHERE audit_entries.id = link.id""",
            [entry.id for entry in chained],
            [entry.sequence for entry in chained],
            [entry.prev_hash for entry in chained],
        )
        await db.execute("UPDATE audit_head SET sequence = $1, hash = $2", sequence, previous)
    return len(chained)


async def anchor(
    db: Connection, key: Ed25519PrivateKey, *, entries: int = CHECKPOINT_ENTRIES, seconds: float = CHECKPOINT_SECONDS
) -> list[Checkpoint]:
    """Sign the checkpoints that are due, in the caller's transaction. Returns them, to be kept elsewhere too.

    One is due for every ``entries`` entries, and for fewer when the last is ``seconds`` old.
    """
    last = await db.fetchrow(
        """SELECT coalesce(max(at_sequence), 0) AS anchored, (SELECT sequence FROM audit_head) AS sequence,
                  coalesce(max(signed_at) < now() - make_interval(secs => $1), true) AS old FROM audit_checkpoints""",
        max(0.0, seconds - EARLY_S),
    )
    if last is None or not _due(last["anchored"], last["sequence"], entries=entries, old=last["old"]):
        return []
    sequence, _ = await _locked_head(db)
    made: list[Checkpoint] = []
    anchored = await db.fetchval("SELECT coalesce(max(at_sequence), 0) FROM audit_checkpoints")
    old = last["old"] and anchored == last["anchored"]
    while _due(anchored, sequence, entries=entries, old=old):
        upto = min(anchored + entries, sequence)
        checkpoint = await _sign(db, key, anchored, upto)
        if checkpoint is None:
            break
        made.append(checkpoint)
        anchored = upto
    return made


async def verify(db: Connection, from_seq: int, to_seq: int, *, keys: Sequence[Ed25519PublicKey] = ()) -> Verification:
    """Walk the entries from ``from_seq`` to ``to_seq`` and everything that was signed over them.

    Reads one snapshot through a cursor, so memory does not grow with the log.

    Args:
        db: a connection without a transaction.
        keys: whose checkpoints count: the present key and retired ones.
    """
    async with db.transaction(isolation="repeatable_read", readonly=True):
        head = await db.fetchrow("SELECT sequence, hash FROM audit_head")
        before = "SELECT coalesce(max(at_sequence), 0) FROM audit_checkpoints WHERE at_sequence < $1"
        checkpoints = await db.fetch(
            f"SELECT {_CHECKPOINT} FROM audit_checkpoints WHERE at_sequence BETWEEN $1 AND $2 ORDER BY at_sequence",
            from_seq,
            to_seq,
        )
        walk = Walk(
            from_seq,
            to_seq,
            anchored=await db.fetchval(before, from_seq),
            checkpoints=[Checkpoint(**row) for row in checkpoints],
            keys=keys,
        )
        async for row in db.cursor(
            f"SELECT {_COLUMNS} FROM audit_entries WHERE sequence BETWEEN $1 AND $2 ORDER BY audit_entries.sequence",
            walk.start,
            walk.end,
            prefetch=BATCH,
        ):
            walk.step(_entry(row))
    return walk.finish((head["sequence"], head["hash"]) if head else (0, None))


async def length(db: Connection) -> int:
    """The sequence of the last chained entry; 0 in an empty log."""
    return await db.fetchval("SELECT coalesce(max(sequence), 0) FROM audit_entries")


async def _locked_head(db: Connection) -> tuple[int, str | None]:
    row = await db.fetchrow("SELECT sequence, hash FROM audit_head FOR UPDATE")
    if row is None:
        raise Conflict("the audit log has lost its head", code="audit_broken")
    return row["sequence"], row["hash"]


def _due(anchored: int, sequence: int, *, entries: int, old: bool) -> bool:
    return sequence - anchored >= (1 if old else entries)


async def _sign(db: Connection, key: Ed25519PrivateKey, anchored: int, upto: int) -> Checkpoint | None:
    """The checkpoint over the entries after ``anchored``; None when some of them are gone."""
    rows = await db.fetch(
        f"SELECT {_COLUMNS} FROM audit_entries WHERE sequence > $1 AND sequence <= $2 ORDER BY audit_entries.sequence",
        anchored,
        upto,
    )
    if len(rows) != upto - anchored:
        log.error("audit.broken", after_sequence=anchored, missing=upto - anchored - len(rows))
        return None
    merkle = Merkle()
    for row in rows:
        merkle.add(entry_hash(_entry(row)))
    root = merkle.root()
    made = await db.fetchrow(
        f"""INSERT INTO audit_checkpoints (id, at_sequence, merkle_root, signature) VALUES ($1, $2, $3, $4)
            RETURNING {_CHECKPOINT}""",
        new_id(),
        upto,
        root,
        sign(key, root),
    )
    return Checkpoint(**made) if made else None


def _entry(row: Any) -> Entry:
    return Entry(**row)
