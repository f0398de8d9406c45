"""The audit log in PostgreSQL: gapless, append-only, and every tampering shows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from structlog.testing import capture_logs

from services.api.audit import verify as verify_request
from shared.contracts.audit import Verification
from shared.db import audit
from shared.db.pool import Connection, Database
from shared.domain.errors import Rejected
from shared.pipeline.audit import Auditor, chain_all

KEY = Ed25519PrivateKey.generate()
KEYS = [KEY.public_key()]
TRACE = "0af7651916cd43dd8448eb211c80319c"


async def append(db: Connection, number: int = 0, **overrides: Any) -> None:
    entry = {
        "actor": "01890000-0000-7000-8000-000000000001",
        "action": "report.create",
        "object_kind": "report",
        "object_id": f"report-{number}",
        "trace_id": TRACE,
        "details": {"title": f"Nr. {number} – été"},
    }
    await audit.append(db, **{**entry, **overrides})


async def write(database: Database, count: int) -> None:
    """So many chained entries."""
    async with database.begin() as db:
        for number in range(count):
            await append(db, number)
    await chain_all(database)


async def verify(database: Database, first: int = 0, last: int = 10_000) -> Verification:
    async with database.connect() as db:
        return await audit.verify(db, first, last, keys=KEYS)


async def anchor(database: Database, **limits: float) -> list[int]:
    async with database.begin() as db:
        return [each.at_sequence for each in await audit.anchor(db, KEY, **limits)]


@asynccontextmanager
async def unguarded(database: Database) -> AsyncIterator[Connection]:
    """What a superuser can do: no trigger fires."""
    async with database.begin() as db:
        await db.execute("SET LOCAL session_replication_role = replica")
        yield db


async def test_an_entry_stands_only_if_its_transaction_does(database: Database) -> None:
    async def fail() -> None:
        async with database.begin() as db:
            await append(db, 1)
            raise RuntimeError("rolled back")

    with pytest.raises(RuntimeError, match="rolled back"):
        await fail()
    await write(database, 1)
    async with database.connect() as db:
        assert await audit.length(db) == 1
        assert await db.fetchval("SELECT object_id FROM audit_entries") == "report-0"


async def test_concurrent_writers_and_chainers_make_one_gapless_valid_chain(database: Database) -> None:
    """Eight writers and three chainers at once: every committed entry is in the chain exactly once."""

    async def writer(number: int) -> None:
        for turn in range(40):
            async with database.begin() as db:
                await append(db, 1000 * number + turn)
                if turn % 3 == 0:
                    await asyncio.sleep(0.001)
                await append(db, 1000 * number + turn, action="run.start")

    async def chainer() -> None:
        for _ in range(30):
            await chain_all(database)
            await asyncio.sleep(0.003)

    await asyncio.gather(*(writer(number) for number in range(8)), *(chainer() for _ in range(3)))
    await chain_all(database)
    async with database.connect() as db:
        sequences = [row["sequence"] for row in await db.fetch("SELECT sequence FROM audit_entries ORDER BY sequence")]
        assert sequences == list(range(1, 8 * 40 * 2 + 1))
        assert await db.fetchval("SELECT count(DISTINCT object_id) FROM audit_entries") == 8 * 40
    found = await verify(database)
    assert found.chain_valid
    assert found.anomalies == []


async def test_what_is_appended_after_a_commit_is_chained_after_it(database: Database) -> None:
    for number in range(5):
        async with database.begin() as db:
            await append(db, number)
    await chain_all(database)
    async with database.connect() as db:
        rows = await db.fetch("SELECT object_id FROM audit_entries ORDER BY sequence")
    assert [row["object_id"] for row in rows] == [f"report-{number}" for number in range(5)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET actor = 'nobody' WHERE sequence = 2",
        "UPDATE audit_entries SET sequence = NULL WHERE sequence = 2",
        "UPDATE audit_entries SET details = '{}' WHERE sequence IS NULL",
        "UPDATE audit_entries SET sequence = 4, at = now() WHERE sequence IS NULL",
        "DELETE FROM audit_entries WHERE sequence = 3",
        "DELETE FROM audit_entries WHERE sequence IS NULL",
        "TRUNCATE audit_entries",
        """INSERT INTO audit_entries (id, actor, action, object_kind, object_id, details, sequence)
           VALUES ('01890000-0000-7000-8000-000000000009', 'a', 'b', 'c', 'd', '{}', 4)""",
        "UPDATE audit_head SET sequence = 1",
        "UPDATE audit_head SET hash = 'x'",
        "DELETE FROM audit_head",
        "TRUNCATE audit_head",
        "UPDATE audit_checkpoints SET merkle_root = 'x'",
        "DELETE FROM audit_checkpoints",
        "TRUNCATE audit_checkpoints",
    ],
)
async def test_the_log_is_append_only(database: Database, statement: str) -> None:
    """Chained or not yet chained: the database itself refuses."""
    await write(database, 3)
    await anchor(database)
    async with database.begin() as db:
        await append(db, 3)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        async with database.begin() as db:
            await db.execute(statement)
    await chain_all(database)
    assert (await verify(database)).chain_valid


COLUMNS = {
    "id": "'01890000-0000-7000-8000-000000000009'",
    "at": "at + interval '1 microsecond'",
    "actor": "overlay(actor placing 'f' from 3)",
    "action": "overlay(action placing 'x' from 1)",
    "object_kind": "object_kind || ' '",
    "object_id": "upper(object_id)",
    "trace_id": "NULL",
    "details": "replace(details, ':', ': ')",
    "prev_hash": "overlay(coalesce(prev_hash, repeat('0', 64)) placing 'x' from 64)",
    "sequence": "sequence + 100",
}


@pytest.mark.parametrize("sequence", [1, 4, 7])
@pytest.mark.parametrize("column", COLUMNS)
async def test_one_changed_byte_of_any_column_is_found(database: Database, column: str, sequence: int) -> None:
    """In the first entry, in the middle, and in the last one, which no entry points at."""
    await write(database, 7)
    assert (await verify(database)).chain_valid
    async with unguarded(database) as db:
        changed = await db.execute(
            f"UPDATE audit_entries SET {column} = {COLUMNS[column]} WHERE sequence = $1", sequence
        )
        assert changed == "UPDATE 1"
    found = await verify(database, sequence, sequence)
    assert not found.chain_valid
    assert {each.at_seq for each in found.anomalies} <= {sequence, sequence + 1}
    assert not (await verify(database)).chain_valid


async def test_a_tampered_last_entry_is_found_even_after_the_log_went_on(database: Database) -> None:
    """The next entry is chained to what the last one was, not to what it was made."""
    await write(database, 3)
    async with unguarded(database) as db:
        await db.execute("UPDATE audit_entries SET actor = 'nobody' WHERE sequence = 3")
    await write(database, 2)
    [anomaly] = (await verify(database)).anomalies
    assert anomaly.at_seq == 4


async def test_swapped_entries_are_found(database: Database) -> None:
    await write(database, 5)
    async with unguarded(database) as db:
        await db.execute("UPDATE audit_entries SET sequence = 50 WHERE sequence = 2")
        await db.execute("UPDATE audit_entries SET sequence = 2 WHERE sequence = 4")
        await db.execute("UPDATE audit_entries SET sequence = 4 WHERE sequence = 50")
    assert not (await verify(database)).chain_valid


async def test_removed_last_entries_are_found(database: Database) -> None:
    await write(database, 5)
    async with unguarded(database) as db:
        await db.execute("DELETE FROM audit_entries WHERE sequence > 3")
    assert [each.at_seq for each in (await verify(database)).anomalies] == [4]


async def test_removed_last_entries_are_found_by_the_checkpoint_when_the_head_was_turned_back_too(
    database: Database,
) -> None:
    """The forger leaves a chain without a flaw, and cannot leave a signature over it."""
    await write(database, 5)
    assert await anchor(database) == [5]
    async with unguarded(database) as db:
        await db.execute(
            "UPDATE audit_head SET sequence = 3, hash = (SELECT prev_hash FROM audit_entries WHERE sequence = 4)"
        )
        await db.execute("DELETE FROM audit_entries WHERE sequence > 3")
    found = await verify(database)
    assert not found.checkpoints_valid
    assert not found.chain_valid


async def test_checkpoints_come_every_so_many_entries_and_when_the_last_is_old(database: Database) -> None:
    """The first entry is anchored at once; no checkpoint anchors more than its share; nothing is anchored twice."""
    assert await anchor(database, entries=10) == []
    await write(database, 1)
    assert await anchor(database, entries=10) == [1]
    await write(database, 9)
    assert await anchor(database, entries=10) == []
    await write(database, 26)
    assert await anchor(database, entries=10) == [11, 21, 31]
    assert await anchor(database, entries=10) == []
    assert await anchor(database, entries=10, seconds=0) == [36]
    assert await anchor(database, entries=10, seconds=0) == []
    found = await verify(database)
    assert [each.at_sequence for each in found.checkpoints] == [1, 11, 21, 31, 36]
    assert found.checkpoints_valid
    assert found.chain_valid


async def test_a_window_carries_its_own_checkpoints_and_checks_them_whole(database: Database) -> None:
    """A checkpoint in the window is recomputed from entries that lie before the window."""
    await write(database, 30)
    assert await anchor(database, entries=10, seconds=10**6) == [10, 20, 30]
    found = await verify(database, 18, 25)
    assert [each.at_sequence for each in found.checkpoints] == [20]
    assert found.chain_valid
    async with unguarded(database) as db:
        await db.execute("UPDATE audit_entries SET actor = 'nobody' WHERE sequence = 12")
    found = await verify(database, 18, 25)
    assert not found.checkpoints_valid
    assert (await verify(database, 21, 30)).chain_valid


async def test_concurrent_anchors_sign_each_entry_once(database: Database) -> None:
    await write(database, 25)
    made = await asyncio.gather(*(anchor(database, entries=10) for _ in range(5)))
    assert sorted(each for part in made for each in part) == [10, 20, 25]
    assert (await verify(database)).chain_valid


async def test_nothing_is_signed_over_entries_that_are_gone(database: Database) -> None:
    await write(database, 5)
    async with unguarded(database) as db:
        await db.execute("DELETE FROM audit_entries WHERE sequence = 2")
    with capture_logs() as logs:
        assert await anchor(database) == []
    assert [each["event"] for each in logs] == ["audit.broken"]


async def test_the_auditor_chains_anchors_and_says_so(database: Database) -> None:
    """The log line is the checkpoint's copy outside the database."""
    async with database.begin() as db:
        for number in range(3):
            await append(db, number)
    with capture_logs() as logs:
        await Auditor(database, KEY).round()
        await Auditor(database, KEY).round()
    found = await verify(database)
    [line] = logs
    assert (line["event"], line["sequence"], line["valid"]) == ("audit.anchored", 3, True)
    assert line["signature"] == found.checkpoints[0].signature
    assert line["merkle_root"] == found.checkpoints[0].merkle_root


