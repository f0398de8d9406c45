"""A run's events: as a stream, as JSON, by long polling."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from services.api.auth.caller import Caller, requires
from services.api.resources import Resources
from shared.contracts.records import Event
from shared.db import runs
from shared.domain.redaction import hidden

from . import frames, requests
from .access import Seen, see
from .feed import ENDS
from .openapi import INTEGER, described
from .stream import stream

MOST_DIGITS = 18
"""A longer number is beyond every log all the same."""


_STREAM: dict[str, Any] = {
    "streamMode": {"type": "string", "examples": ["updates", "updates,messages", "values", "debug"]},
    "bufferMs": {"type": "integer", "minimum": 0, "maximum": frames.MOST_BUFFER_MS},
}
_POLL: dict[str, Any] = {
    "lastSequence": INTEGER | {"minimum": -1},
    "timeout": {"type": "integer", "minimum": 0, "maximum": requests.LONGEST_POLL_ASKED_S},
}


@get("/v1/runs/{run_id:str}/events", guards=[requires("runs:read")], **described(query=_STREAM))
async def stream_events(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], run_id: FromPath[str]
) -> Response[Any]:
    """The whole log and then what happens, until the run ends. A client that wants JSON gets what there is."""
    asked = frames.modes(request.query_params.get("streamMode"))
    buffer_ms = frames.buffer_ms(request.query_params.get("bufferMs"))
    seen = await see(resources, request.user, run_id)
    accept = request.headers.get("accept", "*/*")
    if "text/event-stream" not in accept and "*/*" not in accept and "text/*" not in accept:
        async with resources.pipeline.database.connect() as db:
            events = await runs.events(db, run_id)
        return Response(_page(seen, events, complete=events[-1].type in ENDS))

    async def frames_of() -> AsyncIterator[bytes]:
        async with resources.feeds.watch(run_id) as feed:
            after = _cursor(request.headers.get("last-event-id"), await feed.after(-1, wait_s=0))
            body = stream(feed, seen.run, seen.workflow, after=after, asked=asked, buffer_ms=buffer_ms)
            async for chunk in resources.streams.until_stopping(body):
                yield chunk

    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return Stream(frames_of(), media_type="text/event-stream", headers=headers)


@get("/v1/runs/{run_id:str}/events/poll", guards=[requires("runs:read")], **described(query=_POLL))
async def poll_events(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], run_id: FromPath[str]
) -> dict[str, Any]:
    """Events behind a cursor; waits for the first of them for a while."""
    query = request.query_params
    after, wait_s = requests.poll(query.get("lastSequence"), query.get("timeout"))
    seen = await see(resources, request.user, run_id)
    async with resources.feeds.watch(run_id) as feed:
        if feed.last <= after and not feed.ended:
            await feed.read()  # it is the caller who has just changed the run, perhaps
        events = await feed.after(after, wait_s=wait_s)
        return _page(seen, events, complete=feed.ended and max([after, *(one.sequence for one in events)]) >= feed.last)


def _page(seen: Seen, events: list[Event], *, complete: bool) -> dict[str, Any]:
    secret = hidden(seen.workflow, seen.run.inputs)
    return {"events": [frames.document(event, secret) for event in events], "isComplete": complete}


def _cursor(given: str | None, log: list[Event]) -> int:
    """A sequence or an event's id; anything else means from the beginning."""
    if given is None:
        return -1
    if given.isascii() and given.isdigit():
        return int(given[:MOST_DIGITS])
    return next((event.sequence for event in log if str(event.event_id) == given), -1)
