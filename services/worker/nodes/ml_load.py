"""``ml.load``: the entity that a report describes, as it is now, with what belongs to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

import msgspec

from services.worker.ml.sections.briefs import BRIEFS, brief
from shared.contracts import entities as shapes
from shared.db import entities, runs
from shared.db.entities import Entity, Wanted
from shared.db.pool import Connection, Database
from shared.domain.errors import Rejected
from shared.domain.outcome import Done, Fail, NodeFunction, Outcome, Work
from shared.pipeline.results import load_outputs
from shared.storage.store import Store

MOST_OF_A_PROJECT = 500
"""Experiments, models and so on of a project that are looked at, of each kind. The report says so if there are more."""
_PAGE = 10

_GATHERED = (
    ("experiments", "experiment"),
    ("deployments", "deployment"),
    ("models", "model"),
    ("synthgen", "synthgen"),
    ("privacy_sessions", "privacy_session"),
)


class Shelf(msgspec.Struct, frozen=True):
    """Where entities lie, and those that came with a request."""

    database: Database
    store: Store


def ml_load(shelf: Shelf) -> NodeFunction:
    """The node function over these parts. Outputs: ``snapshot``, of ``entity`` and ``related``."""

    async def load(work: Work) -> Outcome:
        kind, given = str(work.inputs.get("kind")), work.inputs.get("data")
        if kind not in shapes.SHAPES:
            raise Rejected(f"kind: must be one of {', '.join(shapes.SHAPES)}", details={"field": "kind"})
        async with shelf.database.connect() as db:
            if given:
                body = (await load_outputs(db, shelf.store, work.run_id, {"data": given}))["data"]
                return Done(outputs={"snapshot": {"entity": body, "related": {}}})
            snapshot = await _stored(db, work, kind)
        if snapshot is None:
            return Fail("entity_gone", f"The {kind.replace('_', ' ')} was deleted before its report was made")
        return Done(outputs={"snapshot": snapshot})

    return load


async def _stored(db: Connection, work: Work, kind: str) -> dict[str, Any] | None:
    """What the run's owner has pushed. A project that was not pushed itself is what belongs to it."""
    owner, entity_id = await runs.owner(db, work.run_id), _id(work.inputs.get("entityId"))
    if owner is None or entity_id is None:
        return None
    body: dict[str, Any] = {"id": str(entity_id)}
    related: dict[str, Any] = {}
    found = await entities.get(db, owner, kind, entity_id)
    if found is not None:
        body, related = await _with_parents(db, owner, found)
    elif kind != "project" or not await entities.known_project(db, owner, entity_id):
        return None
    if kind == "project":
        gathered, related["counts"] = await _gathered(db, owner, entity_id, body)
        body |= gathered
    return {"entity": body, "related": related}


async def _with_parents(db: Connection, owner: UUID, found: Entity) -> tuple[dict[str, Any], dict[str, Any]]:
    """The body, filled from what it refers to, and the names of what it belongs to."""
    body = dict(found.body)
    related: dict[str, Any] = {}
    if found.project_id and (project := await entities.get(db, owner, "project", found.project_id)):
        related["project"] = {"id": str(project.id), "name": project.name}
    if found.kind == "experiment" and not body.get("best_model"):
        best = _id(body.get("best_model_id"))
        if best and (model := await entities.get(db, owner, "model", best)):
            body["best_model"] = model.body
    if found.kind == "model" and found.parent_id:
        experiment = await entities.get(db, owner, "experiment", found.parent_id)
        if experiment:
            related["experiment"] = {"id": str(experiment.id), "name": experiment.name}
            inherited = ("dataset", "problem_type")
            taken = [name for name in inherited if not body.get(name) and experiment.body.get(name)]
            origins = experiment.body.get("sources") or {}
            body |= {name: experiment.body[name] for name in taken}
            body["sources"] = (body.get("sources") or {}) | {name: origins[name] for name in taken if name in origins}
    if found.kind == "deployment" and found.parent_id:
        model = await entities.get(db, owner, "model", found.parent_id)
        if model:
            said = {name: value for name, value in (body.get("model") or {}).items() if value}
            body["model"] = {"id": str(model.id), "name": model.name, "algo": model.body.get("algo") or ""} | said
    return body, related


async def _gathered(
    db: Connection, owner: UUID, project_id: UUID, body: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, int]]:
    """What was pushed of a project, for the lists that it does not have itself; and how much there is of each kind."""
    found: dict[str, Any] = {}
    counts: dict[str, int] = {}
    sources: dict[str, Any] = dict(body.get("sources") or {})
    stages: dict[UUID, str] = {}
    for name, kind in _GATHERED:
        if body.get(name):
            continue
        wanted = Wanted(principal_id=owner, kind=kind, project_id=project_id)
        listed = []
        async for one, entry in _looked_at(db, wanted):
            if kind == "deployment" and one.parent_id and one.status in {"", "active"}:
                stages[one.parent_id] = str(entry.get("stage") or "")
            if kind == "model" and (stage := stages.get(one.id)):
                entry["stage"] = stage
            if origin := (one.body.get("sources") or {}).get(BRIEFS[kind].figures):
                sources[f"{name}.{one.id}"] = origin
            listed.append(entry)
        if listed:
            found[name], counts[name] = listed, await entities.count(db, wanted)
    return found | ({"sources": sources} if sources else {}), counts


async def _looked_at(db: Connection, wanted: Wanted) -> AsyncIterator[tuple[Entity, dict[str, Any]]]:
    """The entities that were changed last, with what a list has of them.

    No more than a page of them is in memory at once, and of that only what is made short: bodies may be large.
    """
    keys = BRIEFS[wanted.kind].keys
    for offset in range(0, MOST_OF_A_PROJECT, _PAGE):
        page = await entities.parts(db, wanted, keys, limit=_PAGE, offset=offset)
        for one, entry in zip(page, await asyncio.to_thread(_briefs, wanted.kind, page), strict=True):
            yield one, entry
        if len(page) < _PAGE:
            return


def _briefs(kind: str, page: list[Entity]) -> list[dict[str, Any]]:
    return [brief(kind, str(one.id), one.name, one.status, one.body) for one in page]


def _id(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
