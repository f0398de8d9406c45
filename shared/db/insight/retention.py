"""What is stored, until when, and what guards it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from shared.db.pool import Connection

from .view import View

S = TypeVar("S", bound=msgspec.Struct)

_MINE = "($1::uuid IS NULL OR principal_id = $1)"


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one kind."""

    kind: str
    count: int
    oldest: datetime | None = None
    until: datetime | None = None
    """When the last of them goes by itself; None: not by time."""
    bytes: int | None = None


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """Reports of one template, and how they are protected."""

    template: str
    demands: bool
    """The template asks for scrambling."""
    reports: int
    scrambled: int
    plain: int
    bytes: int
    next_expiry: datetime | None


class Expiry(msgspec.Struct, frozen=True, kw_only=True):
    """Reports that expire on one day (UTC)."""

    at: datetime
    count: int


class Removal(msgspec.Struct, frozen=True, kw_only=True):
    """Removals that the audit log tells of in the period."""

    action: str
    count: int
    last_at: datetime


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """An API key, without anything that opens."""

    owner: str
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Private values of one kind that were found before a model saw them."""

    kind: str
    values: int
    reports: int


class Risk(msgspec.Struct, frozen=True, kw_only=True):
    """Reports whose private values make them this risky."""

    risk: str
    reports: int
    forgotten: int
    """Of which the values are deleted; only their numbers are kept."""


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """Secrets of one kind that are stored encrypted, and those that are stored only as a hash."""

    kind: str
    sealed: int
    how: str


async def stored(db: Connection, view: View) -> list[Stored]:
    """What is there, by kind; kinds without rows are left out."""
    found = await _all(
        db,
        Stored,
        f"""SELECT 'Reports' AS kind, count(*), min(created_at) AS oldest, max(expires_at) AS until, NULL::bigint AS bytes
              FROM reports WHERE {_MINE}
            UNION ALL SELECT 'Runs', count(*), min(created_at), NULL, NULL FROM runs WHERE {_MINE}
            UNION ALL SELECT 'Files of reports', count(*), min(file.created_at), NULL, sum(size_bytes)::bigint
              FROM artifacts AS file JOIN runs AS run ON run.id = file.run_id WHERE {_MINE}
            UNION ALL SELECT 'Events of runs', count(*), min(event.timestamp), NULL, NULL
              FROM events AS event JOIN runs AS run ON run.id = event.run_id WHERE {_MINE}
            UNION ALL SELECT 'Large outputs of steps', count(*), NULL, NULL, sum(bytes)::bigint
              FROM results AS result JOIN runs AS run ON run.id = result.run_id WHERE {_MINE}
            UNION ALL SELECT 'Answers of models', count(*), min(answer.created_at), NULL, NULL
              FROM answers AS answer JOIN runs AS run ON run.id = answer.root_run_id WHERE {_MINE}
            UNION ALL SELECT 'Knowledge documents', count(*), min(document.created_at), NULL, sum(size_bytes)::bigint
              FROM knowledge_documents AS document JOIN knowledge_bases AS base ON base.id = document.base_id
             WHERE {_MINE}
            UNION ALL SELECT 'Conversations', count(*), min(created_at), NULL, NULL FROM conversations WHERE {_MINE}
            UNION ALL SELECT 'Maps of private values', count(*), min(map.created_at), max(map.expires_at), NULL
              FROM privacy_maps AS map JOIN runs AS run ON run.id = map.root_run_id
             WHERE {_MINE} AND map.sealed IS NOT NULL
            UNION ALL SELECT 'Sessions', count(*), min(created_at), max(expires_at), NULL FROM sessions WHERE {_MINE}
            UNION ALL SELECT 'Shares', count(*), min(share.created_at), max(share.expires_at), NULL
              FROM grants AS share JOIN reports AS report ON report.id = share.report_id
             WHERE ($1::uuid IS NULL OR report.principal_id = $1)
            UNION ALL SELECT 'Answers to repeated requests', count(*), min(created_at), NULL, NULL
              FROM idempotency WHERE $1::uuid IS NULL OR caller = $1::text
            UNION ALL SELECT 'Entries of the audit log', count(*), min(at), NULL, NULL
              FROM audit_entries WHERE $1::uuid IS NULL OR actor = $1::text""",
        view.owner,
    )
    return [each for each in found if each.count]


async def kept(db: Connection, view: View) -> list[Kept]:
    """Reports by template with their protection."""
    return await _all(
        db,
        Kept,
        """SELECT template.name AS template, template.requires_scrambling AS demands, count(*) AS reports,
                  count(*) FILTER (WHERE report.scrambling_enabled) AS scrambled,
                  count(*) FILTER (WHERE NOT report.scrambling_enabled) AS plain,
                  coalesce(sum(file.bytes), 0)::bigint AS bytes, min(report.expires_at) AS next_expiry
             FROM reports AS report JOIN templates AS template ON template.id = report.template_id
             LEFT JOIN LATERAL (SELECT sum(size_bytes) AS bytes FROM artifacts
                                 WHERE run_id IN (SELECT id FROM runs WHERE report_id = report.id)) AS file ON true
            WHERE $1::uuid IS NULL OR report.principal_id = $1
            GROUP BY template.id ORDER BY 3 DESC, 1""",
        view.owner,
    )


async def expiries(db: Connection, view: View, now: datetime, days: int) -> list[Expiry]:
    """Reports by the day on which they expire, for so many days from now."""
    return await _all(
        db,
        Expiry,
        f"""SELECT date_trunc('day', expires_at, 'UTC') AS at, count(*) FROM reports
             WHERE {_MINE} AND expires_at >= $2 AND expires_at < $3 GROUP BY 1 ORDER BY 1""",
        view.owner,
        now,
        now + timedelta(days=days),
    )


async def overdue(db: Connection, view: View, now: datetime) -> int:
    """Reports that are there although they have expired."""
    return await db.fetchval(f"SELECT count(*) FROM reports WHERE {_MINE} AND expires_at < $2", view.owner, now)


async def removals(db: Connection, view: View) -> list[Removal]:
    """What was removed in the period, as far as it was the asker's or the system's doing."""
    return await _all(
        db,
        Removal,
        """SELECT action, count(*), max(at) AS last_at FROM audit_entries
            WHERE at >= $2 AND at < $3 AND ($1::uuid IS NULL OR actor = $1::text)
              AND split_part(action, '.', 2) IN ('delete', 'deleted', 'expire', 'expired', 'purge', 'remove', 'removed')
            GROUP BY 1 ORDER BY 2 DESC, 1""",
        *view.period,
    )


async def keys(db: Connection, view: View) -> list[Key]:
    """Every API key, oldest first."""
    return await _all(
        db,
        Key,
        """SELECT principal.name AS owner, key.name, key.prefix, key.scopes, key.created_at, key.expires_at,
                  key.revoked_at, key.last_used_at
             FROM api_keys AS key JOIN principals AS principal ON principal.id = key.principal_id
            WHERE $1::uuid IS NULL OR key.principal_id = $1 ORDER BY key.created_at, key.id""",
        view.owner,
    )


async def found(db: Connection, view: View) -> list[Found]:
    """Private values by kind, most frequent first. Only their numbers were ever stored in the open."""
    return await _all(
        db,
        Found,
        f"""SELECT kind.key AS kind, sum(kind.value::int)::bigint AS values, count(*) AS reports
              FROM privacy_maps AS map JOIN runs AS run ON run.id = map.root_run_id
             CROSS JOIN LATERAL jsonb_each_text(map.counts) AS kind
             WHERE {_MINE} AND kind.value::int > 0 GROUP BY 1 ORDER BY 2 DESC, 1""",
        view.owner,
    )


async def risks(db: Connection, view: View) -> list[Risk]:
    """Reports by their risk, the highest first."""
    return await _all(
        db,
        Risk,
        f"""SELECT map.risk, count(*) AS reports, count(*) FILTER (WHERE map.sealed IS NULL) AS forgotten
              FROM privacy_maps AS map JOIN runs AS run ON run.id = map.root_run_id WHERE {_MINE}
             GROUP BY 1 ORDER BY array_position(ARRAY['high', 'medium', 'low'], map.risk)""",
        view.owner,
    )


async def sealed(db: Connection, view: View) -> list[Sealed]:
    """How secrets are kept, by kind."""
    found = await _all(
        db,
        Sealed,
        f"""SELECT 'Secrets of webhooks' AS kind, count(*) AS sealed, 'encrypted' AS how
              FROM webhooks WHERE {_MINE} AND secret IS NOT NULL
            UNION ALL SELECT 'Maps of private values', count(*), 'encrypted'
              FROM privacy_maps AS map JOIN runs AS run ON run.id = map.root_run_id
             WHERE {_MINE} AND map.sealed IS NOT NULL
            UNION ALL SELECT 'Secrets of second factors', count(*), 'encrypted' FROM second_factors WHERE {_MINE}
            UNION ALL SELECT 'API keys', count(*), 'only their SHA-256' FROM api_keys WHERE {_MINE}
            UNION ALL SELECT 'Sessions', count(*), 'only their SHA-256' FROM sessions WHERE {_MINE}
            UNION ALL SELECT 'Passwords', count(*), 'only their Argon2id hash'
              FROM users WHERE {_MINE} AND password_hash IS NOT NULL""",
        view.owner,
    )
    return [each for each in found if each.sealed]


async def _all(db: Connection, kind: type[S], query: str, *arguments: Any) -> list[S]:
    return [msgspec.convert(dict(row), kind) for row in await db.fetch(query, *arguments)]
