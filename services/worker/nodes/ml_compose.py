"""``ml.compose``: figures, sections and findings of an entity."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from services.worker.ml import sections
from shared.domain.errors import Rejected
from shared.domain.outcome import Done, Outcome, Work


async def ml_compose(work: Work) -> Outcome:
    """Compose a report's sections. Outputs: ``facts``, ``blocks``, ``findings`` and ``summary``."""
    return Done(outputs=await asyncio.to_thread(composed, work.inputs))


def composed(inputs: dict[str, Any]) -> dict[str, Any]:
    """The node's outputs. Pure.

    Raises:
        Rejected: not even the entity's id can be read.
    """
    try:
        made = sections.compose(inputs["kind"], inputs["snapshot"], inputs.get("parameters") or {})
    except msgspec.ValidationError as error:
        raise Rejected(f"the {inputs['kind']} cannot be read: {error}", code="entity_invalid") from None
    outputs: dict[str, Any] = msgspec.to_builtins(made)
    return outputs
