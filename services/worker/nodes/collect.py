"""``report.collect``: from what the client gave to numbered passages, or to the documents themselves."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from services.worker.reading.documents import FIELD, documents
from services.worker.reading.facts import facts, infos
from services.worker.reading.passages import passages
from shared.domain.errors import Rejected
from shared.domain.outcome import Done, Outcome, Work


async def collect(work: Work) -> Outcome:
    """Read ``parameters.context``.

    Outputs: ``passages``, ``sources`` and ``facts``; with ``config.documents`` the ``documents`` as they are.
    """
    parameters = work.inputs.get("parameters") or {}
    if not isinstance(parameters, dict):
        raise Rejected("parameters must be an object", details={"field": "parameters"})
    outputs = await asyncio.to_thread(read, parameters.get("context"), work.config)
    return Done(outputs=outputs)


def read(context: Any, config: dict[str, Any]) -> dict[str, Any]:
    """The node's outputs. Pure."""
    found = documents(context)
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
