"""Signed tokens for people without an account: who holds one may answer one interrupt. Pure.

OpenWOP v1: ``base64url(JSON{runId, nodeId, interruptId, expiresAt, intent}) "." base64url(HMAC-SHA256)``.
Ours also say the interrupt's token generation: when it counts on, the tokens before are taken back.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import msgspec

from shared.contracts.records import Interrupt
from shared.contracts.workflow import Workflow

from . import approvals
from .errors import Conflict, NotFound

AUTH_REQUIRED = "openwop-interrupt-auth-required"
"""A gate with this profile is answered over the run's own surface only."""


class Claims(msgspec.Struct, frozen=True, rename="camel"):
    """What a token says."""

    run_id: str
    node_id: str
    interrupt_id: str
    expires_at: datetime
    intent: str = "resolve"
    generation: int = 0
    key_id: str = ""


class Link(msgspec.Struct, frozen=True, rename="camel"):
    """What the holder of a token needs."""

    interrupt_token: str
    callback_url: str


def wants_account(workflow: Workflow, interrupt: Interrupt) -> bool:
    """Whether a token is not enough to answer this: the gate says so, or names its approvers."""
    profile = workflow.node(interrupt.node_id).config.get("profile")
    return profile == AUTH_REQUIRED or bool(approvals.approvers(interrupt))


def link(key: bytes, interrupt: Interrupt, *, base_url: str, life_s: int) -> Link:
    """A fresh token for an open interrupt, which lives for so long or until the interrupt ends, and its address."""
    ends = datetime.now(UTC) + timedelta(seconds=life_s)
    claims = Claims(
        run_id=interrupt.run_id,
        node_id=interrupt.node_id,
        interrupt_id=str(interrupt.id),
        expires_at=min(ends, interrupt.expires_at or ends),
        generation=interrupt.token_generation,
    )
    token = sign(key, claims)
    return Link(token, f"{base_url.rstrip('/')}/v1/interrupts/{token}")


def check_generation(claims: Claims, interrupt: Interrupt) -> None:
    """Raises ``Conflict`` (code ``interrupt_expired``) when the token was taken back."""
    if claims.generation != interrupt.token_generation:
        raise Conflict("this token was taken back; ask for a new one", code="interrupt_expired")


def sign(key: bytes, claims: Claims) -> str:
    body = msgspec.json.encode(msgspec.structs.replace(claims, key_id=_key_id(key)))
    return f"{_base64(body)}.{_base64(_mac(key, body))}"


def verify(keys: list[bytes], token: str, now: datetime) -> Claims:
    """What a token of ours says.

    Args:
        keys: the present key first, earlier ones behind it.

    Raises:
        NotFound: it is not ours (code ``interrupt_not_found``).
        Conflict: its time is up (code ``interrupt_expired``).
    """
    body, _, mac = token.partition(".")
    try:
        decoded, given = _bytes(body), _bytes(mac)
        claims = msgspec.json.decode(decoded, type=Claims)
    except (binascii.Error, ValueError, msgspec.DecodeError):
        raise _unknown() from None
    # Every key is tried, so that the time taken tells nothing.
    if not any([hmac.compare_digest(given, _mac(key, decoded)) for key in keys]):  # noqa: C419
        raise _unknown()
    if claims.expires_at <= now:
        raise Conflict("the token has expired; ask for a new one", code="interrupt_expired")
    return claims


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.new(key, b"pressrun.interrupt\0" + body, hashlib.sha256).digest()


def _key_id(key: bytes) -> str:
    return hashlib.sha256(b"pressrun.key-id\0" + key).hexdigest()[:8]


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _unknown() -> NotFound:
    return NotFound("there is no such interrupt", code="interrupt_not_found")
