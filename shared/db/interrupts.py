"""Every query that reads or writes an interrupt."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from shared.contracts.records import Interrupt

from .pool import Connection

_COLUMNS = ", ".join(Interrupt.__struct_fields__)


async def insert(db: Connection, interrupt: Interrupt) -> None:
    values = [getattr(interrupt, name) for name in Interrupt.__struct_fields__]
    places = ", ".join(f"${place}" for place in range(1, len(values) + 1))
    await db.execute(f"INSERT INTO interrupts ({_COLUMNS}) VALUES ({places})", *values)


async def latest(db: Connection, run_id: str, node_id: str) -> Interrupt | None:
    """The node's newest interrupt, whatever its status, locked."""
    row = await db.fetchrow(
        f"""SELECT {_COLUMNS} FROM interrupts WHERE run_id = $1 AND node_id = $2
            ORDER BY created_at DESC, id DESC LIMIT 1 FOR UPDATE""",
        run_id,
        node_id,
    )
    return _interrupt(row)


async def by_id(db: Connection, ident: str) -> Interrupt | None:
    try:
        known = UUID(ident)
    except ValueError:
        return None
    return _interrupt(await db.fetchrow(f"SELECT {_COLUMNS} FROM interrupts WHERE id = $1", known))


async def by_key(db: Connection, run_id: str, key: str) -> Interrupt | None:
    return _interrupt(
        await db.fetchrow(f"SELECT {_COLUMNS} FROM interrupts WHERE run_id = $1 AND key = $2", run_id, key)
    )


async def open_ones(db: Connection, run_id: str) -> list[Interrupt]:
    """What a run waits for, oldest first."""
    rows = await db.fetch(
        f"SELECT {_COLUMNS} FROM interrupts WHERE run_id = $1 AND status = 'open' ORDER BY created_at", run_id
    )
    return [found for row in rows if (found := _interrupt(row)) is not None]


async def revoke_tokens(db: Connection, run_id: str, node_id: str) -> bool:
    """Take back every token of the node's open interrupt. False when it has none."""
    changed = await db.fetchval(
        """UPDATE interrupts SET token_generation = token_generation + 1
            WHERE run_id = $1 AND node_id = $2 AND status = 'open' RETURNING true""",
        run_id,
        node_id,
    )
    return bool(changed)


async def vote(db: Connection, interrupt: Interrupt, votes: list[dict[str, Any]]) -> None:
    await db.execute("UPDATE interrupts SET votes = $2 WHERE id = $1", interrupt.id, votes)


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
