"""Codes of an authenticator (RFC 6238) and recovery codes. Pure, but for the dice."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from uuid import UUID

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

PERIOD_S = 30
DRIFT = 1
"""Clocks may be so many periods apart."""
CODES = 10
ISSUER = "Pressrun"
_SECRET_BYTES = 20
_CODE_BYTES = 10


def new_secret() -> str:
    """A secret as authenticators take it: base32, without padding."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def uri(secret: str, name: str) -> str:
    """What the QR code says."""
    return _totp(secret).get_provisioning_uri(name, ISSUER)


def qr(text: str) -> str:
    """The text as an SVG with a quiet zone, black on white whatever is around it."""
    return str(segno.make(text, error="m").svg_inline(scale=5, border=4, dark="#000", light="#fff", omitsize=True))


def matching_step(secret: str, code: str, now: float) -> int | None:
    """The time step that a code is of; None when it is of none around now."""
    given = re.sub(r"[\s-]", "", code)
    if not re.fullmatch(r"[0-9]{6}", given):
        return None
    totp, current, found = _totp(secret), int(now // PERIOD_S), None
    for step in range(max(0, current - DRIFT), current + DRIFT + 1):
        if hmac.compare_digest(totp.generate(step * PERIOD_S), given.encode()):
            found = step
    return found


def recovery_codes() -> list[str]:
    return [_grouped(base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode().lower()) for _ in range(CODES)]


def code_hash(user_id: UUID, code: str) -> bytes:
    """What is kept of a recovery code. It has 80 random bits, so a plain hash is enough."""
    letters = re.sub(r"[\s-]", "", code).lower()
    return hashlib.sha256(b"recovery\0" + user_id.bytes + letters.encode("utf-8", "surrogatepass")).digest()


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), 6, SHA1(), PERIOD_S)  # noqa: S303 - what authenticators know


def _grouped(letters: str) -> str:
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
