"""Every query that reads or writes a run or its log."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from shared.contracts.records import Event, Run
from shared.contracts.states import PARKED, RunStatus
from shared.domain.errors import NotFound
from shared.domain.fold import PARKING
from shared.domain.ids import new_id
from shared.domain.state import Draft, RunState

from .pool import Connection

_COLUMNS = ", ".join(Run.__struct_fields__)


async def insert(db: Connection, run: Run) -> None:
    """Store a run with an empty log."""
    values = [getattr(run, name) for name in Run.__struct_fields__]
    places = ", ".join(f"${place}" for place in range(1, len(values) + 1))
    await db.execute(
        f"INSERT INTO runs ({_COLUMNS}, state, next_sequence) VALUES ({places}, '{{}}', 0)",
        *values,
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


async def append(db: Connection, run: Run, after: RunState, drafts: Sequence[Draft], now: datetime) -> tuple[Run, bool]:
    """Add to the log of a locked run and store the fold that includes it, in one statement.

    Args:
        after: the state with the drafts folded in; its ``next_sequence`` places them.

    Returns:
        The run as it is now, and whether any webhook may want to hear of it.
    """
    started = run.started_at or (now if after.status is not RunStatus.PENDING else None)
    completed = now if after.status.terminal else None
    heard = await db.fetchval(
        """WITH added AS (
             INSERT INTO events (run_id, sequence, event_id, type, node_id, payload, timestamp)
             SELECT $1, $3::int - cardinality($7::uuid[]) + new.place - 1, new.event_id, new.type, new.node_id,
                    new.payload, $11
               FROM unnest($7::uuid[], $8::text[], $9::text[], $10::jsonb[]) WITH ORDINALITY
                    AS new (event_id, type, node_id, payload, place))
           UPDATE runs SET state = $2, next_sequence = $3, status = $4, started_at = $5, completed_at = $6
            WHERE id = $1
           RETURNING EXISTS (SELECT FROM webhooks
                              WHERE (webhooks.principal_id = runs.principal_id AND webhooks.run_id IS NULL)
                                 OR webhooks.run_id = $1)""",
        run.id,
        msgspec.to_builtins(after, str_keys=True),
        after.next_sequence,
        after.status,
        started,
        completed,
        [new_id() for _ in drafts],
        [draft.type for draft in drafts],
        [draft.node_id for draft in drafts],
        [draft.payload for draft in drafts],
        now,
    )
    return msgspec.structs.replace(run, status=after.status, started_at=started, completed_at=completed), bool(heard)


async def events(
    db: Connection, run_id: str, after: int = -1, limit: int | None = None, *, types: Sequence[str] | None = None
) -> list[Event]:
    """The log from the entry behind sequence ``after``; of all types, or of these."""
    rows = await db.fetch(
        """SELECT event_id, run_id, type, sequence, timestamp, payload, node_id FROM events
            WHERE run_id = $1 AND sequence > $2 AND ($4::text[] IS NULL OR type = ANY($4)) ORDER BY sequence LIMIT $3""",
        run_id,
        after,
        limit,
        None if types is None else list(types),
    )
    return [Event(**dict(row)) for row in rows]


async def paused_at(db: Connection, run_id: str) -> datetime:
    """When somebody last paused this run, whether or not nodes under way had to finish first.

    Raises:
        NotFound: nobody ever did.
    """
    found = await db.fetchval(
        """SELECT timestamp FROM events WHERE run_id = $1
              AND (type = $2 OR (type = 'run.paused' AND payload->>'drainPolicy' = 'immediate'))
            ORDER BY sequence DESC LIMIT 1""",
        run_id,
        PARKING,
    )
    if found is None:
        raise NotFound("the run was never paused")
    return found


async def asked(db: Connection, run_id: str, node_id: str) -> int:
    """How often this node has waited for an answer, in the part of its log that a fork was begun with, too."""
    return await db.fetchval(
        "SELECT count(*) FROM events WHERE run_id = $1 AND node_id = $2 AND type = 'node.suspended'",
        run_id,
        node_id,
    )


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


async def outputs(db: Connection, run_ids: Sequence[str], node_id: str, name: str) -> dict[str, Any]:
    """One output of one node of each of these runs, perhaps as a reference; without those that have none."""
    rows = await db.fetch(
        "SELECT id, state #> ARRAY['nodes', $2, 'outputs', $3] AS value FROM runs WHERE id = ANY($1)",
        list(run_ids),
        node_id,
        name,
    )
    return {row["id"]: row["value"] for row in rows if row["value"] is not None}


async def copy_results(db: Connection, source_run_id: str, run_id: str, digests: list[str] | None = None) -> None:
    """Give a run the stored outputs of the run that it continues: all, or these."""
    await db.execute(
        """INSERT INTO results (run_id, digest, body, key, bytes)
           SELECT $2, digest, body, key, bytes FROM results
            WHERE run_id = $1 AND ($3::text[] IS NULL OR digest = ANY($3)) ON CONFLICT DO NOTHING""",
        source_run_id,
        run_id,
        digests,
    )


async def overdue(db: Connection) -> list[str]:
    """Runs that are past their deadline and not ended."""
    rows = await db.fetch(
        """SELECT id FROM runs WHERE deadline_at < now() AND status NOT IN ('completed', 'failed', 'cancelled')
            ORDER BY deadline_at LIMIT 100"""
    )
    return [row["id"] for row in rows]


async def put_off(db: Connection, run_id: str, deadline_at: datetime) -> None:
    await db.execute("UPDATE runs SET deadline_at = $2 WHERE id = $1", run_id, deadline_at)


async def children(db: Connection, run_id: str) -> list[Run]:
    """The runs that this one's sub-workflow nodes started."""
    rows = await db.fetch(f"SELECT {_COLUMNS} FROM runs WHERE parent_run_id = $1 ORDER BY created_at", run_id)
    return [msgspec.convert(dict(row), Run) for row in rows]


