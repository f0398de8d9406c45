"""Puts retrieval around ``report.outline``: each section that was planned gets the passages nearest to it."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from services.worker.content import Facts, Outline, Passage, Section, SourceInfo
from services.worker.privacy.vault import Vault
from services.worker.reading.facts import facts, infos
from services.worker.retrieval.gather import Gathered, Gathering
from services.worker.retrieval.search import bare_words
from shared.domain.context import SourceText, told_apart
from shared.domain.errors import Forbidden, NotFound
from shared.domain.outcome import Done, Fail, NodeFunction, Outcome, Work

from .private import hidden


def nearer(function: NodeFunction, gathering: Gathering, vault: Vault | None) -> NodeFunction:
    """A node that plans sections: they read passages of the knowledge base that nobody thought of for the whole.

    What is asked for has its values back, since the knowledge base knows no tokens, but not for an endpoint for vectors
    elsewhere; what is found gets tokens.
    """

    async def run(work: Work) -> Outcome:
        outcome = await function(work)
        if not isinstance(outcome, Done) or not work.inputs.get("honeyJarId") or not outcome.outputs.get("sections"):
            return outcome
        sections = msgspec.convert(outcome.outputs["sections"], list[Section])
        queries = [f"{section.title}. {section.brief}" for section in sections]
        private = vault is not None and await vault.kept(work)
        asked = (await vault.back(work, queries)).value if vault is not None and private else queries
        try:
            found = await gathering.for_sections(work, asked, queries)
        except (NotFound, Forbidden) as error:
            return Fail(error.code, error.message)
        if vault is not None and private:
            raw = {"found": msgspec.to_builtins(found)}
            changed = await vault.change(work, lambda one: hidden(one, raw))
            found = msgspec.convert((changed or raw)["found"], list[Gathered])
        return replace(outcome, outputs=outcome.outputs | merged(outcome.outputs, sections, found))

    return run


def merged(outputs: dict[str, Any], sections: list[Section], found: list[Gathered]) -> dict[str, Any]:
    """The node's outputs with what was found for each section: a passage that is there already keeps its number. Pure."""
    pool = _Pool(
        msgspec.convert(outputs["passages"], list[Passage]), msgspec.convert(outputs["sources"], list[SourceInfo])
    )
    filled = [_filled(section, pool.numbered(one)) for section, one in zip(sections, found, strict=True)]
    sources = told_apart(
        [SourceText(number=one.number, title=one.title, text="", href=one.href) for one in pool.sources]
    )
    figures = facts(sources, pool.passages)
    before = msgspec.convert(outputs["facts"], Facts)
    outline = msgspec.convert(outputs["outline"], Outline)
    return {
        "outline": msgspec.to_builtins(replace(outline, sources=[source.title for source in sources])),
        "sections": msgspec.to_builtins(filled),
        "passages": msgspec.to_builtins(pool.passages),
        "sources": msgspec.to_builtins(infos(sources, figures)),
        "facts": msgspec.to_builtins(replace(figures, notices=before.notices)),
    }


class _Pool:
    """All passages of a report, each of them once, also if two documents have it."""

    def __init__(self, passages: list[Passage], sources: list[SourceInfo]) -> None:
        self.passages = passages
        self.sources = sources
        self._known = {passage.origin: passage for passage in passages if passage.origin}
        self._said = {bare_words(passage.text): passage for passage in self._known.values()}
        self._documents = {_document(passage.origin): passage.source for passage in passages if passage.origin}

    def numbered(self, found: Gathered) -> list[Passage]:
        """What was found, as passages of this report."""
        titles = {source.number: source.title for source in found.sources}
        return [self._one(passage, titles[passage.source]) for passage in found.passages]

    def _one(self, passage: Passage, title: str) -> Passage:
        known = self._known.get(passage.origin) or self._said.get(bare_words(passage.text))
        if known is not None:
            return known
        document = _document(passage.origin)
        if document not in self._documents:
            self._documents[document] = len(self.sources) + 1
            self.sources.append(SourceInfo(number=len(self.sources) + 1, title=title))
        added = replace(passage, number=len(self.passages) + 1, source=self._documents[document])
        self.passages.append(added)
        self._known[added.origin] = added
        self._said[bare_words(added.text)] = added
        return added


def _filled(section: Section, found: list[Passage]) -> Section:
    there = {passage.number for passage in section.passages}
    more = [passage for passage in found if passage.number not in there]
    return replace(section, passages=sorted([*section.passages, *more], key=lambda passage: passage.number))


def _document(origin: str) -> str:
    return origin.rpartition(":")[0]
