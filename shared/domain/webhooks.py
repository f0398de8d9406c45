"""What a subscription may say, which events it hears of, and what is sent. Pure, but for a new secret's bytes."""

from __future__ import annotations

import hashlib
import hmac
import random
import re
import secrets
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from shared.contracts.records import Event

from . import addresses
from .errors import Rejected
from .redaction import NOTHING, Hidden, redact
from .sealing import Sealer
from .tokens import Link

AGENT = "openwop-webhook-dispatcher/1.0"
ANY = "*"
"""In a subscription's events: every type."""
CALLBACK_EVENTS = ["interrupt.requested", "run.completed", "run.failed", "run.cancelled"]
"""What a run's ``callbackUrl`` hears of: that somebody is asked, and how it ended."""
MOST_ATTEMPTS = 5

_OWN = "vendor."
_TYPE = re.compile(r"[a-z][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)+", re.ASCII)
_SECRET = re.compile(r"[!-~]{16,256}", re.ASCII)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription that somebody asked for, checked."""

    url: str
    events: list[str]
    tags: list[str]
    secret: str


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """One event on its way to one subscriber: what a claim of a delivery hands out."""

    webhook_id: UUID
    principal_id: UUID
    url: str
    secret: bytes | None
    """Sealed; None for a run's ``callbackUrl``, which nobody shares a secret with."""
    fingerprint: str | None
    attempt: int
    trace_id: str
    event: Event
    report_id: UUID | None = None
    """What the run makes, if it makes a report."""
    hidden: Hidden = NOTHING
    """What must not be shown of the run."""
    link: Link | None = None
    """What answers the interrupt that a run's ``callbackUrl`` is told of."""


def check(url: Any, events: Any, *, tags: Any = None, secret: Any = None, allow_private: bool) -> Wanted:
    """Check what somebody wants to subscribe to; a missing secret is made up.

    Raises:
        Rejected: ``webhook_url_rejected`` for a URL that we do not call, ``validation_error`` for all else.
    """
    if not isinstance(url, str) or not url:
        raise Rejected("url must be a non-empty string")
    if not _strings(events, most=100) or not events:
        raise Rejected("events must be a list of 1 to 100 event types")
    if wrong := [place for place, entry in enumerate(events) if entry != ANY and not _TYPE.fullmatch(entry)]:
        raise Rejected(f"events must hold event types such as run.completed; entry {wrong[0]} is none")
    if tags is not None and not _strings(tags, most=100):
        raise Rejected("tags must be a list of at most 100 strings of at most 256 characters")
    if secret is not None and not (isinstance(secret, str) and _SECRET.fullmatch(secret)):
        raise Rejected("secret must be 16 to 256 printable ASCII characters without spaces")
    target = addresses.parse(url, allow_private=allow_private)
    return Wanted(
        url=target.url,
        events=list(dict.fromkeys(events)),
        tags=list(dict.fromkeys(tags or [])),
        secret=secret or secrets.token_hex(32),
    )


def sealer(key: bytes) -> Sealer:
    """Keeps subscriptions' secrets, each sealed for its webhook's id (``id.bytes``)."""
    return Sealer(key, "webhooks")


def fingerprint(secret: str) -> str:
    """What logs and operators tell a secret by."""
    return hashlib.sha256(secret.encode()).hexdigest()[:8]


def told(event_type: str) -> bool:
    """Whether subscribers may hear of this type: our own book-keeping stays in the log."""
    return not event_type.startswith(_OWN)


def wants(events: Sequence[str], event_type: str) -> bool:
    """Whether a subscription to these events hears of this type."""
    return told(event_type) and (event_type in events or ANY in events)


def body(sending: Sending) -> bytes:
    """One event as OpenWOP's receivers read it; ``type`` is repeated at the top for those that look there.

    ``reportId`` is for those who have asked for a report, and know nothing of runs; ``interrupt`` has a token.
    """
    event = msgspec.structs.replace(sending.event, payload=redact(sending.hidden.mask(sending.event.payload)))
    said = {"runId": event.run_id, "workspaceId": str(sending.principal_id), "type": event.type, "event": event}
    more = {"reportId": sending.report_id, "interrupt": sending.link}
    return msgspec.json.encode(said | {name: value for name, value in more.items() if value is not None})


def headers(sending: Sending, sent: bytes, *, secret: str | None, now: int) -> list[tuple[str, str]]:
    """The headers of a delivery, each of OpenWOP's under its old name and its new one.

    Args:
        sent: the raw body.
        secret: None leaves the signature out.
        now: unix seconds; receivers refuse what is more than five minutes off.
    """
    named = {"Webhook-Id": str(sending.webhook_id), "Event-Type": sending.event.type, "Timestamp": str(now)}
    if secret is not None:
        named |= {"Signature": sign(secret, now, sent), "Signature-Algorithm": "v1"}
    twins = [(prefix + name, value) for prefix in ("X-openwop-", "OpenWOP-") for name, value in named.items()]
    return [("Content-Type", "application/json"), ("User-Agent", AGENT), *twins]


def sign(secret: str, now: int, sent: bytes) -> str:
    """HMAC-SHA256 over time and raw body, keyed by the secret's characters as they were given out."""
    return "sha256=" + hmac.new(secret.encode(), b"%d.%b" % (now, sent), hashlib.sha256).hexdigest()


def worth_retrying(status: int) -> bool:
    """Whether the receiver's answer may change by itself."""
    return status == 429 or status >= 500


def next_try(attempt: int) -> float | None:
    """Seconds until a delivery that failed for this many times is tried again; None when it is given up."""
    if attempt >= MOST_ATTEMPTS:
        return None
    return 4.0 ** (attempt - 1) * random.uniform(0.5, 1)  # noqa: S311 - spreading retries, not secrets


def _strings(value: Any, *, most: int) -> bool:
    return isinstance(value, list) and len(value) <= most and all(map(_storable, value))


def _storable(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 256 and "\0" not in value