async def test_without_a_key_the_log_is_chained_and_not_signed(database: Database) -> None:
    async with database.begin() as db:
        await append(db)
    await Auditor(database, None).round()
    found = await verify(database)
    assert found.chain_valid
    assert found.checkpoints == []


async def test_a_request_sees_what_was_committed_before_it(database: Database) -> None:
    """Nothing runs in the background here: the request itself chains first."""
    async with database.begin() as db:
        await append(db)
        await append(db)
    found = await verify_request(database, from_seq=None, to_seq=None, keys=KEYS)
    assert (found.from_seq, found.to_seq, found.chain_valid) == (0, 2, True)
    assert (await verify_request(database, from_seq=0, to_seq=100, keys=KEYS)).to_seq == 100


async def test_an_empty_log_is_valid(database: Database) -> None:
    found = await verify_request(database, from_seq=0, to_seq=100, keys=KEYS)
    assert found == Verification(
        from_seq=0, to_seq=100, chain_valid=True, checkpoints_valid=True, checkpoints=[], anomalies=[]
    )


@pytest.mark.parametrize(("first", "last"), [(-1, None), (5, 4), (0, 2**53), (2**63, None), (None, -1)])
async def test_what_is_not_a_range_is_rejected(database: Database, first: int | None, last: int | None) -> None:
    with pytest.raises(Rejected, match="Seq must be an integer"):
        await verify_request(database, from_seq=first, to_seq=last, keys=KEYS)


@pytest.mark.parametrize("details", [{"a": "\x00\x1f\u2028"}, {}, {"a": {"b": [1, None, True]}}, {"t": "x" * 9000}])
async def test_details_survive_as_they_were_hashed(database: Database, details: dict[str, Any]) -> None:
    async with database.begin() as db:
        await append(db, details=details)
    await chain_all(database)
    assert (await verify(database)).chain_valid
