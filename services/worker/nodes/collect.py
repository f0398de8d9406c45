"""``report.collect``: from what the client gave to numbered passages, or to the documents themselves."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from services.worker.content import Asked
from services.worker.reading.conversation import conversation
from services.worker.reading.documents import FIELD, documents
from services.worker.reading.facts import facts, infos
from services.worker.reading.passages import passages
from shared.domain.errors import Rejected
from shared.domain.outcome import Done, Outcome, Work


async def collect(work: Work) -> Outcome:
    """Read ``parameters.context`` and the conversation.

    Outputs: ``asked``, ``passages``, ``sources`` and ``facts``; with ``config.documents`` the ``documents`` as they are.
    """
    parameters = work.inputs.get("parameters") or {}
    if not isinstance(parameters, dict):
        raise Rejected("parameters must be an object", details={"field": "parameters"})
    outputs = await asyncio.to_thread(read, parameters.get("context"), work.config, work.inputs.get("conversation"))
    return Done(outputs=outputs | ({} if work.config.get("documents") else {"asked": asked(work.inputs)}))


def asked(inputs: dict[str, Any]) -> dict[str, Any]:
    """What the report has to answer, as every later node is told it."""
    found = {name: inputs.get(name) or "" for name in ("title", "query", "description")}
    return msgspec.to_builtins(msgspec.convert(found | {"query": found["query"] or found["title"]}, Asked))


def read(context: Any, config: dict[str, Any], talk: Any = None) -> dict[str, Any]:
    """What there is to write from. Pure.

    Args:
        talk: a stored conversation, ``{"title", "messages"}``; it becomes the last source.
    """
    found = documents(context)
    found += conversation(talk, len(found) + 1)
    if config.get("required") and not found:
        raise Rejected(f"{FIELD} is empty: give at least one document", details={"field": FIELD})
    if config.get("documents"):
        return {"documents": msgspec.to_builtins(found)}
    cut = passages(found)
    figures = facts(found, cut)
    return {
        "passages": msgspec.to_builtins(cut),
        "sources": msgspec.to_builtins(infos(found, figures)),
        "facts": msgspec.to_builtins(figures),
    }
