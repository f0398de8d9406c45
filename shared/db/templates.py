"""Every query that reads or writes a template. The folders in the tree are the truth; these rows follow them."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import msgspec

from shared.contracts.records import Template

from .pool import Connection

_FIELDS = Template.__struct_fields__


async def store(db: Connection, template: Template) -> None:
    """Insert a template, or bring its row up to date."""
    values = msgspec.structs.astuple(template)
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    changes = ", ".join(f"{field} = excluded.{field}" for field in _FIELDS if field != "id")
    await db.execute(
        f"""INSERT INTO templates ({", ".join(_FIELDS)}) VALUES ({places})
            ON CONFLICT (id) DO UPDATE SET {changes}, updated_at = now()""",
        *values,
    )


async def retire(db: Connection, kept: Collection[UUID]) -> None:
    """Switch off the templates that are not in the tree any more; their reports keep them."""
    await db.execute("UPDATE templates SET is_active = false WHERE is_active AND id <> ALL($1)", list(kept))
