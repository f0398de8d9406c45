"""How often a principal may ask for reports, list them and download them.

Reading counts with every request that the guards let through. Asking for a report counts when it is accepted:
a request that is refused, or answered with what is kept for its ``Idempotency-Key``, costs nothing. A request
that is refused for its limit never counts.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from litestar import Request
from litestar.datastructures import MutableScopeHeaders
from litestar.handlers.base import BaseRouteHandler
from litestar.types import Message, Scope

from shared.domain.errors import TooMany
from shared.queue.limits import Limit, Limits, Window

from .auth.caller import Connection, Guard
from .settings import Settings

CREATE, CREATE_ML, LIST, DOWNLOAD = "create", "create_ml", "list", "download"

_WORDS = {
    CREATE: "reports may be asked for",
    CREATE_ML: "reports may be asked for",
    LIST: "lists may be read",
    DOWNLOAD: "files may be downloaded",
}
_STATE = "limit_window"


class Limiter(msgspec.Struct, frozen=True):
    """One process's limits. What has no rule is not limited, and Redis is not asked."""

    limits: Limits
    rules: Mapping[str, Limit]


def rules(settings: Settings) -> dict[str, Limit]:
    """What the settings limit: ``10/3600`` is ten within an hour. Nothing when limits are switched off."""
    said = {
        CREATE: settings.limit_create,
        CREATE_ML: settings.limit_create_ml,
        LIST: settings.limit_list,
        DOWNLOAD: settings.limit_download,
    }
    return {what: Limit(*map(int, text.split("/"))) for what, text in said.items()} if settings.limits else {}


def limited(what: str) -> Guard:
    """A guard that counts every request of a route; it stands after ``requires``.

    It raises ``TooMany``.
    """

    async def guard(connection: Connection, _handler: BaseRouteHandler) -> None:
        await _take(connection, what)

    return guard


@asynccontextmanager
async def counted(request: Request[Any, Any, Any], what: str) -> AsyncIterator[None]:
    """Count what the block does, unless it raises.

    Raises:
        TooMany: it would be one too many; the block is not entered.
    """
    window = await _take(request, what)
    try:
        yield
    except BaseException:
        if window is not None:
            await _limiter(request).limits.give_back(window)
        raise


async def put_headers(message: Message, scope: Scope) -> None:
    """Say on a limited route's answer how much is left. For the application's ``before_send``."""
    window: Window | None = scope.get("state", {}).get(_STATE)
    if window is None or message["type"] != "http.response.start":
        return
    headers = MutableScopeHeaders.from_message(message)
    headers["RateLimit-Limit"] = str(window.limit.most)
    headers["RateLimit-Remaining"] = str(window.remaining)
    headers["RateLimit-Reset"] = str(window.free_in_s)
    headers["RateLimit-Policy"] = f"{window.limit.most};w={window.limit.seconds}"


async def _take(connection: Connection, what: str) -> Window | None:
    limiter = _limiter(connection)
    rule = limiter.rules.get(what)
    if rule is None:
        return None
    window = await limiter.limits.take(f"{what}:{connection.user.id}", rule)
    connection.scope["state"][_STATE] = window
    if window is not None and not window.allowed:
        raise TooMany(
            f"Rate limit exceeded: {rule.most} {_WORDS[what]} within {rule.seconds} seconds; "
            f"come back in {window.free_in_s} seconds",
            details={"limit": rule.most, "windowSeconds": rule.seconds, "retryAfter": window.free_in_s},
        )
    return window


def _limiter(connection: Connection) -> Limiter:
    limiter: Limiter = connection.app.state.resources.limiter
    return limiter
