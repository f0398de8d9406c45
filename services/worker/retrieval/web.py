"""What the web says to a question: a search by SearXNG, and the pages that it names, read like any other document."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
import structlog

from services.worker.outbound import Outbound
from shared.domain.errors import PressrunError, Rejected
from shared.domain.filetypes import sniff

from .content import Ask, Chunk, Unfit
from .sandbox import Sandbox

PAGES = 6
"""That are read for one report."""
PAGE_BYTES = 3_000_000
SEARCH_BYTES = 2_000_000
TIME_S = 12.0
NOT_CONFIGURED = "The web was not searched: no search service is configured."

log = structlog.get_logger()


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the web, read and cut."""

    title: str
    href: str
    chunks: list[Chunk]


class Pages(msgspec.Struct, frozen=True, kw_only=True):
    pages: list[Page] = []
    notices: list[str] = []
    """What could not be read, and why."""


class Web:
    """Searches, and fetches what was found: as the guard against private addresses lets it."""

    def __init__(
        self,
        search_url: str,
        *,
        allow_private: bool = False,
        sandbox: Sandbox | None = None,
        time_s: float = TIME_S,
        fetching: Outbound | None = None,
    ) -> None:
        """
        Args:
            search_url: the operator's own, so that it may be anywhere.
            allow_private: of the pages that are found.
            fetching: what reads these pages; None makes one that asks the system for names and trusts what it trusts.
        """
        self._search_url = search_url
        self._searching = Outbound(allow_private=True, time_s=time_s)
        self._fetching = fetching or Outbound(allow_private=allow_private, time_s=time_s)
        self._sandbox = sandbox or Sandbox()

    async def pages(self, query: str) -> Pages:
        """The pages found for a query. What fails is a notice, and never an error: the report goes on without it."""
        try:
            found = await self._search(" ".join(query.split())[:400])
        except PressrunError as error:
            log.warning("web.unsearched", error=error.message)
            return Pages(notices=[f"The web could not be searched: {error.message}."])
        read = await asyncio.gather(*(self._page(title, url) for title, url in found[:PAGES]))
        pages = [one for one in read if isinstance(one, Page)]
        notices = [one for one in read if isinstance(one, str)]
        return Pages(pages=pages, notices=notices if found else ["The web search found nothing."])

    def close(self) -> None:
        self._searching.close()
        self._fetching.close()

    async def _search(self, query: str) -> list[tuple[str, str]]:
        """Titles and addresses, each address once.

        Raises:
            Rejected, Unavailable: the service refuses, is not there, or says something else.
        """
        glue = "&" if urlsplit(self._search_url).query else "?"
        url = f"{self._search_url}{glue}{urlencode({'q': query, 'format': 'json'})}"
        answer = await self._searching.get(url, most_bytes=SEARCH_BYTES, accept="application/json")
        if answer.status != 200:
            raise Rejected(f"the search service answered {answer.status}; check PRESSRUN_SEARCH_URL")
        try:
            results: Any = msgspec.json.decode(answer.body)["results"]
            found = [(str(one.get("title") or ""), str(one["url"])) for one in results]
        except (msgspec.DecodeError, KeyError, TypeError, AttributeError):
            raise Rejected("the search service did not answer with SearXNG's JSON; check PRESSRUN_SEARCH_URL") from None
        return list({url: (title, url) for title, url in reversed(found)}.values())[::-1]

    async def _page(self, title: str, url: str) -> Page | str:
        try:
            fetched = await self._fetching.get(url, most_bytes=PAGE_BYTES, accept="text/html, text/plain;q=0.8")
            if fetched.status != 200:
                return _unread(url, f"the server answered {fetched.status}")
            kind = sniff(fetched.body, filename="page.pdf" if fetched.body.startswith(b"%PDF-") else "")
            reading = await self._sandbox.read(Ask(kind=kind, most_passages=400), fetched.body)
        except (PressrunError, Unfit) as error:
            log.info("page.unread", error=error.message)
            return _unread(url, error.message)
        return Page(
            title=" ".join((reading.title or title or url).split())[:200], href=fetched.url, chunks=reading.chunks
        )


def _unread(url: str, why: str) -> str:
    return f"A page that the web search found could not be read ({url[:200]}): {why}."
