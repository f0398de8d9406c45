"""A short-lived link that shows a report in a frame, where no key can be sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
from datetime import UTC, datetime
from uuid import UUID

from shared.db.grants import Grant
from shared.domain.sealing import read_key

PREFIX = "view_"
_FORM = ">16sQ"
_MAC = 32


def make(secret_key: str, report_id: UUID, expires_at: datetime) -> str:
    """A token that lets whoever has it look at this report until then, and nothing else."""
    said = struct.pack(_FORM, report_id.bytes, int(expires_at.timestamp()))
    return PREFIX + base64.urlsafe_b64encode(said + _mac(secret_key, said)).decode().rstrip("=")


def read(secret_key: str, token: str, now: datetime) -> Grant | None:
    """What a token lets its bearer do; None if it was not made here or its time is over."""
    text = token.removeprefix(PREFIX)
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    said, mac = raw[:-_MAC], raw[-_MAC:]
    if len(said) != struct.calcsize(_FORM) or not hmac.compare_digest(mac, _mac(secret_key, said)):
        return None
    ident, until = struct.unpack(_FORM, said)
    expires_at = datetime.fromtimestamp(until, UTC)
    if expires_at <= now:
        return None
    return Grant(
        id=UUID(bytes=ident),
        report_id=UUID(bytes=ident),
        kind="view",
        principal_id=None,
        recipient=None,
        permissions=["view"],
        uses_left=None,
        used=0,
        created_at=now,
        expires_at=expires_at,
        last_used_at=None,
        revoked_at=None,
        state="valid",
    )


def _mac(secret_key: str, said: bytes) -> bytes:
    key = hmac.digest(read_key(secret_key), b"pressrun.view", hashlib.sha256)
    return hmac.digest(key, said, hashlib.sha256)
