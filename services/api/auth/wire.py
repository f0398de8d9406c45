"""What people's routes are asked and what they answer."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec
from litestar import Request

from services.api.body import json_object, wrong
from shared.contracts.records import Session
from shared.db.principals import IssuedKey
from shared.db.users import User

B = TypeVar("B", bound=msgspec.Struct)

Email = Annotated[str, msgspec.Meta(min_length=1, max_length=254)]
Secret = Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Login(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    email: Email
    password: Secret
    totp: Code | None = None
    """The code of the authenticator, if there is one; without it the session has to step up later."""
    recovery_code: Code | None = None
    """Instead of ``totp``. It works once."""


class NewPassword(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    current: Secret
    new: Secret


class Proof(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the two."""

    totp: Code | None = None
    recovery_code: Code | None = None


class Enrol(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    password: Secret


class Confirm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    totp: Code


class NewKey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: Name
    scopes: Annotated[list[Annotated[str, msgspec.Meta(max_length=64)]], msgspec.Meta(max_length=50)] | None = None
    """Some of the caller's; absent: all of them but ``admin``."""
    expires_at: Moment | None = None
    test: bool = False
    """May use mock models; only where PRESSRUN_CONFORMANCE is on."""


class NewUser(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    email: Email
    role: Annotated[str, msgspec.Meta(max_length=20)] = "user"
    name: Name | None = None


class ChangeUser(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    role: Annotated[str, msgspec.Meta(max_length=20)] | None = None
    active: bool | None = None


class Ok(msgspec.Struct, frozen=True, kw_only=True):
    ok: bool = True


class Who(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    role: str
    email: str | None = None


class FactorState(msgspec.Struct, frozen=True, kw_only=True):
    """``demanded`` says whether the next step of this session is to show it (or to set it up)."""

    enrolled: bool
    demanded: bool


class WhoAmI(msgspec.Struct, frozen=True, kw_only=True):
    """Who is calling. ``session`` and ``aal`` are null for a key."""

    principal: Who
    scopes: list[str]
    session: ShownSession | None
    aal: str | None
    second_factor: FactorState
    must_change_password: bool
    federated: bool


class ShownSession(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    address: str
    agent: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    current: bool

    @classmethod
    def of(cls, session: Session, current: UUID | None) -> ShownSession:
        return cls(
            id=session.id,
            address=session.address,
            agent=session.agent,
            created_at=session.created_at,
            seen_at=session.seen_at,
            expires_at=session.expires_at,
            current=session.id == current,
        )


class Sessions(msgspec.Struct, frozen=True, kw_only=True):
    sessions: list[ShownSession]


class Factor(msgspec.Struct, frozen=True, kw_only=True):
    enrolled: bool
    confirmed_at: datetime | None
    recovery_codes_left: int


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """Shown once. ``qr`` is an SVG of ``uri``."""

    secret: str
    uri: str
    qr: str


class RecoveryCodes(msgspec.Struct, frozen=True, kw_only=True):
    """Shown once; each works once."""

    recovery_codes: list[str]


class MadeKey(msgspec.Struct, frozen=True, kw_only=True):
    """``api_key`` is shown once, and stored nowhere."""

    api_key: str
    key: IssuedKey


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    keys: list[IssuedKey]


class Revoked(msgspec.Struct, frozen=True, kw_only=True):
    revoked: int


class Users(msgspec.Struct, frozen=True, kw_only=True):
    users: list[User]
    total: int
    limit: int
    offset: int


class MadeUser(msgspec.Struct, frozen=True, kw_only=True):
    """``one_time_password`` is shown once; the user has to change it at the first login."""

    user: User
    one_time_password: str


async def read(request: Request[Any, Any, Any], kind: type[B]) -> B:
    """The request's body, checked. No submitted value is repeated in a refusal.

    Raises:
        Rejected: it is no JSON object, or a field is wrong (which is named).
    """
    given = {name: value for name, value in (await json_object(request)).items() if value is not None}
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        raise _refusal(str(error)) from None


def _refusal(said: str) -> Exception:
    what, _, where = said.partition(" - at `$.")
    if where:
        return wrong(where.rstrip("`"), what[0].lower() + what[1:])
    named = re.search(r"field `([^`]{1,64})`", said)
    if "missing" in said and named:
        return wrong(named[1], "is required")
    return wrong(named[1] if named else "body", "is not known here; leave it out" if named else said)
