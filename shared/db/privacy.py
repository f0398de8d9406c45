"""Every query that reads or writes what stands for private values, or says what workers can do to find them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from shared.domain.ids import new_id

from .pool import Connection

KEPT_DAYS = 7
"""A map outlives its last use by so much at most: a failed report can be made again for that long."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A stored map. ``sealed`` is None once it was forgotten."""

    id: UUID
    version: int
    sealed: bytes | None
    profile: str


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What may be said about a map when its values are long gone."""

    id: UUID
    counts: dict[str, int]
    risk: str
    profile: str
    model: str | None = None
    """The model that names were looked for with; None: by rules and given fields only."""
    forgotten: bool = False


async def get(db: Connection, root_run_id: str) -> Kept | None:
    """The map of a family of runs; None: its texts are not scrambled."""
    row = await db.fetchrow("SELECT id, version, sealed, profile FROM privacy_maps WHERE root_run_id = $1", root_run_id)
    return Kept(**dict(row)) if row else None


async def begin(db: Connection, root_run_id: str, sealed: bytes, *, profile: str, model: str | None) -> Kept:
    """A map to start with, unless there is one; one that was forgotten starts anew."""
    row = await db.fetchrow(
        f"""INSERT INTO privacy_maps AS map (root_run_id, id, sealed, profile, model, expires_at)
            VALUES ($1, $2, $3, $4, $5, now() + interval '{KEPT_DAYS} days')
            ON CONFLICT (root_run_id) DO UPDATE
               SET sealed = coalesce(map.sealed, excluded.sealed), forgotten_at = NULL, expires_at = excluded.expires_at,
                   version = map.version + (map.sealed IS NULL)::integer
            RETURNING id, version, sealed, profile""",
        root_run_id,
        new_id(),
        sealed,
        profile,
        model,
    )
    return Kept(**dict(row or {}))


async def store(
    db: Connection, root_run_id: str, version: int, sealed: bytes, *, counts: dict[str, int], risk: str
) -> bool:
    """Replace a map if it is still what it was when it was read. False: read it again."""
    changed = await db.fetchval(
        f"""UPDATE privacy_maps SET sealed = $3, version = version + 1, counts = $4, risk = $5,
                   expires_at = now() + interval '{KEPT_DAYS} days'
             WHERE root_run_id = $1 AND version = $2 AND sealed IS NOT NULL RETURNING true""",
        root_run_id,
        version,
        sealed,
        counts,
        risk,
    )
    return bool(changed)


async def forget(db: Connection) -> int:
    """Delete the values of maps that are over: no run of theirs goes on, and one is complete or their time is up."""
    return await db.fetchval(
        """WITH gone AS (
             UPDATE privacy_maps AS map SET sealed = NULL, forgotten_at = now(), version = version + 1
              WHERE sealed IS NOT NULL
                AND NOT EXISTS (SELECT FROM runs WHERE root_run_id = map.root_run_id
                                   AND status NOT IN ('completed', 'failed', 'cancelled'))
                AND (expires_at < now()
                     OR EXISTS (SELECT FROM runs WHERE root_run_id = map.root_run_id AND status = 'completed'))
             RETURNING 1)
           SELECT count(*) FROM gone"""
    )


async def told(db: Connection, run_ids: list[str]) -> dict[str, Told]:
    """What is known of the maps of some runs, by run."""
    rows = await db.fetch(
        """SELECT run.id AS run_id, map.id, map.counts, map.risk, map.profile, map.model, map.sealed IS NULL AS forgotten
             FROM runs AS run JOIN privacy_maps AS map USING (root_run_id) WHERE run.id = ANY($1)""",
        run_ids,
    )
    return {row["run_id"]: Told(**{name: row[name] for name in Told.__struct_fields__}) for row in rows}


async def announce(db: Connection, model: str | None) -> None:
    """Say which model workers look for names with, so that status pages may."""
    await db.execute(
        """INSERT INTO abilities (name, value) VALUES ('name_model', $1)
           ON CONFLICT (name) DO UPDATE SET value = excluded.value, said_at = now()""",
        model,
    )


async def ability(db: Connection) -> dict[str, Any]:
    """``{"installed": bool | None, "model": str | None}``; None: no worker has said so yet."""
    row = await db.fetchrow("SELECT value FROM abilities WHERE name = 'name_model'")
    return {"installed": None if row is None else row["value"] is not None, "model": row["value"] if row else None}
