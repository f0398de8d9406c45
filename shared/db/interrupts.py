"""Every query that reads or writes an interrupt."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from shared.contracts.records import Interrupt

from .pool import Connection

_COLUMNS = "id, run_id, node_id, kind, key, data, resume_schema, expires_at, status, created_at"


async def insert(db: Connection, interrupt: Interrupt) -> None:
    await db.execute(
        f"INSERT INTO interrupts ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        *(getattr(interrupt, name.strip()) for name in _COLUMNS.split(",")),
    )


async def count(db: Connection, run_id: str, node_id: str) -> int:
    """How often this node has asked: the next key's number."""
    return await db.fetchval("SELECT count(*) FROM interrupts WHERE run_id = $1 AND node_id = $2", run_id, node_id)


async def latest(db: Connection, run_id: str, node_id: str) -> Interrupt | None:
    """The node's newest interrupt, whatever its status, locked."""
    row = await db.fetchrow(
        f"""SELECT {_COLUMNS} FROM interrupts WHERE run_id = $1 AND node_id = $2
            ORDER BY created_at DESC, id DESC LIMIT 1 FOR UPDATE""",
        run_id,
        node_id,
    )
    return _interrupt(row)


async def close(
    db: Connection, interrupt: Interrupt, *, status: str, resolution: Any, by: str | None, now: datetime
) -> None:
    await db.execute(
        """UPDATE interrupts SET status = $2, resolution = $3, resolved_by = $4, resolved_at = $5
            WHERE id = $1 AND status = 'open'""",
        interrupt.id,
        status,
        resolution,
        by,
        now,
    )


async def cancel(db: Connection, run_id: str) -> None:
    """Close all that a run still waits for."""
    await db.execute(
        "UPDATE interrupts SET status = 'cancelled', resolved_at = now() WHERE run_id = $1 AND status = 'open'", run_id
    )


async def expired(db: Connection) -> list[Interrupt]:
    """Open interrupts whose time is up."""
    rows = await db.fetch(
        f"SELECT {_COLUMNS} FROM interrupts WHERE status = 'open' AND expires_at < now() ORDER BY expires_at LIMIT 100"
    )
    return [found for row in rows if (found := _interrupt(row)) is not None]


def _interrupt(row: Any) -> Interrupt | None:
    return msgspec.convert(dict(row), Interrupt) if row else None
