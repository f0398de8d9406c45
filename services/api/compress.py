"""Answers of the protocol's API in gzip, for clients that take it."""

from __future__ import annotations

from litestar.config.compression import CompressionConfig
from litestar.middleware import DefineMiddleware
from litestar.middleware.compression import CompressionMiddleware
from litestar.types import Receive, Scope, Send

ENCODINGS = ("gzip",)
"""What discovery advertises."""

_PREFIXES = ("/v1/", "/.well-known/")
_AS_THEY_ARE = ("/events", "/content")
"""Streams of events must leave at once, and artifacts are compressed in themselves."""


class Compressed(CompressionMiddleware):
    """Litestar's compression for the protocol's JSON."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path.startswith(_PREFIXES) and not path.endswith(_AS_THEY_ARE):
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def compression() -> DefineMiddleware:
    """To stand before what keeps answers: they are kept as they were made.

    Every answer that has a body: a client that was told of gzip may rely on it, and most snapshots are small.
    """
    return DefineMiddleware(Compressed, config=CompressionConfig(backend="gzip", minimum_size=1, gzip_compress_level=5))
