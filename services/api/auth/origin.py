"""Whether a write comes from a page of ours: a browser sends a session's cookie for any page that asks."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection

from shared.domain.errors import Forbidden

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def check_origin(connection: ASGIConnection[Any, Any, Any, Any], public_url: str, *, absent: bool = False) -> None:
    """Refuse a write whose ``Origin`` (or else ``Referer``) is not this host's.

    Args:
        public_url: the setting; its origin is ours too, whatever host the request was for.
        absent: let a request pass that has neither header, as programs send it.

    Raises:
        Forbidden: with the code ``origin_refused``.
    """
    if connection.scope.get("method") in SAFE:
        return
    headers = connection.headers
    said = headers.get("origin") or headers.get("referer")
    if said is None:
        if absent:
            return
        raise Forbidden(
            "a write with a session must say where it comes from: send an Origin header, or use an API key",
            code="origin_refused",
        )
    if not is_ours(said, headers.get("host", ""), public_url):
        raise Forbidden("this write does not come from a page of this host", code="origin_refused")


def is_ours(said: str, host: str, public_url: str) -> bool:
    """Whether an address is on the host that was asked, or has the public address's origin."""
    ours = _origin(public_url)
    origin = _origin(said)
    if origin is None:
        return False
    if ours is not None and origin == ours:
        return True
    # Behind a proxy that ends TLS the scheme is unknown here, so only host and port are compared.
    return bool(host) and origin in {_origin(f"{scheme}://{host}") for scheme in ("http", "https")}


def _origin(address: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(address.strip())
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    return parts.scheme, parts.hostname.lower(), port or (443 if parts.scheme == "https" else 80)
