"""The audit log as figures. Only for administrators: entries have no owner but their actor."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

import msgspec

from shared.db.pool import Connection

from .view import View

S = TypeVar("S", bound=msgspec.Struct)

_FROM = """FROM audit_entries AS entry LEFT JOIN principals AS principal ON principal.id::text = entry.actor
   WHERE entry.at >= $1 AND entry.at < $2
     AND ($3::text[] = '{}' OR entry.actor = ANY($3) OR principal.name = ANY($3))
     AND ($4::text[] = '{}' OR entry.action LIKE ANY($4))"""


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries are looked at."""

    actors: list[str] = []
    """Ids or names; empty: everybody's."""
    actions: list[str] = []
    """``report.create``, or ``report.*``; empty: all."""

    def arguments(self, view: View) -> tuple[Any, ...]:
        return (view.start, view.end, self.actors, [_pattern(each) for each in self.actions])


class Acts(msgspec.Struct, frozen=True, kw_only=True):
    """Entries of one actor, or of one action."""

    name: str
    role: str = ""
    entries: int
    others: int
    """How many actions an actor used, or how many actors an action."""
    last_at: datetime


class Day(msgspec.Struct, frozen=True, kw_only=True):
    at: datetime
    kind: str
    """Of the object: report, key, user, ..."""
    entries: int


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    at: datetime
    actor: str
    action: str
    object_kind: str
    object_id: str
    details: str


async def actors(db: Connection, view: View, filter_: Filter) -> list[Acts]:
    """Entries by who acted, most active first."""
    return await _all(
        db,
        Acts,
        f"""SELECT coalesce(principal.name, entry.actor) AS name, coalesce(principal.role, '') AS role,
                   count(*) AS entries, count(DISTINCT entry.action) AS others, max(entry.at) AS last_at
            {_FROM} GROUP BY entry.actor, principal.name, principal.role ORDER BY 3 DESC, 1""",
        *filter_.arguments(view),
    )


async def actions(db: Connection, view: View, filter_: Filter) -> list[Acts]:
    """Entries by what was done, most frequent first."""
    return await _all(
        db,
        Acts,
        f"""SELECT entry.action AS name, count(*) AS entries, count(DISTINCT entry.actor) AS others,
                   max(entry.at) AS last_at
            {_FROM} GROUP BY 1 ORDER BY 2 DESC, 1""",
        *filter_.arguments(view),
    )


async def days(db: Connection, view: View, filter_: Filter) -> list[Day]:
    """Entries by part of the period and kind of object."""
    return await _all(
        db,
        Day,
        f"""SELECT date_trunc($5, entry.at, 'UTC') AS at, entry.object_kind AS kind, count(*) AS entries
            {_FROM} GROUP BY 1, 2 ORDER BY 1, 2""",
        *filter_.arguments(view),
        view.unit,
    )


async def latest(db: Connection, view: View, filter_: Filter, *, like: str = "", limit: int) -> list[Entry]:
    """The latest entries whose action this regular expression finds."""
    return await _all(
        db,
        Entry,
        f"""SELECT entry.at, coalesce(principal.name, entry.actor) AS actor, entry.action, entry.object_kind,
                   entry.object_id, entry.details
            {_FROM} AND entry.action ~ $5 ORDER BY entry.at DESC, entry.id DESC LIMIT $6""",
        *filter_.arguments(view),
        like,
        limit,
    )


async def total(db: Connection, view: View, filter_: Filter, *, like: str) -> int:
    """How many entries have an action that this regular expression finds."""
    return await db.fetchval(f"SELECT count(*) {_FROM} AND entry.action ~ $5", *filter_.arguments(view), like)


async def span(db: Connection, view: View) -> tuple[int, int, int]:
    """The first and the last place in the chain of the period's entries (0 without), and how many are not chained."""
    row = await db.fetchrow(
        """SELECT coalesce(min(sequence), 0) AS first, coalesce(max(sequence), 0) AS last,
                  count(*) FILTER (WHERE sequence IS NULL) AS loose
             FROM audit_entries WHERE at >= $1 AND at < $2""",
        view.start,
        view.end,
    )
    return (row["first"], row["last"], row["loose"]) if row else (0, 0, 0)


def _pattern(action: str) -> str:
    escaped = action.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%")


async def _all(db: Connection, kind: type[S], query: str, *arguments: Any) -> list[S]:
    return [msgspec.convert(dict(row), kind) for row in await db.fetch(query, *arguments)]
