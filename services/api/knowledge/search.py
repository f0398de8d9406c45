"""Search a knowledge base: by words here; by vectors too in a worker, where the model is, if there are any."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any
from uuid import UUID

import structlog
from litestar import Request, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import convert
from msgspec.structs import replace

from services.api.auth.caller import Caller, requires
from services.api.body import json_object
from services.api.reports.openapi import ERRORS
from services.api.resources import Resources
from shared.contracts.knowledge import Found
from shared.contracts.states import Priority, RunStatus
from shared.db import knowledge, passages, runs
from shared.domain.errors import Conflict
from shared.domain.ids import run_id as new_run_id
from shared.domain.scripts import spaced
from shared.domain.values import assigned
from shared.pipeline import control
from shared.pipeline.results import load_outputs
from shared.pipeline.start import start
from shared.templates.internal_workflows import KNOWLEDGE_SEARCH

from . import wire
from .access import READ, trace_id, view
from .jars import TAGS
from .openapi import SearchOperation
from .request import Search, converted

PATIENCE_S = 8.0
"""After this a search is answered by words alone: no worker is free, or there is none."""
LOOK_S = 0.25

log = structlog.get_logger()


@post(
    "/{jar_id:str}/search",
    status_code=200,
    guards=[requires(*READ)],
    summary="Search a honey jar",
    tags=TAGS,
    responses=ERRORS,
    operation_class=SearchOperation,
)
async def search(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], jar_id: FromPath[str]
) -> wire.SearchAnswer:
    """The passages that answer a question best, with where they stand."""
    asked = converted(await json_object(request), Search)
    began = time.monotonic()
    async with resources.pipeline.database.connect() as db:
        found = await view(db, request.user, jar_id)
    hits = await _by_worker(resources, request, found.base.id, asked) if found.embedded else None
    mode, results = hits or ("text", await _by_words(resources, found.base.id, asked, began))
    return wire.SearchAnswer(
        data=wire.SearchData(
            query=asked.query,
            mode=mode,
            results=[wire.hit(one) for one in results],
            took_ms=round((time.monotonic() - began) * 1000, 1),
        )
    )


async def _by_words(resources: Resources, base_id: UUID, asked: Search, began: float) -> list[Found]:
    async with resources.pipeline.database.connect() as db:
        keys = await passages.by_words(db, base_id, spaced(asked.query), asked.limit)
        read = await passages.read(db, keys)
        await knowledge.queried(db, base_id, (time.monotonic() - began) * 1000)
    return [replace(one, score=round(1 / (60 + place), 6), text_rank=place) for place, one in enumerate(read, 1)]


async def _by_worker(
    resources: Resources, request: Request[Caller, Any, Any], base_id: UUID, asked: Search
) -> tuple[str, list[Found]] | None:
    """What a run in a worker finds; None when it does not answer in time. The run leaves nothing behind."""
    pipeline, run_id = resources.pipeline, new_run_id()
    async with pipeline.channel.subscribe(run_id) as queue:
        async with pipeline.transaction() as tx:
            deployed = await pipeline.find_workflow(tx.db, KNOWLEDGE_SEARCH)
            if deployed is None:
                return None
            await start(
                tx,
                run_id=run_id,
                principal_id=request.user.id,
                workflow=deployed[0],
                digest=deployed[1],
                inputs={"honeyJarId": str(base_id), "query": asked.query, "limit": asked.limit},
                priority=Priority.URGENT,
                trace_id=trace_id(request),
            )
        until = time.monotonic() + PATIENCE_S
        while not await _ended(resources, run_id):
            if time.monotonic() > until:
                await _give_up(resources, run_id)
                return None
            try:
                await asyncio.wait_for(queue.get(), LOOK_S)
            except TimeoutError:
                continue
    return await _taken(resources, run_id)


async def _ended(resources: Resources, run_id: str) -> bool:
    async with resources.pipeline.database.connect() as db:
        run = await runs.get(db, run_id)
    return run is None or run.status.terminal


async def _give_up(resources: Resources, run_id: str) -> None:
    log.warning("search.without_vectors", run_id=run_id)
    with suppress(Conflict):  # it has just ended
        async with resources.pipeline.transaction() as tx:
            await control.cancel(resources.pipeline, tx, run_id, reason="search took too long")
    async with resources.pipeline.database.begin() as db:
        await runs.forget(db, run_id)


async def _taken(resources: Resources, run_id: str) -> tuple[str, list[Found]] | None:
    """The run's result; the run is forgotten."""
    pipeline = resources.pipeline
    async with pipeline.database.begin() as db:
        found = await runs.with_state(db, run_id)
        if found is None:
            return None
        run, state = found
        workflow = await pipeline.workflow(db, run.workflow_digest)
        made = await load_outputs(db, pipeline.store, run_id, assigned(workflow, state))
        await runs.forget(db, run_id)
    if run.status is not RunStatus.COMPLETED:
        return None
    return str(made["mode"]), convert(made["found"], list[Found])
