"""Begin, continue, read and delete conversations. They are their owner's alone."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import structlog
from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from services.api.auth.caller import Caller, requires
from services.api.body import json_object
from services.api.idempotency import finalise
from services.api.reports.access import READ, WRITE, trace_id
from services.api.reports.openapi import ERRORS
from services.api.resources import Resources
from shared.db import audit, conversations
from shared.db.pool import Connection
from shared.domain.errors import Conflict
from shared.domain.ids import new_id

from . import request as checked
from . import wire

_COMMON: dict[str, Any] = {"tags": ["conversations"], "responses": ERRORS}
_FARTHEST = 2**31

log = structlog.get_logger()


@post("/", status_code=201, guards=[requires(*WRITE)], summary="Begin a conversation", **_COMMON)
async def create(request: Request[Caller, Any, Any], resources: NamedDependency[Resources]) -> Response[wire.Shown]:
    """Keep a conversation: `{title?, messages?: [{role, content}]}`. A report names it in `parameters.conversation_id`."""
    body = await json_object(request)
    title, said = checked.title(body), checked.messages(body, needed=False)
    async with resources.pipeline.database.begin() as db:
        if await conversations.count(db, request.user.id) >= checked.MOST_CONVERSATIONS:
            raise Conflict(f"You keep {checked.MOST_CONVERSATIONS} conversations, which is the most; delete one first")
        held = await conversations.insert(db, request.user.id, new_id(), title)
        if said:
            checked.check_room(held, said)
            held = await conversations.append(db, held, said)
        await _note(db, request, "conversation.create", held.id, messages=len(said))
        response = Response(wire.shown(held, await conversations.messages(db, held.id)), status_code=201)
        await finalise(db, request, response)
    return response


@get("/", guards=[requires(*READ)], summary="List conversations", **_COMMON)
async def index(
    request: Request[Caller, Any, Any],
    resources: NamedDependency[Resources],
    limit: Annotated[int, QueryParameter(description="1 to 100; outside of that it is moved to the nearest.")] = 50,
    offset: Annotated[int, QueryParameter(description="How many to skip.")] = 0,
) -> wire.Listed:
    """The caller's conversations, the one that was spoken in last first."""
    limit, offset = max(1, min(limit, 100)), max(0, min(offset, _FARTHEST))
    async with resources.pipeline.database.connect() as db:
        total = await conversations.count(db, request.user.id)
        found = await conversations.page(db, request.user.id, limit=limit, offset=offset)
    pagination = wire.Pagination(total=total, limit=limit, offset=offset, has_more=offset + len(found) < total)
    return wire.Listed(data=wire.ListedData(conversations=[wire.summary(one) for one in found], pagination=pagination))


@get("/{conversation_id:str}", guards=[requires(*READ)], summary="Read a conversation", **_COMMON)
async def show(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], conversation_id: FromPath[str]
) -> wire.Shown:
    """One conversation with everything that was said in it."""
    async with resources.pipeline.database.connect() as db:
        held = await conversations.get(db, request.user.id, checked.conversation_id(conversation_id))
        if held is None:
            raise checked.missing()
        return wire.shown(held, await conversations.messages(db, held.id))


@post(
    "/{conversation_id:str}/messages",
    status_code=201,
    guards=[requires(*WRITE)],
    summary="Continue a conversation",
    **_COMMON,
)
async def say(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], conversation_id: FromPath[str]
) -> Response[wire.Shown]:
    """Add a message `{role, content}`, or several as `{messages: [...]}`. Reports that began before do not know them."""
    said = checked.messages(await json_object(request), needed=True)
    async with resources.pipeline.database.begin() as db:
        known = checked.conversation_id(conversation_id)
        held = await conversations.get(db, request.user.id, known, lock=True)
        if held is None:
            raise checked.missing()
        checked.check_room(held, said)
        held = await conversations.append(db, held, said)
        await _note(db, request, "conversation.say", held.id, messages=len(said))
        response = Response(wire.shown(held, await conversations.messages(db, held.id)), status_code=201)
        await finalise(db, request, response)
    return response


@delete(
    "/{conversation_id:str}", status_code=200, guards=[requires(*WRITE)], summary="Delete a conversation", **_COMMON
)
async def remove(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], conversation_id: FromPath[str]
) -> wire.Said:
    """Forget a conversation. Reports that were written from it keep what they cite."""
    async with resources.pipeline.database.begin() as db:
        known = checked.conversation_id(conversation_id)
        if not await conversations.delete(db, request.user.id, known):
            raise checked.missing()
        await _note(db, request, "conversation.delete", known)
    return wire.Said(message="Conversation deleted")


HANDLERS = [create, index, show, say, remove]


async def _note(
    db: Connection, request: Request[Caller, Any, Any], action: str, conversation_id: UUID, **details: Any
) -> None:
    await audit.append(
        db,
        actor=str(request.user.id),
        action=action,
        object_kind="conversation",
        object_id=str(conversation_id),
        trace_id=trace_id(request),
        details=details,
    )
