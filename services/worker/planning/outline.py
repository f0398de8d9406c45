"""Plans a report: its style, its sections, and what each of them may be written from. Deterministic."""

from __future__ import annotations

import re

import msgspec

from services.worker.content import Outline, Passage, Planned, Section, Style
from services.worker.reading import terms

from . import lenses, style
from .allot import Want, allot
from .aspects import aspects, length
from .quotable import Span
from .rank import Index
from .topics import Topic, topics

MAX_TOKENS = 16384
_WORDS = (300, 20_000)
_LEAST_TOKENS, _TOKENS_PER_WORD = 96, 2.0
_RELEVANT = 0.4
_READ_WORDS = 2200
"""How much of the sources one section's writer is given."""
_LEAST_STATEMENTS = 3
_GENEROUS = 1.2
"""Not every section finds as much as it has room for."""
_ABOUT = 0.6
_DEFINITIONS = frozenset(terms.stems("definition definitions glossary terminology vocabulary"))


class Plan(msgspec.Struct, frozen=True):
    outline: Outline
    sections: list[Section]


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for."""

    title: str
    query: str
    language: str = "en"
    style: object = None
    max_tokens: int = MAX_TOKENS


class _Seed(msgspec.Struct, frozen=True, kw_only=True):
    """A section before anything is assigned to it."""

    kind: lenses.Kind
    title: str
    brief: str
    stems: list[str]
    relevance: list[float]
    asked: bool = True


def plan(order: Order, titles: list[str], passages: list[Passage]) -> Plan:
    """Choose the style and the sections, assign passages to them and deal out what they may quote.

    Args:
        titles: of the sources, in order of their numbers.

    Raises:
        Rejected: the style that was asked for does not exist.
    """
    choice = style.detect(order.query, order.style)
    asked = length(order.query)
    words = min(max(asked or lenses.WORDS[choice.style], _WORDS[0]), _WORDS[1])
    index = Index(passages)
    kept = _dealt(_seeds(order, choice.style, titles, index), words, len(titles), index)
    each = words // len(kept)
    tokens = max(min(int(each * _TOKENS_PER_WORD) + 200, order.max_tokens // len(kept)), _LEAST_TOKENS)
    sections = [
        _section(number, seed, dealt, index, words=each, max_tokens=tokens)
        for number, (seed, dealt) in enumerate(kept, 1)
    ]
    outline = Outline(
        title=order.title,
        query=order.query,
        language=order.language or "en",
        style=choice.style,
        style_chosen=choice.chosen,
        style_words=choice.words,
        words=words,
        words_asked=asked is not None,
        sections=[_planned(section) for section in sections],
        missing=_missing(order, titles, index) if passages else [],
        sources=titles,
    )
    return Plan(outline, sections)


def _seeds(order: Order, kind: Style, titles: list[str], index: Index) -> list[_Seed]:
    named = aspects(order.query, titles)
    if not index.passages:
        return [_bare(phrase, kind) for phrase in named or [order.title]] + [
            _gathering(lens, []) for lens in lenses.AFTER[kind]
        ]
    about = [_about(matter, kind, index) for matter in topics(named, index, lenses.TOPICS[kind])]
    anything = [max(values) for values in zip(*(seed.relevance for seed in about), strict=True)]
    general = anything or index.relevance(terms.stems(order.query))
    return [
        *(_gathering(lens, general) for lens in lenses.BEFORE[kind]),
        *about,
        *(_gathering(lens, general) for lens in lenses.AFTER[kind]),
    ]


def _dealt(seeds: list[_Seed], words: int, sources: int, index: Index) -> list[tuple[_Seed, list[Span]]]:
    """The sections that are worth writing, with what each may quote; at least one."""
    room = round(words / max(len(seeds), 1) / max(sources, 1) * _GENEROUS)
    spans = allot([_want(seed, room) for seed in seeds], index)
    pairs = list(zip(seeds, spans, strict=True))
    kept = pairs if not index.passages else [(seed, dealt) for seed, dealt in pairs if _worthwhile(seed, dealt)]
    if kept:
        return kept
    whole = _gathering(lenses.WHOLE, [1.0] * len(index.passages))
    return [(whole, allot([_want(whole, words)], index)[0])]


def _missing(order: Order, titles: list[str], index: Index) -> list[str]:
    return [
        phrase for phrase in aspects(order.query, titles) if not any(index.share(stem) for stem in terms.stems(phrase))
    ]


def _bare(phrase: str, kind: Style) -> _Seed:
    title = phrase[:1].upper() + phrase[1:]
    return _Seed(kind="topic", title=title, brief=lenses.TOPIC_BRIEF[kind], stems=terms.stems(phrase), relevance=[])


def _about(matter: Topic, kind: Style, index: Index) -> _Seed:
    relevance = index.relevance(matter.stems)
    for number in matter.passages:
        relevance[number] = max(relevance[number], 0.9)
    return _Seed(
        kind="topic",
        title=matter.title,
        brief=lenses.TOPIC_BRIEF[kind],
        stems=list(matter.stems),
        relevance=relevance,
        asked=matter.asked,
    )


def _gathering(lens: lenses.Lens, general: list[float]) -> _Seed:
    return _Seed(kind=lens.kind, title=lens.title, brief=lens.brief, stems=[], relevance=general)


def _want(seed: _Seed, room: int) -> Want:
    return Want(
        kind=seed.kind,
        stems=seed.stems,
        relevance=seed.relevance,
        room=room,
        least=_RELEVANT,
        defining=any(stem in _DEFINITIONS for stem in seed.stems),
    )


def _worthwhile(seed: _Seed, dealt: list[Span]) -> bool:
    """A matter that was asked for is taken up whatever there is on it; any other section needs something to say."""
    if seed.kind == "topic":
        return seed.asked or bool(dealt)
    return len(dealt) >= _LEAST_STATEMENTS


def _section(number: int, seed: _Seed, dealt: list[Span], index: Index, *, words: int, max_tokens: int) -> Section:
    return Section(
        id=f"s{number}-{_slug(seed.title)}",
        title=seed.title,
        lens=seed.kind,
        brief=seed.brief,
        terms=seed.stems,
        words=words,
        max_tokens=max_tokens,
        passages=_assigned(seed, dealt, index),
        about=_about_it(seed, dealt, index),
        quotable=dealt,
    )


def _assigned(seed: _Seed, dealt: list[Span], index: Index) -> list[Passage]:
    """The most relevant passages as far as there is room, and all that may be quoted; in reading order."""
    chosen = {number for number, _, _ in dealt}
    room = _READ_WORDS
    ranked = sorted(zip(seed.relevance, index.passages, strict=False), key=lambda pair: -pair[0])
    for relevance, passage in ranked:
        if relevance < _RELEVANT or passage.words > room:
            continue
        room -= passage.words
        chosen.add(passage.number)
    return [passage for passage in index.passages if passage.number in chosen]


def _about_it(seed: _Seed, dealt: list[Span], index: Index) -> list[int]:
    """Numbers of the passages that surely are about it, in sources that have something to quote on it."""
    quoted = {number for number, _, _ in dealt}
    sources = {passage.source for passage in index.passages if passage.number in quoted}
    return [
        passage.number
        for relevance, passage in zip(seed.relevance, index.passages, strict=False)
        if passage.number in quoted or (relevance >= _ABOUT and passage.source in sources)
    ]


def _planned(section: Section) -> Planned:
    return Planned(id=section.id, title=section.title, brief=section.brief, lens=section.lens, passages=section.about)


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40] or "section"
