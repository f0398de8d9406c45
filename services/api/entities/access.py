"""Whose entities these routes show: the caller's own. Another owner's is not there."""

from __future__ import annotations

from typing import Any, get_args
from uuid import UUID

from litestar import Request

from services.api.auth.caller import Caller
from services.api.problems import FIELDS
from shared.contracts.entities import Kind
from shared.db import audit, entities
from shared.db.entities import Entity
from shared.db.pool import Connection
from shared.domain.errors import NotFound, Unprocessable
from shared.observability.tracing import Trace

READ = ("read", "admin")
WRITE = ("write", "admin")
KINDS: tuple[str, ...] = get_args(Kind)


def called(kind: str) -> str:
    """What people call this kind."""
    return {"synthgen": "SynthGen job", "privacy_session": "Privacy session"}.get(kind, kind.capitalize())


def check_kind(kind: str, at: tuple[str, ...] = ("path", "kind")) -> str:
    """Raises ``Unprocessable`` for a kind that there is not."""
    if kind not in KINDS:
        raise unfit(at, f"kind: must be one of {', '.join(KINDS)}", "literal_error")
    return kind


def read_id(text: str, at: tuple[str, ...]) -> UUID:
    """Raises ``Unprocessable`` for what is no UUID."""
    try:
        return UUID(text)
    except ValueError:
        raise unfit(at, f"{at[-1]}: must be a UUID", "uuid_parsing") from None


def unfit(at: tuple[str, ...], message: str, kind: str = "value_error") -> Unprocessable:
    """A refusal of one field of a request."""
    return Unprocessable(message, details={FIELDS: [{"loc": list(at), "msg": message, "type": kind}]})


async def find(db: Connection, caller: Caller, kind: str, entity_id: str | UUID, *, lock: bool = False) -> Entity:
    """The caller's entity.

    Raises:
        NotFound: there is none, it is another's, or this is no id.
    """
    try:
        ident = entity_id if isinstance(entity_id, UUID) else UUID(entity_id)
    except ValueError:
        raise NotFound(f"{called(kind)} not found") from None
    found = await entities.get(db, caller.id, kind, ident, lock=lock)
    if found is None:
        raise NotFound(f"{called(kind)} not found")
    return found


async def note(db: Connection, request: Request[Caller, Any, Any], action: str, kind: str, entity_id: UUID, **details: Any) -> None:  # fmt: skip
    """Say in the audit log who did what to an entity, in the transaction that does it."""
    trace: Trace = request.scope["state"]["trace"]
    await audit.append(
        db,
        actor=str(request.user.id),
        action=action,
        object_kind="entity",
        object_id=f"{kind}/{entity_id}",
        trace_id=trace.trace_id,
        details=details,
    )
