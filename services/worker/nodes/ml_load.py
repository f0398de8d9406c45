"""``ml.load``: the entity that a report describes, as it is now, with what belongs to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from shared.contracts import entities as shapes
from shared.db import entities, runs
from shared.db.entities import Entity, Wanted
from shared.db.pool import Connection, Database
from shared.domain.errors import Rejected
from shared.domain.outcome import Done, Fail, NodeFunction, Outcome, Work
from shared.pipeline.results import load_outputs
from shared.storage.store import Store

MOST_OF_A_PROJECT = 500
"""Experiments, models and so on of a project that are looked at, of each kind."""

_GATHERED = (
    ("experiments", "experiment"),
    ("models", "model"),
    ("deployments", "deployment"),
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
        body |= await _gathered(db, owner, entity_id, body)
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
            body |= {
                name: experiment.body[name] for name in inherited if not body.get(name) and experiment.body.get(name)
            }
    if found.kind == "deployment" and found.parent_id:
        model = await entities.get(db, owner, "model", found.parent_id)
        if model:
            said = {name: value for name, value in (body.get("model") or {}).items() if value}
            body["model"] = {"id": str(model.id), "name": model.name, "algo": model.body.get("algo") or ""} | said
    return body, related


async def _gathered(db: Connection, owner: UUID, project_id: UUID, body: Mapping[str, Any]) -> dict[str, Any]:
    """What was pushed of a project, for the lists that it does not have itself."""
    found: dict[str, Any] = {}
    for name, kind in _GATHERED:
        if not body.get(name):
            wanted = Wanted(principal_id=owner, kind=kind, project_id=project_id)
            listed = await entities.page(db, wanted, limit=MOST_OF_A_PROJECT, offset=0, bodies=True)
            found[name] = [_BRIEF[kind](one) for one in listed]
    return {name: value for name, value in found.items() if value}


def _experiment(one: Entity) -> dict[str, Any]:
    body = one.body
    rows = body.get("leaderboard") or []
    metric = body.get("sort_metric")
    best = rows[0]["metrics"].get(metric) if metric and rows and rows[0].get("metrics") else None
    return _kept(
        id=str(one.id),
        name=one.name,
        status=one.status,
        problem_type=body.get("problem_type"),
        best_metric={"name": metric, "value": best} if best is not None else None,
        models=len(rows) or None,
        finished_at=body.get("finished_at"),
    )


def _model(one: Entity) -> dict[str, Any]:
    splits = one.body.get("metrics") or {}
    order = ("test", "cross_validation", "validation", "train")
    best: dict[str, Any] = next((splits[name] for name in order if splits.get(name)), {})
    return _kept(id=str(one.id), name=one.name, algo=one.body.get("algo"), metrics=best)


def _deployment(one: Entity) -> dict[str, Any]:
    return _kept(
        id=str(one.id), name=one.name, stage=one.body.get("stage"), status=one.status, health=_health(one.body)
    )


def _health(body: Mapping[str, Any]) -> str | None:
    """The gravest status of a drifted feature, where anybody has said one."""
    said = {feature.get("status") for feature in (body.get("drift") or {}).get("features") or []}
    return next((grave for grave in ("critical", "warning", "ok") if grave in said), None)


def _other(one: Entity) -> dict[str, Any]:
    return _kept(id=str(one.id), name=one.name, status=one.status)


_BRIEF = {
    "experiment": _experiment,
    "model": _model,
    "deployment": _deployment,
    "synthgen": _other,
    "privacy_session": _other,
}


def _kept(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "", {})}


def _id(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
