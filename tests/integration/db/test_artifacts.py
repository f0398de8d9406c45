"""Artifacts on PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from shared.contracts.records import Artifact
from shared.db import artifacts
from shared.db.pool import Connection
from shared.domain.ids import new_id

from .stored import stored_run


def artifact(run_id: str, **more: Any) -> Artifact:
    values: dict[str, Any] = {
        "id": new_id(),
        "run_id": run_id,
        "node_id": "render",
        "format": "pdf",
        "media_type": "application/pdf",
        "key": "artifacts/ab/cd/abcd.pdf",
        "size_bytes": 2**40,
        "sha256": "ab" * 32,
        "pages": 7,
        "created_at": datetime.now(UTC),
    }
    return Artifact(**(values | more))


async def test_what_is_recorded_comes_back_as_it_was(db: Connection):
    run_id = await stored_run(db)
    first = artifact(run_id)
    await artifacts.insert(db, first)
    assert await artifacts.of_run(db, run_id) == [first]
    assert await artifacts.find(db, run_id, "pdf") == first


async def test_the_newest_of_a_format_is_found(db: Connection):
    """Two nodes of a run may print the same format."""
    run_id = await stored_run(db)
    now = datetime.now(UTC)
    old = artifact(run_id, node_id="first", created_at=now - timedelta(seconds=5))
    new = artifact(run_id, node_id="second", created_at=now)
    for one in (new, old):
        await artifacts.insert(db, one)
    assert await artifacts.find(db, run_id, "pdf") == new
    assert await artifacts.of_run(db, run_id) == [old, new]


async def test_another_format_or_run_has_none(db: Connection):
    run_id = await stored_run(db)
    await artifacts.insert(db, artifact(run_id))
    assert await artifacts.find(db, run_id, "html") is None
    assert await artifacts.find(db, "run-other", "pdf") is None
    assert await artifacts.of_run(db, "run-other") == []


async def test_what_a_node_makes_again_replaces_what_it_made(db: Connection):
    """A node has one artifact per format: the last."""
    run_id = await stored_run(db)
    await artifacts.insert(db, artifact(run_id))
    again = artifact(run_id, key="artifacts/00/00/0000.pdf", sha256="00" * 32, size_bytes=5, pages=None)
    await artifacts.insert(db, again)
    assert await artifacts.of_run(db, run_id) == [again]


async def test_a_run_that_continues_another_gets_the_chosen_artifacts(db: Connection):
    """Under the same ids: the log that names them is continued too."""
    source, run_id = await stored_run(db), await stored_run(db)
    kept, left = artifact(source), artifact(source, format="html")
    for one in (kept, left):
        await artifacts.insert(db, one)
    await artifacts.copy(db, source, run_id, [kept.id])
    assert await artifacts.of_run(db, run_id) == [replace(kept, run_id=run_id)]
    assert await artifacts.get(db, run_id, kept.id) == replace(kept, run_id=run_id)
    assert await artifacts.get(db, run_id, left.id) is None
    assert await artifacts.get(db, source, left.id) == left
