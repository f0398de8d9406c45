"""The conversation that a report names, as its run is given it."""

from __future__ import annotations

from typing import Any

from services.api.auth.caller import Caller
from services.api.body import wrong
from shared.db import conversations
from shared.db.pool import Connection

from . import request

FIELD = "parameters.conversation_id"


async def context(db: Connection, caller: Caller, parameters: dict[str, Any]) -> dict[str, Any]:
    """What was said so far: a report is made from the conversation as it is when the report is asked for.

    Raises:
        NotFound: there is no such conversation, or it is another's.
        Rejected: the id is no text.
    """
    given = parameters.get("conversation_id")
    if given is None or given == "":
        return {}
    if not isinstance(given, str):
        raise wrong(FIELD, "must be the id of a conversation, as text")
    held = await conversations.get(db, caller.id, request.conversation_id(given, FIELD))
    if held is None:
        raise request.missing(FIELD)
    said = await conversations.messages(db, held.id)
    return {"title": held.title, "messages": [{"role": one.role, "content": one.content} for one in said]}
