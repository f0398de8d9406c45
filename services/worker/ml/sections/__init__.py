"""From an entity and options to a report's content. Pure: no clock, no database, no model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from services.worker.ml.composed import Composed
from shared.contracts.entities import SHAPES
from shared.document.blocks import Block, Callout, Drawable, Heading

from . import deployment, experiment, model, options, privacy_session, project, synthgen
from .case import Case, Section
from .hiding import Hidden
from .origins import figures
from .parts import heading, listed, say
from .reading import Problem, read

KINDS = {
    "experiment": experiment,
    "model": model,
    "project": project,
    "deployment": deployment,
    "synthgen": synthgen,
    "privacy_session": privacy_session,
}
_PROBLEMS = 20


def compose(kind: str, snapshot: Mapping[str, Any], given: Mapping[str, Any]) -> Composed:
    """Make the facts, blocks, findings and summary of a report. Findings are no part of the blocks.

    Args:
        kind: one of ``KINDS``.
        snapshot: ``entity``, the JSON of its shape, and ``related``, what belongs to it.
        given: the flags, with or without ``include_``, ``comments`` and ``title``.

    Raises:
        KeyError: there is no such kind.
        msgspec.ValidationError: the entity does not even have an id.
    """
    made = KINDS[kind]
    entity, problems = read(SHAPES[kind], snapshot["entity"])
    wanted, related, hidden = options.read(given), dict(snapshot.get("related") or {}), Hidden()
    if kind == "privacy_session":
        entity, wanted = hidden.all(entity), msgspec.structs.replace(wanted, comments=hidden.text(wanted.comments))
    case: Case[Any] = Case(kind, entity, related, wanted, problems, keys=set(snapshot["entity"]))
    blocks = [block for section in made.SECTIONS for block in _section(section, case)]
    blocks += [
        *figures(case.ledger.facts),
        *_left_out(case.problems),
        *hidden.told(),
        *_comments(case.options.comments),
    ]
    if not case.on("charts"):
        blocks = _without_graphics(blocks)
    return Composed(facts=case.ledger.facts, blocks=blocks, findings=made.findings(case), summary=made.summary(case))


def _section(section: Section, case: Case[Any]) -> list[Block]:
    if section.flag and not case.on(section.flag):
        return []
    content = section.build(case)
    return [heading(section.title), *content] if content else []


def _without_graphics(blocks: Sequence[Block]) -> list[Block]:
    """Leave graphics out, and headings that have nothing below them then."""
    kept: list[Block] = []
    for block in reversed([block for block in blocks if not isinstance(block, Drawable)]):
        below = kept[-1] if kept else None
        empty = isinstance(block, Heading) and (
            below is None or (isinstance(below, Heading) and below.level <= block.level)
        )
        if not empty:
            kept.append(block)
    return kept[::-1]


def _left_out(problems: Sequence[Problem]) -> list[Block]:
    """Name what the entity has and the report could not use."""
    if not problems:
        return []
    shown = [f"{each.path}: {each.reason}" for each in problems[:_PROBLEMS]]
    rest = len(problems) - len(shown)
    more = [say(f"{rest:,} more values could not be used either.")] if rest > 0 else []
    said = say("These values of the entity could not be used and count as not provided:")
    return [Callout([said, *listed(shown), *more], tone="warning", title="Values that could not be used")]


def _comments(text: str) -> list[Block]:
    return [heading("Comments"), *(say(part.strip()) for part in text.split("\n\n") if part.strip())] if text else []
