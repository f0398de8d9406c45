"""``report.measure``: document blocks from Pressrun's own rows."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.worker.measuring import parts
from services.worker.measuring.subjects import SUBJECTS, Subject, permitted
from services.worker.measuring.values import instant
from shared.db.insight.view import Asker, View, asker
from shared.db.pool import Database
from shared.document.blocks import Block
from shared.domain.errors import Rejected
from shared.domain.outcome import Done, NodeFunction, Outcome, Work
from shared.domain.span import Asked, read


class Rows(msgspec.Struct, frozen=True):
    """Where figures come from."""

    database: Database
    keys: list[Ed25519PublicKey] = []
    """Whose signatures under the audit log count."""


def measure(rows: Rows) -> NodeFunction:
    """The node function that reads these rows."""

    async def measured(work: Work) -> Outcome:
        """Measure ``config.subject`` over the period of the parameters, for whoever the run belongs to.

        Outputs: ``blocks``, ``kind``, ``notices`` and ``headline``.
        """
        subject = SUBJECTS.get(str(work.config.get("subject")))
        if subject is None:
            raise Rejected(f"config.subject of node '{work.node_id}' must be one of {', '.join(SUBJECTS)}")
        asked = read(_parameters(work), work.started_at)
        async with rows.database.connect() as db:
            who = await asker(db, work.run_id)
            view = permitted(subject, who, asked)
            async with db.transaction(isolation="repeatable_read", readonly=True):
                data = await subject.read(db, view, asked, rows.keys)
        return Done(outputs=await asyncio.to_thread(_outputs, subject, data, asked, who, view))

    return measured


def _parameters(work: Work) -> dict[str, Any]:
    parameters = work.inputs.get("parameters") or {}
    if not isinstance(parameters, dict):
        raise Rejected("parameters must be an object", details={"field": "parameters"})
    return parameters


def _outputs(subject: Subject, data: Any, asked: Asked, who: Asker, view: View) -> dict[str, Any]:
    found = subject.blocks(data, asked) or _nothing(asked)
    whose = "everybody's" if view.owner is None else f"only {who.name}'s"
    return {
        "blocks": msgspec.to_builtins([_scope(subject, asked, whose), *found]),
        "kind": subject.kind,
        "notices": [],
        "headline": subject.headline(data),
    }


def _scope(subject: Subject, asked: Asked, whose: str) -> Block:
    """What is looked at, before anything is said of it."""
    of = "" if not asked.priorities or subject.snapshot else f" Priorities: {', '.join(asked.priorities)}."
    if subject.snapshot:
        return parts.say(f"What is stored as of {instant(asked.now)}, {whose} data. Times are UTC.")
    return parts.say(f"{asked.said}, {whose} data, as recorded at {instant(asked.now)}.{of} Times are UTC.")


def _nothing(asked: Asked) -> list[Block]:
    text = f"Nothing was recorded from {asked.said}. Choose a longer period with parameters.from and parameters.to"
    return [parts.heading("Nothing to report"), parts.warn("An empty period", f"{text}, or another scope.")]
