"""Writes without a language model: selects, orders and quotes what the passages say, and adds only counts.

It is what runs when no model is configured. Every sentence is either a quotation, word for word and with
its citation, or a signpost that states places and numbers.
"""

from __future__ import annotations

from services.worker.content import Section
from services.worker.planning.topics import heading
from services.worker.wording import Words, wording

from . import signposts
from .door import Answer, OnChunk, Prompt
from .quoting import Quotation, block, escape, inline, merged, quotation

_SHORT = 45
_GENEROUS = 1.15
_FAIR = 90
_AHEAD = 2.5
_ENGLISH = wording("en")


class Extractive:
    """The writer that only quotes."""

    model = None

    async def write(self, prompt: Prompt, *, on_chunk: OnChunk) -> Answer:
        """Quote the passages of the prompt's section. Nothing can fail; without a section there is nothing to quote."""
        if prompt.section is None or prompt.outline is None:
            return Answer(text="")
        outline = prompt.outline
        answer = compose(
            prompt.section, outline.sources, comparing=outline.style == "comparison", say=wording(outline.language)
        )
        await on_chunk(answer.text)
        return answer

    async def close(self) -> None:
        """There is nothing to let go of."""


def compose(section: Section, titles: list[str], *, comparing: bool, say: Words = _ENGLISH) -> Answer:
    """A section of quotations.

    Args:
        titles: of the sources, in order of their numbers.
        comparing: group the quotations by source; otherwise by the headings that they stand below.
        say: the report's language.
    """
    if not section.passages:
        return Answer(text="")
    ranked = _chosen(section)
    if not ranked:
        return Answer(text=signposts.nothing(say))
    ordered = merged(ranked)
    gathers = section.lens != "topic"
    about = [passage for passage in section.passages if passage.number in section.about]
    intro = signposts.gathered(section.lens, say) if gathers else signposts.coverage(about, titles, say)
    groups = _groups(section, ordered, titles, say, comparing=comparing)
    parts = [escape(intro)] if intro else []
    for name, quotes in groups.items():
        if len(groups) > 1 or name.casefold() != section.title.casefold():
            parts.append(f"### {escape(name)}")
        parts += _listed(quotes, name) if gathers else _quoted(quotes, section, titles, name)
    return Answer(text="\n\n".join(parts), highlight=_highlight(ranked, titles))


def _chosen(section: Section) -> list[Quotation]:
    """The best quotations that fit into the section's words, at least one of every source that has any."""
    passages = {passage.number: passage for passage in section.passages}
    chosen: list[Quotation] = []
    room = section.words * _GENEROUS
    for number, first, last in section.quotable:
        quote = quotation(passages[number], first, last)
        size = min(quote.words, 180)
        if size <= room or all(other.passage.source != quote.passage.source for other in chosen):
            chosen.append(quote)
            room -= size
    return chosen


def _groups(
    section: Section, quotes: list[Quotation], titles: list[str], say: Words, *, comparing: bool
) -> dict[str, list[Quotation]]:
    if section.lens == "highlights":
        return {section.title: quotes}
    return _by_source(quotes, titles) if comparing and len(titles) > 1 else _by_heading(quotes, say)


def _by_source(quotes: list[Quotation], titles: list[str]) -> dict[str, list[Quotation]]:
    groups: dict[str, list[Quotation]] = {}
    for quote in quotes:
        groups.setdefault(titles[quote.passage.source - 1], []).append(quote)
    return groups


def _by_heading(quotes: list[Quotation], say: Words) -> dict[str, list[Quotation]]:
    groups: dict[str, list[Quotation]] = {}
    for quote in quotes:
        groups.setdefault(heading(quote.passage.locator) or say("beginning"), []).append(quote)
    return groups


def _quoted(quotes: list[Quotation], section: Section, titles: list[str], name: str) -> list[str]:
    """One block per place, saying where it is unless the heading above does."""
    places: dict[str, list[Quotation]] = {}
    for quote in quotes:
        places.setdefault(_attribution(quote, titles, name), []).append(quote)
    return [block(found, section.terms, place) for place, found in places.items()]


def _attribution(quote: Quotation, titles: list[str], name: str) -> str:
    source = titles[quote.passage.source - 1]
    told = heading(quote.passage.locator) == name and not quote.said[0].label
    return ", ".join(
        part for part in (source if len(titles) > 1 and source != name else "", "" if told else quote.locator) if part
    )


def _listed(quotes: list[Quotation], name: str) -> list[str]:
    """Quotations as one list, each led by its heading."""
    lines = []
    for quote in quotes:
        lead = heading(quote.passage.locator)
        lines.append(f"- **{escape(lead)}.** {inline(quote)}" if lead and lead != name else f"- {inline(quote)}")
    return ["\n".join(lines)]


def _highlight(ranked: list[Quotation], titles: list[str]) -> str:
    """A good short quotation, rather the first of its source than a later one; with its source if there are several."""
    firsts: dict[int, Quotation] = {}
    for quote in sorted(ranked, key=lambda quote: (quote.passage.number, quote.first)):
        firsts.setdefault(quote.passage.source, quote)
    places = {id(quote): rank - _AHEAD * (quote in firsts.values()) for rank, quote in enumerate(ranked)}
    short = [quote for quote in ranked if quote.words <= _SHORT and not quote.listing and not quote.shouting]
    fair = [quote for quote in ranked if quote.words <= _FAIR and not quote.listing]
    if not short and not fair:
        return ""
    best = min(short or fair, key=lambda quote: places[id(quote)])
    source = f"{escape(titles[best.passage.source - 1])}: " if len(titles) > 1 else ""
    return source + inline(best)
