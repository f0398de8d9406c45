"""From a request's cookies to the person behind them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from shared.contracts.records import Principal, Session
from shared.contracts.scopes import of_role
from shared.db import sessions, users
from shared.db.pool import Database
from shared.domain.errors import Unauthenticated

from .door import Door
from .kratos import KratosSession

SEEN_EVERY = timedelta(minutes=1)


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A person with a session that works."""

    principal: Principal
    session: Session
    aal: str
    enrolled: bool
    must_change_password: bool = False
    federated: bool = False
    """The session is another login server's."""


async def recognise(door: Door, database: Database, tokens: list[str], kratos_cookie: str) -> Known | None:
    """Who shows these tokens; None for a stranger.

    Raises:
        Unauthenticated: the session has ended (code ``session_expired``).
        Unavailable: another login server would have to be asked, and does not answer.
    """
    expired = False
    for token in tokens:
        async with database.connect() as db:
            holder = await sessions.by_token(db, token, idle=door.idle)
            if holder is None:
                continue
            if holder.valid:
                if datetime.now(UTC) - holder.session.seen_at > SEEN_EVERY:
                    await sessions.seen(db, holder.session.id)
                return _own(door, holder)
            expired = True
    if door.kratos is not None and kratos_cookie:
        found = await door.kratos.whoami(kratos_cookie)
        if found is not None and found.expires_at > datetime.now(UTC):
            return await _federated(database, found)
    if expired:
        raise Unauthenticated("Authentication required", code="session_expired")
    return None


def _own(door: Door, holder: sessions.Holder) -> Known:
    confirmed = holder.enrolled and door.confirmed(holder.session.stepped_up_at)
    return Known(
        principal=holder.principal,
        session=holder.session,
        aal="aal2" if confirmed else "aal1",
        enrolled=holder.enrolled,
        must_change_password=holder.must_change_password,
    )


async def _federated(database: Database, found: KratosSession) -> Known | None:
    async with database.connect() as db:
        user = await users.by_identity(db, found.identity.id, found.identity.name)
    if not user.active:
        return None
    strong = found.authenticator_assurance_level in {"aal2", "aal3"}
    return Known(
        principal=Principal(id=user.id, name=user.name, role=user.role, scopes=list(of_role(user.role))),
        session=_as_ours(found, user.id, strong=strong),
        aal="aal2" if strong else "aal1",
        enrolled=strong,
        federated=True,
    )


def _as_ours(found: KratosSession, principal_id: UUID, *, strong: bool) -> Session:
    return Session(
        id=found.id,
        principal_id=principal_id,
        stepped_up_at=found.authenticated_at if strong else None,
        created_at=found.authenticated_at,
        seen_at=datetime.now(UTC),
        expires_at=found.expires_at,
    )
