"""Rows that tests of queries need around their own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from shared.contracts.records import Report, Run, Template
from shared.contracts.states import RunStatus
from shared.db import principals, reports, runs, templates
from shared.db.pool import Connection
from shared.domain import definition
from shared.domain.ids import new_id, run_id

WORKFLOW: dict[str, Any] = {
    "id": "stored",
    "name": "Stored",
    "version": "1",
    "nodes": [
        {"id": "a", "typeId": "core.noop", "name": "A", "position": {"x": 0, "y": 0}, "config": {}, "inputs": {}}
    ],
    "edges": [],
}


async def stored_owner(db: Connection, name: str = "owner") -> UUID:
    return (await principals.create_principal(db, name)).id


async def stored_template(db: Connection, **more: Any) -> Template:
    values: dict[str, Any] = {
        "id": new_id(),
        "key": f"template-{new_id()}",
        "name": "Stored",
        "description": "",
        "category": "analysis",
        "workflow_id": WORKFLOW["id"],
    }
    template = Template(**(values | more))
    await templates.store(db, template)
    return template


async def stored_run(db: Connection, **more: Any) -> str:
    """A run without a report, or with one if it is said."""
    digest = definition.digest(WORKFLOW)
    await runs.store_workflow(db, digest, WORKFLOW["id"], WORKFLOW)
    ident = more.pop("id", None) or run_id()
    values: dict[str, Any] = {
        "id": ident,
        "principal_id": more.get("principal_id") or await stored_owner(db),
        "workflow_id": WORKFLOW["id"],
        "workflow_digest": digest,
        "status": RunStatus.PENDING,
        "root_run_id": ident,
        "trace_id": "0" * 32,
        "created_at": datetime.now(UTC),
    }
    run = Run(**(values | more))
    await runs.insert(db, run)
    if run.started_at or run.completed_at:
        await db.execute(
            "UPDATE runs SET started_at = $2, completed_at = $3 WHERE id = $1", run.id, run.started_at, run.completed_at
        )
    return run.id


async def stored_report(db: Connection, *, run: dict[str, Any] | None = None, **more: Any) -> Report:
    """A report with its run; of a new owner and a new template unless they are said."""
    now = datetime.now(UTC)
    values: dict[str, Any] = {
        "id": new_id(),
        "principal_id": more.get("principal_id") or await stored_owner(db),
        "template_id": more.get("template_id") or (await stored_template(db)).id,
        "family": "longform",
        "title": "A report",
        "run_id": run_id(),
        "created_at": now,
        "updated_at": now,
        "expires_at": now + timedelta(days=30),
    }
    report = Report(**(values | more))
    await reports.insert(db, report)
    await stored_run(
        db,
        id=report.run_id,
        principal_id=report.principal_id,
        report_id=report.id,
        priority=report.priority,
        **(run or {}),
    )
    return report
