"""Sessions of an Ory Kratos: asked for by its cookie, remembered for a moment."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import msgspec
import structlog

from shared.domain.errors import METHOD_REQUIRED, Forbidden, Unavailable

from .cookies import KRATOS

REMEMBER_S = 30.0
"""So long an ended session may go on here, at most."""
MOST_REMEMBERED = 5000
TIMEOUT_S = 3.0
CODE = "login_server_unavailable"
METHODS = ["totp", "webauthn", "lookup_secret"]
_LONGEST_NAME = 200

log = structlog.get_logger()


class Identity(msgspec.Struct, frozen=True):
    id: str
    traits: Any = None

    @property
    def name(self) -> str:
        """What this person is called: an e-mail or a name, if the server's schema has one, else the id."""
        traits = self.traits if isinstance(self.traits, dict) else {}
        for trait in ("email", "username", "name"):
            said = traits.get(trait)
            if isinstance(said, str) and said.strip():
                return said.replace("\0", "").strip()[:_LONGEST_NAME]
        return self.id


class KratosSession(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of ``/sessions/whoami`` that matter here."""

    id: UUID
    identity: Identity
    expires_at: datetime
    authenticated_at: datetime
    active: bool = True
    authenticator_assurance_level: str = "aal1"


class Kratos:
    """One login server."""

    def __init__(self, url: str, *, remember_s: float = REMEMBER_S) -> None:
        self._client = httpx.AsyncClient(base_url=url.rstrip("/"), timeout=TIMEOUT_S, trust_env=False)
        self._remember_s = remember_s
        self._known: OrderedDict[bytes, tuple[float, KratosSession | None]] = OrderedDict()

    async def close(self) -> None:
        await self._client.aclose()

    async def whoami(self, cookie: str) -> KratosSession | None:
        """Whose session this cookie is; None when it is nobody's (any more).

        Raises:
            Forbidden: the server itself demands the second factor before it says so.
            Unavailable: it does not answer, or not as a Kratos does.
        """
        digest = hashlib.sha256(cookie.encode("utf-8", "surrogatepass")).digest()
        until, known = self._known.get(digest, (0.0, None))
        if until > time.monotonic():
            return known
        found = await self._ask(cookie)
        self._known[digest] = (time.monotonic() + self._remember_s, found)
        self._known.move_to_end(digest)
        while len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        return found

    def forget(self, cookie: str) -> None:
        self._known.pop(hashlib.sha256(cookie.encode("utf-8", "surrogatepass")).digest(), None)

    async def _ask(self, cookie: str) -> KratosSession | None:
        if not cookie.isascii() or not cookie.isprintable() or set(cookie) & set(';," \\'):
            return None  # no cookie's value, and not to be sent on as one
        try:
            answer = await self._client.get("/sessions/whoami", headers={"Cookie": f"{KRATOS}={cookie}"})
        except httpx.HTTPError as error:
            raise _away(type(error).__name__) from None
        if answer.status_code == 401:
            return None
        if answer.status_code == 403:
            raise Forbidden(
                "Confirm it is you with your second factor",
                code=METHOD_REQUIRED,
                details={"required_methods": METHODS, "operation": "session"},
            )
        if answer.status_code != 200:
            raise _away(f"status {answer.status_code}")
        try:
            found = msgspec.json.decode(answer.content, type=KratosSession)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise _away("not the answer of a Kratos") from None
        if not found.identity.id or "\0" in found.identity.id:
            raise _away("an identity without an id")
        return found if found.active else None


def _away(why: str) -> Unavailable:
    log.warning("login_server.unavailable", why=why)
    return Unavailable("the login server does not answer; check PRESSRUN_KRATOS_URL", code=CODE)
