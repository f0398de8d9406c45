"""Pages of the web are read from the public internet only, wherever they lead."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from services.worker import outbound
from services.worker.outbound import Outbound
from services.worker.retrieval.web import Pages, Web
from tests.integration.worker.test_outbound import PUBLIC, certificate

PAGE = b"<html><title>Tea</title><body><p>Green tea is brewed at 75 degrees.</p></body></html>"
SECRET = b"<html><body><p>The inner page.</p></body></html>"
WHERE = {
    "/page": "",
    "/http": "http://pages.example.com/page",
    "/inside": "https://inside.example.com/page",
    "/address": "https://10.0.0.5/page",
    "/metadata": "https://169.254.169.254/latest/meta-data",
    "/port": "https://pages.example.com:6379/page",
}
NAMES = {"pages.example.com": [PUBLIC], "inside.example.com": ["127.0.0.1"], "both.example.com": [PUBLIC, "10.0.0.5"]}


@asynccontextmanager
async def server(found: Sequence[str], tls: object = None) -> AsyncIterator[int]:
    """A search service that finds these addresses, and the page that they lead to."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
        where = WHERE.get(path, "")
        results = msgspec.json.encode({"results": [{"title": "T", "url": url} for url in found]})
        body = results if path.startswith("/search") else PAGE if tls else SECRET
        writer.write(
            f"HTTP/1.1 {302 if where else 200} Said\r\ncontent-type: text/html\r\ncontent-length: {len(body)}\r\n"
            f"{f'location: {where}' if where else 'x-y: z'}\r\nconnection: close\r\n\r\n".encode()
            + body
        )
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()


async def looked_up(host: str, _port: int) -> Sequence[str]:
    return NAMES[host]


async def searched(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Pages, list[str]]:
    """What a search that finds one address comes to, and the addresses that were called for it."""
    called: list[str] = []
    real = outbound.httpcore2.AnyIOBackend.connect_tcp
    server_tls, client_tls = certificate(tmp_path, "pages.example.com")
    async with server([url]) as search_port, server([], server_tls) as page_port:

        async def connect_tcp(self: object, host: str, port: int, *rest: object) -> object:
            if port != search_port:
                called.append(f"{host}:{port}")
            there = ("127.0.0.1", page_port) if (host, port) == (PUBLIC, 443) else (host, port)
            return await real(self, *there, *rest)

        monkeypatch.setattr(outbound.httpcore2.AnyIOBackend, "connect_tcp", connect_tcp)
        web = Web(
            f"http://127.0.0.1:{search_port}/search", fetching=Outbound(resolve=looked_up, tls=client_tls, time_s=5)
        )
        pages = await web.pages("tea")
        web.close()
    return pages, called


async def test_a_public_page_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the refusals below would prove nothing."""
    pages, called = await searched("https://pages.example.com/page", tmp_path, monkeypatch)
    assert [page.title for page in pages.pages] == ["Tea"]
    assert called == [f"{PUBLIC}:443"]


@pytest.mark.parametrize("path", ["/http", "/inside", "/address", "/metadata", "/port"])
async def test_a_page_that_leads_inside_is_not_followed(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To plain http, a name or an address inside, or another port: a notice, and nobody there is called."""
    pages, called = await searched(f"https://pages.example.com{path}", tmp_path, monkeypatch)
    assert pages.pages == []
    assert len(pages.notices) == 1
    assert called == [f"{PUBLIC}:443"]


@pytest.mark.parametrize(
    "url",
    ["https://inside.example.com/page", "https://both.example.com/page", "https://pages.example.com:8443/page"],
)
async def test_a_name_that_resolves_inside_and_another_port_are_refused(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if only one of its addresses is inside."""
    pages, called = await searched(url, tmp_path, monkeypatch)
    assert pages.pages == []
    assert "could not be read" in pages.notices[0]
    assert called == []
