"""The two cookies that carry a session's token."""

from __future__ import annotations

from typing import Any

from litestar import Response
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

SESSION = "pressrun_session"
KRATOS = "ory_kratos_session"
"""Under this name too: clients written for another login server's sessions look for it."""
NAMES = (SESSION, KRATOS)
LONGEST = 4096


def tokens(connection: ASGIConnection[Any, Any, Any, Any]) -> list[str]:
    """What the request shows, ours first, without repetition."""
    shown = (connection.cookies.get(name, "") for name in NAMES)
    return list(dict.fromkeys(token for token in shown if 0 < len(token) <= LONGEST))


def give(response: Response[Any], token: str, *, seconds: int, secure: bool) -> None:
    for name in NAMES:
        response.set_cookie(_cookie(name, token, max_age=seconds, secure=secure))


def take_away(response: Response[Any], *, secure: bool) -> None:
    for name in NAMES:
        response.set_cookie(_cookie(name, "", max_age=0, secure=secure))


def _cookie(name: str, value: str, *, max_age: int, secure: bool) -> Cookie:
    return Cookie(key=name, value=value, max_age=max_age, path="/", httponly=True, samesite="lax", secure=secure)