async def bereft(db: Connection) -> list[str]:
    """Runs that have ended while runs that they started go on."""
    rows = await db.fetch(
        """SELECT DISTINCT parent.id FROM runs AS child JOIN runs AS parent ON parent.id = child.parent_run_id
            WHERE child.status NOT IN ('completed', 'failed', 'cancelled')
              AND parent.status IN ('completed', 'failed', 'cancelled') LIMIT 100"""
    )
    return [row["id"] for row in rows]


async def active_in_scope(db: Connection, principal_id: UUID, scope_id: str) -> str | None:
    """The run of this owner that holds the scope, if any. Serialised per scope for the transaction."""
    await db.execute("SELECT pg_advisory_xact_lock(hashtext($1), hashtext($2))", str(principal_id), scope_id)
    return await db.fetchval(
        """SELECT id FROM runs WHERE principal_id = $1 AND scope_id = $2
              AND status NOT IN ('completed', 'failed', 'cancelled') LIMIT 1""",
        principal_id,
        scope_id,
    )


async def latest_workflow(db: Connection, workflow_id: str) -> tuple[str, dict[str, Any]] | None:
    """Digest and definition of the newest deployed workflow with this id."""
    row = await db.fetchrow(
        """SELECT digest, definition FROM workflows WHERE id = $1 AND deployed
            ORDER BY created_at DESC, digest LIMIT 1""",
        workflow_id,
    )
    return (row["digest"], row["definition"]) if row else None


async def forget(db: Connection, run_id: str) -> None:
    """Delete a run that has ended and that nobody will ask for again, with everything that is kept of it."""
    await db.execute("DELETE FROM runs WHERE id = $1", run_id)


async def store_workflow(db: Connection, digest: str, workflow_id: str, definition: dict[str, Any]) -> None:
    """Make a definition known, and one that can be started."""
    await db.execute(
        """INSERT INTO workflows (digest, id, definition) VALUES ($1, $2, $3)
           ON CONFLICT (digest) DO UPDATE SET deployed = true WHERE NOT workflows.deployed""",
        digest,
        workflow_id,
        definition,
    )


async def retire_workflows(db: Connection, deployed: Collection[str]) -> None:
    """Let nobody start a definition whose digest is not among these; runs that have begun go on."""
    await db.execute("UPDATE workflows SET deployed = false WHERE deployed AND digest <> ALL($1)", sorted(deployed))


async def workflow(db: Connection, digest: str) -> dict[str, Any] | None:
    """The definition with this digest, as it was stored."""
    return await db.fetchval("SELECT definition FROM workflows WHERE digest = $1", digest)


async def definition(db: Connection, run_id: str) -> dict[str, Any] | None:
    """The definition that a run started with."""
    return await db.fetchval(
        "SELECT definition FROM workflows WHERE digest = (SELECT workflow_digest FROM runs WHERE id = $1)", run_id
    )


async def statistics(db: Connection) -> dict[str, Any]:
    """What the queue statistics are rebuilt from; only runs of reports count. Days are UTC."""
    row = await db.fetchrow(
        """
        SELECT (SELECT coalesce(jsonb_object_agg(priority, n), '{}') FROM (SELECT priority, count(*) AS n FROM runs
                  WHERE report_id IS NOT NULL AND status = 'pending' GROUP BY priority) AS p) AS pending,
               (SELECT coalesce(jsonb_object_agg(priority, n), '{}') FROM (SELECT priority, count(*) AS n FROM runs
                  WHERE report_id IS NOT NULL AND status = 'running' GROUP BY priority) AS r) AS running,
               (SELECT coalesce(jsonb_object_agg(priority, n), '{}') FROM (SELECT priority, count(*) AS n FROM runs
                  WHERE report_id IS NOT NULL AND status = ANY($1) GROUP BY priority) AS w) AS parked,
               count(*) FILTER (WHERE status = 'completed') AS completed_today,
               count(*) FILTER (WHERE status = 'failed') AS failed_today,
               coalesce(extract(epoch FROM sum(completed_at - started_at)
                  FILTER (WHERE status = 'completed')), 0)::float8 AS seconds_today
          FROM runs WHERE report_id IS NOT NULL
           AND completed_at >= date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
        """,
        list(PARKED),
    )
    return dict(row) if row else {}


async def owner(db: Connection, run_id: str) -> UUID | None:
    return await db.fetchval("SELECT principal_id FROM runs WHERE id = $1", run_id)


def _state(value: Any) -> RunState:
    return msgspec.convert(value, RunState, str_keys=True)
