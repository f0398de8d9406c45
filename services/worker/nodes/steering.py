"""What a run's configuration changes of how a report is written: its language, its tone, the rules of its kind."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from services.worker.content import Outline
from shared.domain.outcome import Work


def steered(outline: Outline, work: Work) -> Outline:
    """The outline as this node is to understand it.

    ``configurable.language`` and ``.tone`` come before what the outline was made with; ``.promptOverrides`` has, by the
    node's id, other rules than the template's.
    """
    return replace(
        outline,
        language=work.configurable.get("language") or outline.language,
        tone=work.configurable.get("tone") or outline.tone,
        instructions=override(work) or outline.instructions,
    )


def override(work: Work) -> str | None:
    """What ``configurable.promptOverrides`` says for this node."""
    said: dict[str, Any] = work.configurable.get("promptOverrides") or {}
    return said.get(work.node_id)


def translated(work: Work) -> dict[str, Any]:
    """The node's inputs, with the language that the run's configuration wants."""
    wanted = work.configurable.get("language")
    return work.inputs | ({"language": wanted} if wanted else {})
