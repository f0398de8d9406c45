"""What people do, said in the audit log in the transaction that does it. Never a secret."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Request

from shared.db import audit
from shared.db.pool import Connection
from shared.observability.tracing import Trace

STRANGER = "anonymous"
"""The actor of a login that failed."""


async def note(
    db: Connection,
    request: Request[Any, Any, Any],
    action: str,
    user_id: UUID | str,
    *,
    actor: UUID | str | None = None,
    kind: str = "user",
    **details: Any,
) -> None:
    """Say who did what to whom.

    Args:
        actor: absent: the caller.
    """
    trace: Trace = request.scope["state"]["trace"]
    await audit.append(
        db,
        actor=str(request.user.id if actor is None else actor),
        action=action,
        object_kind=kind,
        object_id=str(user_id),
        trace_id=trace.trace_id,
        details={"address": address(request), **details},
    )


def address(request: Request[Any, Any, Any]) -> str:
    """Where the request came from, as the server says (which knows the proxies it trusts)."""
    return request.client.host[:64] if request.client else ""
