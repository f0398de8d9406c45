"""What somebody asks for who shares a report: read, checked, and named where it is wrong. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeAlias, TypeVar
from uuid import UUID

import msgspec
from email_validator import EmailNotValidError, validate_email

from services.api.body import wrong
from shared.db.grants import Grant

Method: TypeAlias = Literal["link", "email", "download_token"]
Permission: TypeAlias = Literal["view", "download"]

MOST_RECIPIENTS = 20
LONGEST_MESSAGE = 2000
SHORTEST_S = 60
LONGEST_S = 365 * 86_400
LASTS_S: Mapping[Method, int] = {"link": 7 * 86_400, "email": 7 * 86_400, "download_token": 3600}
"""Unless it is said, and never longer than the report itself."""


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """Let others see a report. Fields that are not named here are ignored."""

    method: Method = "link"
    recipients: list[str] | None = None
    """E-mail addresses, for the method ``email``."""
    message: str | None = None
    """A word to the recipients."""
    expires_in: int | None = None
    """Seconds; absent: a week, and an hour for a download token."""
    permissions: list[Permission] | None = None
    """Absent: everything that the method can give."""


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """Let another principal see a report: named by one of the first two. Fields not named here are ignored."""

    user_email: str | None = None
    principal_id: UUID | None = None
    permissions: list[Permission] | None = None
    """Absent: to look at it and to download it."""
    expires_in: int | None = None
    """Seconds; absent: a week."""
    expires_at: datetime | None = None
    """Instead of ``expires_in``."""


class GrantBody(msgspec.Struct, frozen=True, kw_only=True):
    """A grant as the report's owner sees it. Nobody can see its token again."""

    id: UUID
    method: str
    """link, email, download_token or principal"""
    permissions: list[str]
    state: str
    """valid, expired, used (up) or revoked"""
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    used: int
    uses_left: int | None
    recipient: str | None
    principal_id: UUID | None
    principal_name: str | None
    mail_status: str | None
    """queued, sending, sent or failed"""


S = TypeVar("S", Share, Access)

_MUST = {
    "method": "must be one of link, email, download_token",
    "recipients": "must be a list of e-mail addresses",
    "message": "must be text",
    "expires_in": "must be a whole number of seconds",
    "expires_at": "must be a time such as 2030-01-31T12:00:00Z",
    "permissions": "must be a list of view and download",
    "user_email": "must be an e-mail address, as text",
    "principal_id": "must be the id of a principal, as text",
}
_MAILS = {"queued": "queued", "running": "sending", "done": "sent", "failed": "failed"}


def read(body: Mapping[str, Any], kind: type[S]) -> S:
    """A request's fields, each of its type. Raises ``Rejected``, with the field."""
    try:
        return msgspec.convert(body, kind)
    except msgspec.ValidationError as error:
        found = re.search(r"`\$\.(\w+)", str(error))
        field = found.group(1) if found else "body"
        raise wrong(field, _MUST.get(field, str(error))) from None


def permissions(asked: Share | Access) -> list[str]:
    """What is given. Raises ``Rejected`` for nothing, and for what the method cannot give."""
    if asked.permissions == []:
        raise wrong("permissions", "must name at least one of view and download")
    chosen: list[str] = sorted(set(asked.permissions or ("view", "download")))
    if isinstance(asked, Access) or asked.method != "download_token":
        return chosen
    if asked.permissions is not None and chosen != ["download"]:
        raise wrong("permissions", "a download token can only give download")
    return ["download"]


def expiry(asked: Share | Access, report_expires_at: datetime, now: datetime) -> datetime:
    """When the grant ends: as asked, but not after the report. Raises ``Rejected``, with the field."""
    seconds = asked.expires_in
    if isinstance(asked, Access) and asked.expires_at is not None:
        if seconds is not None:
            raise wrong("expires_at", "must not be given beside expires_in")
        if asked.expires_at.tzinfo is None:
            raise wrong("expires_at", "must say its offset from UTC, such as Z")
        if not now < asked.expires_at.astimezone(UTC) <= now + timedelta(seconds=LONGEST_S):
            raise wrong("expires_at", "must lie in the future, by a year at most")
        return min(asked.expires_at.astimezone(UTC), report_expires_at)
    if seconds is None:
        seconds = LASTS_S[asked.method if isinstance(asked, Share) else "link"]
    if not SHORTEST_S <= seconds <= LONGEST_S:
        raise wrong("expires_in", f"must be {SHORTEST_S} to {LONGEST_S} seconds")
    return min(now + timedelta(seconds=seconds), report_expires_at)


def recipients(asked: Sequence[str] | None) -> list[str]:
    """Addresses that mail can be sent to, each once. Raises ``Rejected``, with the address that is none."""
    if not asked:
        raise wrong("recipients", "must name at least one e-mail address")
    if len(asked) > MOST_RECIPIENTS:
        raise wrong("recipients", f"must name at most {MOST_RECIPIENTS} addresses; send it to a list instead")
    found = [_address(text, f"recipients[{place}]") for place, text in enumerate(asked)]
    return list({address.casefold(): address for address in found}.values())


def message(asked: Share) -> str:
    text = (asked.message or "").strip()
    if len(text) > LONGEST_MESSAGE:
        raise wrong("message", f"must have at most {LONGEST_MESSAGE} characters")
    return text


def grant_body(grant: Grant) -> GrantBody:
    same = ("id", "permissions", "state", "created_at", "expires_at", "revoked_at", "last_used_at", "used",
            "uses_left", "recipient", "principal_id")  # fmt: skip
    return GrantBody(
        **{name: getattr(grant, name) for name in same},
        method=grant.kind,
        principal_name=grant.grantee,
        mail_status=_MAILS.get(grant.mail or ""),
    )


def _address(text: str, field: str) -> str:
    try:
        checked = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise wrong(field, f"is no e-mail address: {error}") from None
    return checked.ascii_email or checked.normalized
