"""Whose rows a query may count, and of which period."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from shared.contracts.states import Priority
from shared.db.pool import Connection
from shared.domain.errors import Rejected

ADMINISTRATORS = ("admin", "super_admin")


class Asker(msgspec.Struct, frozen=True, kw_only=True):
    """The principal whose run asks."""

    id: UUID
    name: str
    role: str

    @property
    def administers(self) -> bool:
        return self.role in ADMINISTRATORS


class View(msgspec.Struct, frozen=True, kw_only=True):
    """What is looked at. ``owner`` is None for everybody's rows."""

    owner: UUID | None
    start: datetime
    end: datetime
    """Not part of the period."""
    unit: str = "day"
    """``hour``, ``day`` or ``week``: what the period is divided into."""
    priorities: list[str] = msgspec.field(default_factory=lambda: [str(each) for each in Priority])

    @property
    def period(self) -> tuple[Any, ...]:
        """$1 owner, $2 start, $3 end."""
        return (self.owner, self.start, self.end)

    @property
    def runs(self) -> tuple[Any, ...]:
        """$1 owner, $2 start, $3 end, $4 priorities: the arguments of ``RUNS``."""
        return (*self.period, self.priorities)


RUNS = """run.report_id IS NOT NULL AND ($1::uuid IS NULL OR run.principal_id = $1)
    AND run.created_at >= $2 AND run.created_at < $3 AND run.priority = ANY($4)"""
"""A condition on ``runs AS run``: runs of reports that were asked for in the period."""


async def asker(db: Connection, run_id: str) -> Asker:
    """Who asked for a run.

    Raises:
        Rejected: there is no such run.
    """
    row = await db.fetchrow(
        "SELECT p.id, p.name, p.role FROM runs JOIN principals AS p ON p.id = runs.principal_id WHERE runs.id = $1",
        run_id,
    )
    if row is None:
        raise Rejected(f"there is no run '{run_id}' to measure for", code="run_not_found")
    return msgspec.convert(dict(row), Asker)


def for_(
    asker: Asker, *, scope: str, start: datetime, end: datetime, unit: str, priorities: Collection[str] = ()
) -> View:
    """The view that the asker may have.

    Args:
        scope: ``own``, or ``all`` for everybody's rows.
        priorities: only runs of these; empty for all.

    Raises:
        Rejected: everybody's rows were asked for by somebody who is no administrator.
    """
    if scope == "all":
        require_administrator(asker, "parameters.scope: everybody's figures are for administrators; use 'own'")
    return View(
        owner=None if scope == "all" else asker.id,
        start=start,
        end=end,
        unit=unit,
        priorities=[str(each) for each in priorities or Priority],
    )


def require_administrator(asker: Asker, message: str) -> None:
    """Raises ``Rejected`` with code ``forbidden`` for everybody else."""
    if not asker.administers:
        raise Rejected(message, code="forbidden", details={"field": "scope", "role": asker.role})
