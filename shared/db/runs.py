"""Every query that reads or writes a run or its log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from shared.contracts.records import Event, Run
from shared.contracts.states import RunStatus
from shared.domain.ids import new_id
from shared.domain.state import Draft, RunState

from .pool import Connection

_COLUMNS = """id, principal_id, report_id, workflow_id, workflow_digest, status, priority, inputs, configurable,
    tags, metadata, parent_run_id, parent_node_id, source_run_id, trace_id, created_at, started_at, completed_at"""


async def insert(db: Connection, run: Run) -> None:
    """Store a run with an empty log."""
    await db.execute(
        f"""INSERT INTO runs ({_COLUMNS}, state, next_sequence)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, '{{}}', 0)""",
        *(getattr(run, name.strip()) for name in _COLUMNS.split(",")),
    )


async def get(db: Connection, run_id: str) -> Run | None:
    row = await db.fetchrow(f"SELECT {_COLUMNS} FROM runs WHERE id = $1", run_id)
    return msgspec.convert(dict(row), Run) if row else None


async def state(db: Connection, run_id: str) -> RunState | None:
    value = await db.fetchval("SELECT state FROM runs WHERE id = $1", run_id)
    return None if value is None else _state(value)


async def with_state(db: Connection, run_id: str, *, lock: bool = False) -> tuple[Run, RunState] | None:
    """A run and its fold, read together; locked until the transaction ends if asked."""
    row = await db.fetchrow(
        f"SELECT {_COLUMNS}, state FROM runs WHERE id = $1 {'FOR UPDATE' if lock else ''}",
        run_id,
    )
    return (msgspec.convert(dict(row), Run), _state(row["state"])) if row else None


async def append(db: Connection, run: Run, after: RunState, drafts: Sequence[Draft], now: datetime) -> Run:
    """Add to the log of a locked run and store the fold that includes it.

    Args:
        after: the state with the drafts folded in; its ``next_sequence`` places them.
    """
    first = after.next_sequence - len(drafts)
    await db.executemany(
        """INSERT INTO events (run_id, sequence, event_id, type, node_id, payload, timestamp)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        [
            (run.id, first + index, new_id(), draft.type, draft.node_id, draft.payload, now)
            for index, draft in enumerate(drafts)
        ],
    )
    started = run.started_at or (now if after.status is not RunStatus.PENDING else None)
    completed = now if after.status.terminal else None
    await db.execute(
        """UPDATE runs SET state = $2, next_sequence = $3, status = $4, started_at = $5, completed_at = $6
            WHERE id = $1""",
        run.id,
        msgspec.to_builtins(after, str_keys=True),
        after.next_sequence,
        after.status,
        started,
        completed,
    )
    return msgspec.structs.replace(run, status=after.status, started_at=started, completed_at=completed)


async def events(db: Connection, run_id: str, after: int = -1, limit: int | None = None) -> list[Event]:
    """The log from the entry behind sequence ``after``."""
    rows = await db.fetch(
        """SELECT event_id, run_id, type, sequence, timestamp, payload, node_id FROM events
            WHERE run_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3""",
        run_id,
        after,
        limit,
    )
    return [Event(**dict(row)) for row in rows]


async def store_result(db: Connection, run_id: str, digest: str, body: Any, key: str | None, size: int) -> None:
    """Keep a large output of a step: in the row (``body``) or in the object store (``key``)."""
    await db.execute(
        "INSERT INTO results (run_id, digest, body, key, bytes) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        run_id,
        digest,
        body,
        key,
        size,
    )


async def results(db: Connection, run_id: str, digests: list[str]) -> dict[str, tuple[Any, str | None]]:
    """Stored outputs by digest: (body, key), one of the two set."""
    rows = await db.fetch(
        "SELECT digest, body, key FROM results WHERE run_id = $1 AND digest = ANY($2)", run_id, digests
    )
    return {row["digest"]: (row["body"], row["key"]) for row in rows}


async def copy_results(db: Connection, source_run_id: str, run_id: str) -> None:
    """Give a run the stored outputs of the run that it continues."""
    await db.execute(
        """INSERT INTO results (run_id, digest, body, key, bytes)
           SELECT $2, digest, body, key, bytes FROM results WHERE run_id = $1""",
        source_run_id,
        run_id,
    )


async def store_workflow(db: Connection, digest: str, workflow_id: str, definition: dict[str, Any]) -> None:
    await db.execute(
        "INSERT INTO workflows (digest, id, definition) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        digest,
        workflow_id,
        definition,
    )


async def workflow(db: Connection, digest: str) -> dict[str, Any] | None:
    """The definition with this digest, as it was stored."""
    return await db.fetchval("SELECT definition FROM workflows WHERE digest = $1", digest)


async def statistics(db: Connection) -> dict[str, Any]:
    """What the queue statistics are rebuilt from; only runs of reports count. Days are UTC."""
    row = await db.fetchrow(
        """
        SELECT (SELECT coalesce(jsonb_object_agg(priority, n), '{}') FROM (SELECT priority, count(*) AS n FROM runs
                  WHERE report_id IS NOT NULL AND status = 'pending' GROUP BY priority) AS p) AS pending,
               (SELECT coalesce(jsonb_object_agg(priority, n), '{}') FROM (SELECT priority, count(*) AS n FROM runs
                  WHERE report_id IS NOT NULL AND status NOT IN ('pending', 'completed', 'failed', 'cancelled')
                  GROUP BY priority) AS r) AS running,
               count(*) FILTER (WHERE status = 'completed') AS completed_today,
               count(*) FILTER (WHERE status = 'failed') AS failed_today,
               coalesce(extract(epoch FROM sum(completed_at - started_at)
                  FILTER (WHERE status = 'completed')), 0)::float8 AS seconds_today
          FROM runs WHERE report_id IS NOT NULL
           AND completed_at >= date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
        """
    )
    return dict(row) if row else {}


async def owner(db: Connection, run_id: str) -> UUID | None:
    return await db.fetchval("SELECT principal_id FROM runs WHERE id = $1", run_id)


def _state(value: Any) -> RunState:
    return msgspec.convert(value, RunState, str_keys=True)
