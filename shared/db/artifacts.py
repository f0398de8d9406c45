"""Every query that reads or writes an artifact."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from shared.contracts.records import Artifact

from .pool import Connection

_COLUMNS = ", ".join(Artifact.__struct_fields__)


async def insert(db: Connection, artifact: Artifact) -> None:
    """Record a file that is already in the object store; what a node made before is replaced."""
    values = msgspec.structs.astuple(artifact)
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    await db.execute(
        f"""INSERT INTO artifacts ({_COLUMNS}) VALUES ({places})
            ON CONFLICT (run_id, node_id, format) DO UPDATE SET id = excluded.id, key = excluded.key,
               media_type = excluded.media_type, size_bytes = excluded.size_bytes, sha256 = excluded.sha256,
               pages = excluded.pages, created_at = excluded.created_at""",
        *values,
    )


async def copy(db: Connection, source_run_id: str, run_id: str, ids: list[UUID]) -> None:
    """Give a run the artifacts of the run that it continues."""
    rest = ", ".join(name for name in Artifact.__struct_fields__ if name != "run_id")
    await db.execute(
        f"INSERT INTO artifacts (run_id, {rest}) SELECT $2, {rest} FROM artifacts WHERE run_id = $1 AND id = ANY($3)",
        source_run_id,
        run_id,
        ids,
    )


async def get(db: Connection, run_id: str, artifact_id: UUID) -> Artifact | None:
    row = await db.fetchrow(f"SELECT {_COLUMNS} FROM artifacts WHERE run_id = $1 AND id = $2", run_id, artifact_id)
    return msgspec.convert(dict(row), Artifact) if row else None


async def of_run(db: Connection, run_id: str) -> list[Artifact]:
    """A run's artifacts, oldest first."""
    rows = await db.fetch(f"SELECT {_COLUMNS} FROM artifacts WHERE run_id = $1 ORDER BY created_at, format", run_id)
    return [msgspec.convert(dict(row), Artifact) for row in rows]


async def pages(db: Connection, run_ids: Sequence[str]) -> dict[str, int]:
    """How many pages these runs have printed; without those that printed none."""
    rows = await db.fetch(
        "SELECT run_id, max(pages) AS pages FROM artifacts WHERE run_id = ANY($1) AND pages IS NOT NULL GROUP BY run_id",
        list(run_ids),
    )
    return {row["run_id"]: row["pages"] for row in rows}


async def find(db: Connection, run_id: str, format: str) -> Artifact | None:  # noqa: A002 - the word everywhere else
    """A run's newest artifact of this format."""
    row = await db.fetchrow(
        f"SELECT {_COLUMNS} FROM artifacts WHERE run_id = $1 AND format = $2 ORDER BY created_at DESC LIMIT 1",
        run_id,
        format,
    )
    return msgspec.convert(dict(row), Artifact) if row else None
