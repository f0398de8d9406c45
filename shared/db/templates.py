"""Every query that reads or writes a template.

Of a built-in template the folder in the tree is the truth and its row follows, but for what an administrator
said of it (``overrides``). An administrator's own template is its row.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from shared.contracts.records import Template
from shared.domain.errors import Conflict, NotFound

from .pool import Connection

_FIELDS = Template.__struct_fields__
_WRITTEN = tuple(field for field in _FIELDS if field not in {"created_at", "updated_at"})
_SELECT = f"SELECT {', '.join(_FIELDS)} FROM templates"


async def store(db: Connection, template: Template) -> None:
    """Insert a built-in template, or bring its row up to date."""
    changes = ", ".join(f"{field} = {_NEW.get(field, f'excluded.{field}')}" for field in _WRITTEN if field != "id")
    await db.execute(f"{_INSERT} ON CONFLICT (id) DO UPDATE SET {changes}, updated_at = now()", *_values(template))


async def retire(db: Connection, kept: Collection[UUID]) -> None:
    """Switch off the built-in templates that are not in the tree any more; their reports keep them."""
    await db.execute(
        "UPDATE templates SET is_active = false WHERE is_active AND base IS NULL AND id <> ALL($1)", list(kept)
    )


async def create(db: Connection, template: Template) -> Template:
    """Store an administrator's template; as it lies in the database.

    Raises:
        Conflict: another active one has its name (code ``template_exists``).
    """
    return await _written(db, f"{_INSERT} RETURNING {', '.join(_FIELDS)}", *_values(template))


async def change(db: Connection, template: Template) -> Template:
    """Bring the row of an administrator's template up to date. Raises ``Conflict`` as ``create`` does."""
    sets = ", ".join(f"{field} = ${number}" for number, field in enumerate(_WRITTEN, 1) if field != "id")
    query = f"UPDATE templates SET {sets}, updated_at = now() WHERE id = $1 RETURNING {', '.join(_FIELDS)}"
    return await _written(db, query, *_values(template))


async def override(db: Connection, template_id: UUID, said: dict[str, Any]) -> Template:
    """Say ``is_active`` or ``required_role`` of a built-in template, for good: its next deploy changes nothing."""
    return await _written(
        db,
        f"""UPDATE templates SET overrides = overrides || $2, updated_at = now(),
                   is_active = coalesce(($2 ->> 'is_active')::boolean, is_active),
                   required_role = coalesce($2 ->> 'required_role', required_role)
             WHERE id = $1 RETURNING {", ".join(_FIELDS)}""",
        template_id,
        said,
    )


async def with_base(db: Connection, template_id: UUID) -> list[Template]:
    """A template and, of an administrator's, the built-in one that it is made by; empty when it is not there."""
    rows = await db.fetch(
        f"""{_SELECT} WHERE id = $1
               OR (base IS NULL AND key = (SELECT made.base FROM templates AS made WHERE made.id = $1))""",
        template_id,
    )
    return [msgspec.convert(dict(row), Template) for row in rows]


async def lock(db: Connection, template_id: UUID) -> Template | None:
    """A template, held until the transaction ends: no report is asked for by it meanwhile."""
    row = await db.fetchrow(f"{_SELECT} WHERE id = $1 FOR UPDATE", template_id)
    return msgspec.convert(dict(row), Template) if row else None


async def every(db: Connection) -> list[Template]:
    """All there are, by name; also those that are switched off."""
    rows = await db.fetch(f"{_SELECT} ORDER BY lower(name), id")
    return [msgspec.convert(dict(row), Template) for row in rows]


async def in_use(db: Connection, template_id: UUID) -> int:
    """How many reports by this template wait or are being made."""
    return int(
        await db.fetchval(
            """SELECT count(*) FROM runs JOIN reports ON reports.id = runs.report_id
                WHERE reports.template_id = $1 AND runs.status NOT IN ('completed', 'failed', 'cancelled')""",
            template_id,
        )
    )


_INSERT = (
    f"INSERT INTO templates ({', '.join(_WRITTEN)}) "
    f"VALUES ({', '.join(f'${number}' for number in range(1, len(_WRITTEN) + 1))})"
)
_NEW = {
    "is_active": "coalesce((templates.overrides ->> 'is_active')::boolean, excluded.is_active)",
    "required_role": "coalesce(templates.overrides ->> 'required_role', excluded.required_role)",
}
"""What a deploy does to a column, where it is not simply to replace it."""


def _values(template: Template) -> list[Any]:
    return [getattr(template, field) for field in _WRITTEN]


async def _written(db: Connection, query: str, *values: Any) -> Template:
    try:
        row = await db.fetchrow(query, *values)
    except asyncpg.UniqueViolationError:
        raise Conflict("Template with this name already exists", code="template_exists") from None
    if row is None:
        raise NotFound("Template not found")
    return msgspec.convert(dict(row), Template)
