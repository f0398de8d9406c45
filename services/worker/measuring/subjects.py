"""What can be measured: how each subject's rows are read, and what is made of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shared.db.insight import view as insight
from shared.db.insight.view import Asker, View
from shared.db.pool import Connection
from shared.document.blocks import Block
from shared.domain.span import Asked

from . import activity, knowledge, performance, retention, usage

Keys = list[Ed25519PublicKey]
"""Whose signatures under the audit log count."""


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of report about Pressrun itself."""

    kind: str
    """What it is called on the cover."""
    read: Callable[[Connection, View, Asked, Keys], Awaitable[Any]]
    """Its rows. Called within one snapshot."""
    blocks: Callable[[Any, Asked], list[Block]]
    """What is printed of them; empty when the period is. Pure."""
    headline: Callable[[Any], dict[str, Any]]
    """The figures that stand for the report where it is listed. Pure."""
    administrators: bool = False
    """Nobody else may ask for it."""
    everybody: bool = False
    """It is always about everybody, whatever the scope."""
    snapshot: bool = False
    """It shows what there is now; the period bounds only parts of it."""


SUBJECTS: Mapping[str, Subject] = {
    "performance": Subject(
        kind="Queue and service performance",
        read=lambda db, view, *_: performance.read(db, view),
        blocks=performance.blocks,
        headline=performance.headline,
    ),
    "usage": Subject(
        kind="Usage analytics",
        read=lambda db, view, *_: usage.read(db, view),
        blocks=usage.blocks,
        headline=usage.headline,
    ),
    "retention": Subject(
        kind="Privacy and retention",
        read=lambda db, view, asked, _: retention.read(db, view, asked),
        blocks=retention.blocks,
        headline=retention.headline,
        snapshot=True,
    ),
    "activity": Subject(
        kind="User activity audit",
        read=activity.read,
        blocks=activity.blocks,
        headline=activity.headline,
        administrators=True,
        everybody=True,
    ),
    "knowledge": Subject(
        kind="Knowledge base summary",
        read=lambda db, view, asked, _: knowledge.read(db, view, asked),
        blocks=knowledge.blocks,
        headline=knowledge.headline,
        snapshot=True,
    ),
}


def permitted(subject: Subject, asker: Asker, asked: Asked) -> View:
    """What this asker may be shown of the subject.

    Raises:
        Rejected: with code ``forbidden``.
    """
    if subject.administrators:
        insight.require_administrator(asker, f"“{subject.kind}” is for administrators")
    return insight.for_(
        asker,
        scope="all" if subject.everybody else asked.scope,
        start=asked.start,
        end=asked.end,
        unit=asked.grouping,
        priorities=asked.priorities,
    )
