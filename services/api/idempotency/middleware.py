"""Claims a key before the handler runs, and answers repeats with what is kept."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from typing import Any, TypeAlias, cast

from litestar import Litestar, Request, Response
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.handlers import HTTPRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from shared.db import idempotency as records
from shared.db.idempotency import Answer, Ref, Standing
from shared.db.pool import Connection, Database
from shared.domain.errors import Conflict, PressrunError, Rejected
from shared.domain.sealing import Sealer

from .execution import Execution
from .fingerprint import fingerprint, operation
from .outgoing import EXECUTION, REPLAY, Outgoing, answer_of

MUTATING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
LONGEST_KEY = 255
RETRY_AFTER_S = 1

SHOWN_ONCE = "shown_once"
"""In a handler's ``opt``: its answer holds a secret that is stored nowhere, and so is not kept for repeats."""

_SCOPE = "idempotency_scope"

AnyRequest: TypeAlias = Request[Any, Any, Any]


class Idempotency(ASGIMiddleware):
    """One execution per key.

    Args:
        database: where the records are, asked for at each request.
        sealer: what answers are kept with.
        answer: makes an error's response in the dialect of the request, as exception handlers do.
        wait_s: how long a request waits for another execution of its key.
        lease_s: how long a record is held without a sign of life.
    """

    scopes = (ScopeType.HTTP,)

    def __init__(
        self,
        *,
        database: Callable[[Litestar], Database],
        sealer: Callable[[Litestar], Sealer],
        answer: Callable[[AnyRequest, Exception], Response[Any]],
        wait_s: float = 10,
        lease_s: float = 20,
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._answer = answer
        self._wait_s = wait_s
        self._lease_s = lease_s

    async def before(self, request: AnyRequest) -> Response[Any] | None:
        """The answer that is kept, or a refusal; None when the handler is to run."""
        keys = request.headers.getall("idempotency-key", [])
        caller = _caller(request)
        if request.method not in MUTATING or not keys or caller is None or request.route_handler.opt.get(SHOWN_ONCE):
            return None
        if len(keys) > 1 or not 0 < len(keys[0]) <= LONGEST_KEY:
            said = f"Idempotency-Key must be one text of 1 to {LONGEST_KEY} characters"
            return self._refusal(request, Rejected(said, details={"field": "Idempotency-Key"}), 400)
        ref = Ref(
            caller=caller, operation=operation(request), key_hash=hashlib.sha256(keys[0].encode("latin-1")).digest()
        )
        try:
            found = await self._take(request.app, ref, await fingerprint(request))
        except Conflict as error:
            return self._refusal(request, error, 409)
        if isinstance(found, Execution):
            request.scope["state"][EXECUTION] = found
            return None
        return _replayed(found)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Keep what goes out, if ``before`` claimed the record."""
        try:
            await next_app(scope, receive, Outgoing(scope, send).send)
        finally:
            execution: Execution | None = scope["state"].get(EXECUTION)
            if execution is not None:
                await asyncio.shield(execution.end())

    async def _take(self, app: Litestar, ref: Ref, digest: bytes) -> Execution | Answer:
        """Claim the record, or wait until it has an answer.

        Raises:
            Conflict: the key was used for another request, or the other execution takes too long.
        """
        database = self._database(app)
        execution = Execution(database, self._sealer(app), ref, self._lease_s)
        loop = asyncio.get_running_loop()
        deadline, delay = loop.time() + self._wait_s, 0.01
        standing: Answer | Standing = Standing.FREE
        while True:
            async with database.connect() as db:
                if standing is Standing.FREE and await execution.begin(db, digest):
                    return execution
                standing = await records.look(db, ref, digest)
            if isinstance(standing, Answer):
                return execution.read(standing)
            if standing is Standing.MISMATCH:
                raise Conflict("this Idempotency-Key was used for another request", code="idempotency_key_mismatch")
            if loop.time() + delay > deadline:
                raise in_flight()
            await asyncio.sleep(delay)
            delay = min(delay * 1.5, 0.25)

    def _refusal(self, request: AnyRequest, error: PressrunError, status: int) -> Response[Any]:
        response = self._answer(request, error)
        response.status_code = status
        if error.details and "retryAfter" in error.details:
            response.headers["Retry-After"] = str(error.details["retryAfter"])
        return response


def scope_to(connection: ASGIConnection[Any, Any, Any, Any], scope: str) -> None:
    """Keep the keys of a caller without a principal apart, by what it has shown instead.

    For the guard of a route whose address is its credential, after the credential was found to be good.
    """
    connection.scope["state"][_SCOPE] = scope


async def finalise(db: Connection, request: AnyRequest, response: Response[Any]) -> None:
    """Keep this answer in the handler's own transaction; nothing to do for a request without a key.

    Raises:
        Conflict: the lease was lost to another execution: nothing of this one may be committed.
    """
    execution: Execution | None = request.scope["state"].get(EXECUTION)
    if execution is None:
        return
    handler = cast("HTTPRouteHandler", request.scope["route_handler"])
    sent = response.to_asgi_response(
        None, request, status_code=handler.status_code, type_encoders=handler.resolve_type_encoders()
    )
    if not await execution.keep(db, answer_of(sent.status_code, sent.encode_headers(), sent.body)):
        raise in_flight()


def in_flight() -> Conflict:
    """Another execution of the same request is under way."""
    return Conflict(
        "a request with this Idempotency-Key is being worked on; ask again",
        code="idempotency_in_flight",
        details={"retryAfter": RETRY_AFTER_S},
    )


def _caller(request: AnyRequest) -> str | None:
    if scope := request.scope["state"].get(_SCOPE):
        return f"scope:{scope}"
    user = request.scope.get("user")
    return f"principal:{user.id}" if user is not None else None


def _replayed(answer: Answer) -> Response[bytes]:
    headers: dict[str, str] = {}
    for name, value in answer.headers:
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    media_type = headers.pop("content-type", None)
    return Response(answer.body, status_code=answer.status, headers={**headers, REPLAY: "true"}, media_type=media_type)
