"""What a report is written from beside what its request holds: passages of a knowledge base, and of the web."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from itertools import repeat
from uuid import UUID

import msgspec
from msgspec.structs import replace

from services.worker.content import Passage
from services.worker.planning.aspects import aspects
from services.worker.planning.rank import Index
from services.worker.reading import terms
from shared.contracts.knowledge import Found
from shared.domain.context import SourceText
from shared.domain.outcome import Work

from .search import Retriever, distinct
from .web import NOT_CONFIGURED, Page, Web

FOR_QUERY, FOR_ASPECT, FOR_SECTION = 16, 8, 8
"""Passages."""
MOST = 80
"""Passages of one knowledge base that a report is planned with."""
MOST_ASPECTS = 8
WEB_PASSAGES = 24
NOTHING = "The knowledge base has nothing on what was asked."


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """Sources and passages, each numbered from 1."""

    sources: list[SourceText] = []
    passages: list[Passage] = []
    notices: list[str] = []

    def after(self, sources: int, passages: int) -> Gathered:
        """Numbered behind so many others."""
        return replace(
            self,
            sources=[replace(one, number=one.number + sources) for one in self.sources],
            passages=[replace(one, number=one.number + passages, source=one.source + sources) for one in self.passages],
        )


class Gathering:
    """Asks the knowledge base that a run names, as the run's owner, and the web, if the request wants it."""

    def __init__(self, retriever: Retriever, web: Web | None, owner: Callable[[Work], Awaitable[UUID]]) -> None:
        self._retriever = retriever
        self._web = web
        self._owner = owner

    async def for_query(self, work: Work, query: str) -> Gathered:
        """Passages for the whole report: for the query, and for each matter that it names.

        Raises:
            NotFound, Forbidden: the knowledge base is gone, or not the owner's to read (any more).
        """
        found, notices = await self._asked(work, [query, *aspects(query, [])[:MOST_ASPECTS]])
        pages: list[Page] = []
        if (work.inputs.get("parameters") or {}).get("web_search") is True:
            told = await self._web.pages(work.inputs.get("webQuery") or query) if self._web else None
            pages, notices = (told.pages, notices + told.notices) if told else ([], [*notices, NOT_CONFIGURED])
        known = _of_documents(found)
        web = _of_pages(pages, query).after(len(known.sources), len(known.passages))
        return Gathered(sources=known.sources + web.sources, passages=known.passages + web.passages, notices=notices)

    async def for_sections(
        self, work: Work, queries: Sequence[str], outside: Sequence[str] | None = None
    ) -> list[Gathered]:
        """The passages nearest to each section, one answer each, numbered from 1 over all of them together.

        Args:
            outside: the queries as others may be told them, where that is not the same.

        Raises:
            NotFound, Forbidden: as above.
        """
        base_id = work.inputs.get("honeyJarId")
        if not base_id:
            return [Gathered() for _ in queries]
        owner = await self._owner(work)
        return [
            _of_documents(
                (await self._retriever.search(owner, str(base_id), query, most=FOR_SECTION, outside=told)).found
            )
            for query, told in zip(queries, outside or repeat(None, len(queries)), strict=True)
        ]

    async def _asked(self, work: Work, queries: Sequence[str]) -> tuple[list[Found], list[str]]:
        base_id = work.inputs.get("honeyJarId")
        if not base_id:
            return [], []
        owner = await self._owner(work)
        vague = work.inputs.get("webQuery")
        found: list[Found] = []
        for number, query in enumerate(queries):
            most = FOR_ASPECT if number else FOR_QUERY
            told = None if vague is None else vague if not number else query if _within(query, vague) else ""
            found += (await self._retriever.search(owner, str(base_id), query, most=most, outside=told)).found
        return distinct(found)[:MOST], [] if found else [NOTHING]


def _within(words: str, text: str) -> bool:
    """Whether a text has all of some words: what was taken out of it is none of them."""
    return set(words.casefold().split()) <= set(text.casefold().split())


def _of_documents(found: Iterable[Found]) -> Gathered:
    """Documents as sources, in the order in which they were found; passages in reading order within each."""
    groups: dict[UUID, list[Found]] = {}
    for one in found:
        groups.setdefault(one.document_id, []).append(one)
    gathered = Gathered()
    for document_id, members in groups.items():
        number = len(gathered.sources) + 1
        gathered.sources.append(SourceText(number=number, title=members[0].title, text=""))
        for one in sorted(members, key=lambda member: member.number):
            gathered.passages.append(
                Passage(
                    number=len(gathered.passages) + 1,
                    source=number,
                    path=one.path,
                    place=one.place,
                    origin=f"{document_id}:{one.number}",
                    text=one.text,
                    words=terms.count(one.text),
                )
            )
    return gathered


def _of_pages(pages: Sequence[Page], query: str) -> Gathered:
    """Pages as sources, each with those of its passages that are about the query."""
    passages = [
        Passage(
            number=0,
            source=number,
            path=chunk.path,
            place=chunk.place,
            origin=f"{_short(page.href)}:{chunk.number}",
            text=chunk.text,
            words=chunk.words,
        )
        for number, page in enumerate(pages, 1)
        for chunk in page.chunks
    ]
    scores = Index(passages).scores(terms.stems(query)) if passages else []
    best = sorted((place for place, score in enumerate(scores) if score > 0), key=lambda place: -scores[place])
    kept = [passages[place] for place in sorted(best[:WEB_PASSAGES])]
    sources = sorted({passage.source for passage in kept})
    numbers = {source: number for number, source in enumerate(sources, 1)}
    return Gathered(
        sources=[
            SourceText(number=numbers[source], title=pages[source - 1].title, text="", href=pages[source - 1].href)
            for source in sources
        ],
        passages=[
            replace(passage, number=number, source=numbers[passage.source]) for number, passage in enumerate(kept, 1)
        ],
    )


def _short(href: str) -> str:
    """An address as an origin: told apart from others, and telling nothing."""
    return hashlib.sha256(href.encode()).hexdigest()[:16]
