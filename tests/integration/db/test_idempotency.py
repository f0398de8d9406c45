"""Records of repeated requests: one holder at a time, and only the holder writes."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from shared.db import idempotency
from shared.db.idempotency import Answer, Ref, Standing
from shared.db.pool import Connection, Database
from shared.domain.ids import new_id

REF = Ref(caller="principal:1", operation="POST /v1/runs", key_hash=b"k" * 32)
DIGEST, OTHER = b"d" * 32, b"o" * 32
ANSWER = Answer(status=201, headers=[("content-type", "application/json"), ("location", "/é")], body=b'{"n":1}\x00')


async def claim(db: Connection, owner: UUID, ref: Ref = REF, digest: bytes = DIGEST, lease_s: float = 30) -> bool:
    return await idempotency.claim(db, ref, digest, owner=owner, lease_s=lease_s)


async def look(db: Connection, ref: Ref = REF, digest: bytes = DIGEST) -> Any:
    return await idempotency.look(db, ref, digest)


async def test_of_many_claims_at_once_one_gets_the_record(database: Database) -> None:
    async def attempt() -> bool:
        async with database.connect() as db:
            return await claim(db, new_id())

    assert sorted(await asyncio.gather(*(attempt() for _ in range(10)))) == [False] * 9 + [True]


async def test_an_answer_is_kept_byte_by_byte(db: Connection) -> None:
    owner = new_id()
    assert await look(db) is Standing.FREE
    assert await claim(db, owner)
    assert await look(db) is Standing.HELD
    assert await idempotency.finalise(db, REF, ANSWER, owner=owner)
    assert await look(db) == ANSWER
    assert not await claim(db, new_id())


async def test_another_digest_never_gets_the_record_nor_its_answer(db: Connection) -> None:
    """Held, let go or answered: the key belongs to its first request."""
    owner = new_id()
    await claim(db, owner)
    assert await look(db, digest=OTHER) is Standing.MISMATCH
    await idempotency.release(db, REF, owner=owner)
    assert not await claim(db, new_id(), digest=OTHER)
    assert await look(db, digest=OTHER) is Standing.MISMATCH
    await claim(db, owner)
    await idempotency.finalise(db, REF, ANSWER, owner=owner)
    assert await look(db, digest=OTHER) is Standing.MISMATCH


async def test_keys_of_other_callers_operations_and_texts_are_other_records(db: Connection) -> None:
    others = [
        replace(REF, caller="principal:2"),
        replace(REF, operation="POST /v1/runs/{run_id}:pause"),
        replace(REF, key_hash=b"x" * 32),
    ]
    for ref in (REF, *others):
        assert await claim(db, new_id(), ref=ref)


async def test_an_expired_lease_goes_to_exactly_one_other_and_shuts_out_the_first(database: Database) -> None:
    """Compare and set: of ten that see the lease expired one takes over; who lost it writes nothing."""
    first, others = new_id(), [new_id() for _ in range(10)]
    async with database.connect() as db:
        assert await claim(db, first, lease_s=-1)
        assert await look(db) is Standing.FREE

    async def attempt(owner: UUID) -> UUID | None:
        async with database.connect() as db:
            return owner if await claim(db, owner) else None

    [heir] = [owner for owner in await asyncio.gather(*map(attempt, others)) if owner]
    async with database.connect() as db:
        assert not await idempotency.renew(db, REF, owner=first, lease_s=30)
        assert not await idempotency.finalise(db, REF, ANSWER, owner=first)
        assert not await idempotency.release(db, REF, owner=first)
        await idempotency.forget(db, REF, owner=first)
        assert await look(db) is Standing.HELD
        assert await idempotency.finalise(db, REF, ANSWER, owner=heir)


async def test_a_renewed_lease_holds(db: Connection) -> None:
    owner = new_id()
    await claim(db, owner, lease_s=-1)
    assert await idempotency.renew(db, REF, owner=owner, lease_s=30)
    assert await look(db) is Standing.HELD
    assert not await claim(db, new_id())


async def test_an_answer_rolled_back_with_its_transaction_was_never_kept(db: Connection) -> None:
    owner = new_id()
    await claim(db, owner)
    transaction = db.transaction()
    await transaction.start()
    assert await idempotency.finalise(db, REF, ANSWER, owner=owner)
    await transaction.rollback()
    assert await look(db) is Standing.HELD


async def test_a_forgotten_key_may_be_used_for_anything(db: Connection) -> None:
    owner = new_id()
    await claim(db, owner)
    await idempotency.forget(db, REF, owner=owner)
    assert await claim(db, new_id(), digest=OTHER)


async def test_a_kept_answer_is_neither_released_nor_forgotten(db: Connection) -> None:
    owner = new_id()
    await claim(db, owner)
    await idempotency.finalise(db, REF, ANSWER, owner=owner)
    assert not await idempotency.release(db, REF, owner=owner)
    await idempotency.forget(db, REF, owner=owner)
    assert await look(db) == ANSWER


async def test_old_records_are_purged_in_batches_and_held_ones_are_not(db: Connection) -> None:
    owner = new_id()
    for number in range(7):
        ref = replace(REF, key_hash=bytes([number]) * 32)
        await claim(db, owner, ref=ref)
        if number < 5:
            await idempotency.finalise(db, ref, ANSWER, owner=owner)
    await idempotency.release(db, replace(REF, key_hash=bytes([5]) * 32), owner=owner)
    assert await idempotency.purge(db) == 0
    await db.execute("UPDATE idempotency SET created_at = created_at - interval '1 day'")
    assert await idempotency.purge(db) == 0
    await db.execute("UPDATE idempotency SET created_at = created_at - interval '61 minutes'")
    assert await idempotency.purge(db, most=4) == 4
    assert await idempotency.purge(db, most=4) == 2
    assert await idempotency.purge(db, timedelta(0)) == 0
    assert await db.fetchval("SELECT key_hash FROM idempotency") == bytes([6]) * 32


async def test_a_retry_keeps_its_record_from_being_purged(db: Connection) -> None:
    """A day counts from the last execution, not from the first failure."""
    owner = new_id()
    await claim(db, owner, lease_s=-1)
    await db.execute("UPDATE idempotency SET created_at = created_at - interval '23 hours'")
    heir = new_id()
    assert await claim(db, heir)
    await idempotency.finalise(db, REF, ANSWER, owner=heir)
    await db.execute("UPDATE idempotency SET created_at = created_at - interval '23 hours'")
    assert await idempotency.purge(db) == 0
