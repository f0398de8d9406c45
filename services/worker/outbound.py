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

import httpcore2

from shared.domain import addresses
from shared.domain.addresses import Target
from shared.domain.errors import Rejected, Unavailable

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]

TIME_S = 5.0
CONNECT_S = 2.0
MOST_ADDRESSES = 4


class Outbound:
    """POSTs to checked URLs, one connection each; no redirect is followed and no proxy is used."""

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

    async def _look_up(self, host: str, port: int) -> list[str]:
        # Threads of our own: a name server that does not answer must not keep those that the rest of the worker uses.
        found = await asyncio.get_running_loop().run_in_executor(
            self._lookups, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return [str(entry[4][0]) for entry in found]


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
