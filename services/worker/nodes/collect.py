"""``report.collect``: from what the client gave to numbered passages, or to the documents themselves."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from services.worker.content import Asked
from services.worker.reading.conversation import conversation
from services.worker.reading.facts import facts, infos
from services.worker.reading.passages import passages
from services.worker.retrieval.gather import Gathered, Gathering
from shared.domain.context import documents, empty, told_apart
from shared.domain.errors import Forbidden, NotFound, Rejected
from shared.domain.outcome import Done, Fail, Outcome, Work


async def collect(work: Work, gathering: Gathering | None = None) -> Outcome:
    """Read ``parameters.context`` and the conversation; find passages in the knowledge base, and in the web.

    Outputs: ``asked``, ``passages``, ``sources`` and ``facts``; with ``config.documents`` the ``documents`` as they are.
    """
    parameters = work.inputs.get("parameters") or {}
    if not isinstance(parameters, dict):
        raise Rejected("parameters must be an object", details={"field": "parameters"})
    told = asked(work.inputs)
    gathered = Gathered()
    if gathering is not None and not work.config.get("documents"):
        try:
            gathered = await gathering.for_query(work, told["query"])
        except (NotFound, Forbidden) as error:  # a report that was to rest on these documents does not go on without
            return Fail(error.code, error.message)
    talk = work.inputs.get("conversation")
    outputs = await asyncio.to_thread(read, parameters.get("context"), work.config, talk, gathered)
    return Done(outputs=outputs | ({} if work.config.get("documents") else {"asked": told}))


def asked(inputs: dict[str, Any]) -> dict[str, Any]:
    """What the report has to answer, as every later node is told it."""
    found = {name: inputs.get(name) or "" for name in ("title", "query", "description")}
    return msgspec.to_builtins(msgspec.convert(found | {"query": found["query"] or found["title"]}, Asked))


def read(
    context: Any,
    config: dict[str, Any],
    talk: Any = None,
    gathered: Gathered = Gathered(),  # noqa: B008 - frozen
) -> dict[str, Any]:
    """What there is to write from. Pure.

    Args:
        talk: a stored conversation, ``{"title", "messages"}``; it becomes the last source that was given.
        gathered: what was found elsewhere; its sources come after those.
    """
    found = documents(context)
    found += conversation(talk, len(found) + 1)
    if config.get("required") and not found and not gathered.sources:
        raise empty()
    if config.get("documents"):
        return {"documents": msgspec.to_builtins(found)}
    cut = passages(found)
    gathered = gathered.after(len(found), len(cut))
    found, cut = told_apart([*found, *gathered.sources]), [*cut, *gathered.passages]
    figures = msgspec.structs.replace(facts(found, cut), notices=gathered.notices)
    return {
        "passages": msgspec.to_builtins(cut),
        "sources": msgspec.to_builtins(infos(found, figures)),
        "facts": msgspec.to_builtins(figures),
    }
