"""Objects that may have to be deleted from the store: the only way in which anything there is deleted.

Keys are content-addressed, so that several rows may name one object. A writer announces a key before it puts
the object, and has until ``ANNOUNCED_FOR_S`` to commit a row that names it. Who deletes rows adds what they
named. A key whose time has come is forgotten if a row names it, and deleted otherwise; meanwhile nobody may
announce it, so that no object is deleted under the hands of its next writer.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from .pool import Connection

ANNOUNCED_FOR_S = 3600.0
"""Much longer than any step may take from storing a file to recording it."""
FOLDERS = ("artifacts/", "results/", "documents/", "uploads/")
"""Where the objects lie that this is about: ``_NAMED`` knows every row that may name one."""

_NAMED = """SELECT key FROM artifacts WHERE key = ANY($1)
    UNION SELECT key FROM results WHERE key = ANY($1)
    UNION SELECT key FROM knowledge_documents WHERE key = ANY($1)
    UNION SELECT key FROM uploads WHERE key = ANY($1)"""


async def announce(db: Connection, key: str) -> bool:
    """Say that an object is about to be put. False while somebody deletes it: try again a little later."""
    mine = await db.fetchval(
        """INSERT INTO garbage AS known (key, ready_at) VALUES ($1, now() + make_interval(secs => $2))
           ON CONFLICT (key) DO UPDATE SET ready_at = greatest(known.ready_at, excluded.ready_at)
            WHERE known.lease_until IS NULL RETURNING true""",
        key,
        ANNOUNCED_FOR_S,
    )
    return bool(mine)


async def of_reports(db: Connection, report_ids: Collection[UUID]) -> list[str]:
    """What the rows of these reports name: of all their runs, and of the runs that those started."""
    rows = await db.fetch(
        """WITH RECURSIVE family AS (
             SELECT id FROM runs WHERE report_id = ANY($1)
             UNION SELECT child.id FROM runs AS child JOIN family ON child.parent_run_id = family.id)
           SELECT key FROM artifacts WHERE run_id IN (SELECT id FROM family)
           UNION SELECT key FROM results WHERE run_id IN (SELECT id FROM family) AND key IS NOT NULL ORDER BY key""",
        list(report_ids),
    )
    return [row["key"] for row in rows]


async def add(db: Connection, keys: Collection[str]) -> None:
    """Rows that named these were deleted by this transaction; somebody looks whether they were the last ones."""
    # The row is locked even where it stays as it is: nobody may forget it before this transaction has ended.
    await db.execute(
        """INSERT INTO garbage AS known (key) SELECT unnest($1::text[])
           ON CONFLICT (key) DO UPDATE SET ready_at = known.ready_at""",
        sorted(keys),
    )


async def claim(db: Connection, *, most: int, lease_s: float) -> list[str]:
    """Keys to delete now, and to be told about by ``done``. Call it in a transaction.

    One that was claimed and not done comes back when its lease has run out.
    """
    rows = await db.fetch(
        """SELECT key FROM garbage WHERE ready_at <= now() AND (lease_until IS NULL OR lease_until < now())
            ORDER BY ready_at LIMIT $1 FOR UPDATE SKIP LOCKED""",
        most,
    )
    keys = [row["key"] for row in rows]
    # A statement of its own, so that it sees what was committed until the lock was had.
    named = {row["key"] for row in await db.fetch(_NAMED, keys)}
    await done(db, named)
    loose = [key for key in keys if key not in named]
    await db.execute(
        """UPDATE garbage SET attempt = attempt + 1, lease_until = now() + make_interval(secs => $2)
            WHERE key = ANY($1)""",
        loose,
        lease_s,
    )
    return loose


async def done(db: Connection, keys: Collection[str]) -> None:
    """Forget them: their objects are gone, or needed."""
    await db.execute("DELETE FROM garbage WHERE key = ANY($1)", list(keys))
