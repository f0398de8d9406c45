"""Whose knowledge bases these routes show. Unknown ones are 404, forbidden ones 403."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request

from services.api.auth.caller import Caller
from shared.contracts.knowledge import Base, BaseView
from shared.db import audit, knowledge
from shared.db.pool import Connection
from shared.domain.errors import Forbidden, NotFound
from shared.domain.knowledge import ADMINS, may_change, may_read, may_write
from shared.observability.tracing import Trace

READ = ("read", "admin")
WRITE = ("write", "admin")

_ALLOWED = {"read": may_read, "write": may_write, "change": may_change}
_DENIED = {
    "read": "This honey jar may not be read by you; ask its owner to name you in permissions.read",
    "write": "Documents of this honey jar may not be changed by you; ask its owner to name you in permissions.write",
    "change": "Only its owner or an administrator may change this honey jar",
}


async def find(
    db: Connection, caller: Caller, base_id: str, act: str, *, lock: bool = False, field: str | None = None
) -> Base:
    """The base, if the caller may ``read``, ``write`` or ``change`` it.

    Args:
        field: of a request, that names the base.

    Raises:
        NotFound: there is none.
        Forbidden: it is not for the caller.
    """
    ident = _id(base_id, field)
    return permitted(await knowledge.find(db, ident, lock=lock), caller, act, field=field)


async def view(db: Connection, caller: Caller, base_id: str) -> BaseView:
    """The base with its figures. Raises ``NotFound`` and ``Forbidden`` like ``find``."""
    found = await knowledge.view(db, _id(base_id))
    permitted(found.base if found else None, caller, "read")
    assert found is not None  # noqa: S101 - permitted refuses it
    return found


def permitted(base: Base | None, caller: Caller, act: str, *, field: str | None = None) -> Base:
    """The same base, or a refusal.

    Raises:
        NotFound, Forbidden.
    """
    details = {"field": field} if field else None
    if base is None:
        raise NotFound("Honey jar not found", details=details)
    if not _ALLOWED[act](base, caller.id, caller.principal.role):
        raise Forbidden(_DENIED[act], details=details)
    return base


def is_admin(caller: Caller) -> bool:
    return caller.principal.role in ADMINS


async def note(db: Connection, request: Request[Caller, Any, Any], action: str, base_id: UUID, **details: Any) -> None:
    """Say in the audit log who did what to a knowledge base, in the transaction that does it."""
    await audit.append(
        db,
        actor=str(request.user.id),
        action=action,
        object_kind="knowledge_base",
        object_id=str(base_id),
        trace_id=trace_id(request),
        details=details,
    )


def trace_id(request: Request[Any, Any, Any]) -> str:
    trace: Trace = request.scope["state"]["trace"]
    return trace.trace_id


def _id(text: str, field: str | None = None) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("Honey jar not found", details={"field": field} if field else None) from None
