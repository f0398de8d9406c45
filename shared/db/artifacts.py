"""Every query that reads or writes an artifact."""

from __future__ import annotations

import msgspec

from shared.contracts.records import Artifact

from .pool import Connection

_COLUMNS = ", ".join(Artifact.__struct_fields__)


async def insert(db: Connection, artifact: Artifact) -> None:
    """Record a file that is already in the object store."""
    values = msgspec.structs.astuple(artifact)
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    await db.execute(f"INSERT INTO artifacts ({_COLUMNS}) VALUES ({places})", *values)


async def of_run(db: Connection, run_id: str) -> list[Artifact]:
    """A run's artifacts, oldest first."""
    rows = await db.fetch(f"SELECT {_COLUMNS} FROM artifacts WHERE run_id = $1 ORDER BY created_at, format", run_id)
    return [msgspec.convert(dict(row), Artifact) for row in rows]


async def find(db: Connection, run_id: str, format: str) -> Artifact | None:  # noqa: A002 - the word everywhere else
    """A run's newest artifact of this format."""
    row = await db.fetchrow(
        f"SELECT {_COLUMNS} FROM artifacts WHERE run_id = $1 AND format = $2 ORDER BY created_at DESC LIMIT 1",
        run_id,
        format,
    )
    return msgspec.convert(dict(row), Artifact) if row else None
