"""What the api service is told by its environment."""

from __future__ import annotations

from shared.config import Core


class Settings(Core, frozen=True, kw_only=True):
    api_host: str = "127.0.0.1"
    api_port: int = 8600
    public_url: str = ""
    """Where clients reach the api, for the OpenAPI document; empty: wherever they asked."""
    body_limit_bytes: int = 8 * 1024 * 1024
    """A request body over this is answered 413."""
    link_seconds: int = 300
    """How long a signed link to an artifact works."""
    stream_limit: int = 200
    """Live queue pages that one process serves at once."""
