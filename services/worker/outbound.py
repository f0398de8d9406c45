"""Calls other people's servers, and nobody else's: the one way out of the worker to a URL that a client named.

A name is resolved by us, every address that it has is checked, and the connection is made to an address
that was checked; TLS still asks for the name. So a name that changes its address in between gains nothing.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote, urljoin

import httpcore2
import msgspec

from shared.domain import addresses
from shared.domain.addresses import Target
from shared.domain.errors import Rejected, Unavailable

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

TIME_S = 5.0
CONNECT_S = 2.0
MOST_ADDRESSES = 4
MOST_REDIRECTS = 3
_PUBLIC_PORT = 443
"""Of pages: what answers elsewhere is seldom meant for everybody."""
_MOVED = frozenset({301, 302, 303, 307, 308})


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """What a server answered to a GET."""

    url: str
    """Where it was at last."""
    status: int
    content_type: str
    body: bytes
    """Not more of it than was asked for."""
    cut: bool = False
    """There was more."""


class Outbound:
    """Calls checked URLs, one connection each; no proxy is used, and what a redirect of a GET names is checked again."""

    def __init__(
        self,
        *,
        allow_private: bool = False,
        time_s: float = TIME_S,
        resolve: Resolve | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """
        Args:
            allow_private: call plain http and private addresses too.
            time_s: how long one call may take from the look-up of the name to the answer's headers.
            resolve: a name's addresses; None asks the system.
            tls: None trusts what the system trusts.
        """
        self._allow_private = allow_private
        self._time_s = time_s
        self._lookups = ThreadPoolExecutor(16, thread_name_prefix="lookup")
        self._network = _Guarded(resolve or self._look_up, allow_private=allow_private)
        self._tls = tls or httpcore2.default_ssl_context()

    async def post(self, url: str, headers: Sequence[tuple[str, str]], body: bytes) -> int:
        """Send, and return the answer's status. Its body is not read.

        Raises:
            Rejected: the URL, or an address of its host, is not one that we call.
            Unavailable: ``webhook_timeout`` or ``webhook_unreachable``.
        """
        target = addresses.parse(url, allow_private=self._allow_private)
        try:
            async with asyncio.timeout(self._time_s):
                return await self._send(target, headers, body)
        except (TimeoutError, httpcore2.TimeoutException):
            raise Unavailable(f"no answer within {self._time_s:g} s", code="webhook_timeout") from None
        except (OSError, httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            raise Unavailable(f"no connection: {type(error).__name__}", code="webhook_unreachable") from error

    async def get(self, url: str, *, most_bytes: int, accept: str = "*/*") -> Fetched:
        """Read, following a few redirects; each address is checked like the first.

        Raises:
            Rejected: a URL, or an address of its host, is not one that we call, or there are too many redirects.
            Unavailable: ``page_timeout`` or ``page_unreachable``.
        """
        headers = [("Accept", accept), ("Accept-Encoding", "identity"), ("User-Agent", "Pressrun")]
        try:
            async with asyncio.timeout(self._time_s):
                for _ in range(MOST_REDIRECTS + 1):
                    target = addresses.parse(_plain(url), allow_private=self._allow_private)
                    if not self._allow_private and target.port != _PUBLIC_PORT:
                        raise Rejected("the url has a port that public pages are not at", code="page_port")
                    fetched, location = await self._fetch(target, headers, most_bytes)
                    if not location:
                        return fetched
                    url = urljoin(target.url, location)
        except (TimeoutError, httpcore2.TimeoutException):
            raise Unavailable(f"no answer within {self._time_s:g} s", code="page_timeout") from None
        except (OSError, httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            raise Unavailable(f"no connection: {type(error).__name__}", code="page_unreachable") from error
        raise Rejected(f"more than {MOST_REDIRECTS} redirects", code="page_redirects")

    def close(self) -> None:
        """Wait for nothing: a look-up that hangs ends by itself."""
        self._lookups.shutdown(wait=False, cancel_futures=True)

    async def _send(self, target: Target, headers: Sequence[tuple[str, str]], body: bytes) -> int:
        url = httpcore2.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.target)
        sent = [("Host", target.authority), ("Connection", "close"), ("Content-Length", str(len(body))), *headers]
        async with (
            httpcore2.AsyncHTTPConnection(url.origin, ssl_context=self._tls, network_backend=self._network) as line,
            line.stream("POST", url, headers=sent, content=body) as answer,
        ):
            return answer.status

    async def _fetch(
        self, target: Target, headers: Sequence[tuple[str, str]], most_bytes: int
    ) -> tuple[Fetched, str | None]:
        """One answer, and where a redirect leads."""
        url = httpcore2.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.target)
        sent = [("Host", target.authority), ("Connection", "close"), *headers]
        async with (
            httpcore2.AsyncHTTPConnection(url.origin, ssl_context=self._tls, network_backend=self._network) as line,
            line.stream("GET", url, headers=sent) as answer,
        ):
            said = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
            body = bytearray()
            if answer.status not in _MOVED:
                async for piece in answer.aiter_stream():
                    body += piece
                    if len(body) > most_bytes:
                        break
            fetched = Fetched(
                url=target.url,
                status=answer.status,
                content_type=said.get("content-type", ""),
                body=bytes(body[:most_bytes]),
                cut=len(body) > most_bytes,
            )
            return fetched, said.get("location") if answer.status in _MOVED else None

    async def _look_up(self, host: str, port: int) -> list[str]:
        # Threads of our own: a name server that does not answer must not keep those that the rest of the worker uses.
        found = await asyncio.get_running_loop().run_in_executor(
            self._lookups, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return [str(entry[4][0]) for entry in found]


def _plain(url: str) -> str:
    """Without its fragment, and in ASCII: pages name themselves in any script."""
    return quote(url.partition("#")[0], safe="%/:?[]@!$&'()*+,;=~-._")


class _Guarded(httpcore2.AnyIOBackend):
    """Connects to checked addresses only."""

    def __init__(self, resolve: Resolve, *, allow_private: bool) -> None:
        self._resolve = resolve
        self._allow_private = allow_private

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        found = list(dict.fromkeys(await self._resolve(host, port)))
        if not self._allow_private and not all(map(addresses.public, found)):
            raise Rejected("the url's host has an address that is not on the public internet", code=addresses.CODE)
        lost: Exception = OSError("the name has no address")
        for address in found[:MOST_ADDRESSES]:
            try:
                return await super().connect_tcp(address, port, CONNECT_S, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                lost = error
        raise lost
