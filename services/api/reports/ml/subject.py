"""What a machine-learning report is to describe: the entity that was pushed, or the one that came with the request."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from services.api.auth.caller import Caller
from services.api.entities.access import called
from services.api.entities.reading import read
from services.api.resources import Resources
from shared.db import entities
from shared.domain.errors import NotFound
from shared.pipeline.results import Kept, keep

from .request import Asked, wrong_field


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What is described, as far as a report's row says it."""

    name: str = ""
    version: int | None = None
    """Of what was pushed."""
    inline: Kept | None = None
    """What came with the request, kept for the run."""
    unknown: list[str] = []

    @property
    def data(self) -> dict[str, Any]:
        """What the run is told of it: where it lies, or nothing."""
        return self.inline.outputs["data"] if self.inline else {}


async def find(resources: Resources, caller: Caller, asked: Asked) -> Subject:
    """The subject of a request.

    Raises:
        NotFound: project or entity are not there, or another's.
        Rejected: the entity that came along is not of its shape, or the entity is of another project.
    """
    if asked.options.data is not None:
        return await _inline(resources, asked, asked.options.data)
    async with resources.pipeline.database.connect() as db:
        entity = await entities.get(db, caller.id, asked.kind, asked.entity_id)
        known = await entities.known_project(db, caller.id, asked.project_id)
    if not known:
        raise NotFound(
            "Project not found: push it with PUT /api/ml/entities/project/{id}, or name it as project_id in the entity"
        )
    if entity is None and asked.kind == "project":
        return Subject()
    if entity is None:
        raise NotFound(
            f"{called(asked.kind)} not found: push it with PUT /api/ml/entities/{asked.kind}/{{id}}, or send it as options.data"
        )
    if entity.project_id not in {None, asked.project_id}:
        raise wrong_field("entity_id", f"this {called(asked.kind)} belongs to another project")
    return Subject(name=entity.name, version=entity.version, unknown=entity.unknown)


async def _inline(resources: Resources, asked: Asked, data: dict[str, Any]) -> Subject:
    reading = await asyncio.to_thread(read, asked.kind, asked.entity_id, data, ("body", "options", "data"))
    if reading.project_id not in {None, asked.project_id}:
        raise wrong_field("options.data.project_id", "is another project's than project_id")
    kept = await keep(resources.pipeline.store, {"data": reading.body}, private=["data"])
    return Subject(name=reading.name, inline=kept, unknown=reading.unknown)
