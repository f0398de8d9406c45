"""Plans a report: its style, its sections, and what each of them may be written from. Deterministic."""

from __future__ import annotations

import re

import msgspec

from services.worker.content import Outline, Passage, Planned, Section, Style, Usage
from services.worker.reading import terms
from services.worker.wording import Words, wording

from . import lenses, style
from .allot import Want, allot
from .aspects import aspects
from .length import length
from .parts import PARTS
from .plan import Named, Order, Plan
from .proposal import Proposed
from .quotable import Span
from .rank import Index
from .topics import Topic, topics

_WORDS = (300, 20_000)
"""The least and the most that is planned, whatever is asked for."""
_LEAST_TOKENS, _TOKENS_PER_WORD = 96, 2.0
_RELEVANT = 0.4
_READ_WORDS = 2200
"""How much of the sources one section's writer is given."""
_LEAST_STATEMENTS = 3
_GENEROUS = 1.2
"""Not every section finds as much as it has room for."""
_ABOUT = 0.6
_MEANT, _NOT_MEANT = 0.9, 0.7
"""A passage that a model named for a section, and one that it did not name but whose words are near."""
_DEFINITIONS = frozenset(terms.stems("definition definitions glossary terminology vocabulary"))


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
    index = Index(passages)
    outline = _outline(order, titles, index)
    seeds = [_named(one, outline, index) for one in order.sections] or _seeds(order, outline.style, titles, index)
    say = wording(outline.language)
    pairs = _dealt(seeds, outline.words, len(titles), index, say, all_of_them=bool(order.sections))
    return _filled(outline, pairs, index)


def replan(first: Plan, proposed: list[Proposed], passages: list[Passage], *, planner: str, usage: Usage) -> Plan:
    """The plan with the sections that a model proposed; each also gets the passages nearest to its title.

    Args:
        first: the plan that was found by rules.
        planner: the model's name.
    """
    index = Index(passages)
    outline = msgspec.structs.replace(first.outline, planner=planner, usage=usage)
    seeds = [_proposed(one, outline, index) for one in proposed]
    say = wording(outline.language)
    pairs = _dealt(seeds, outline.words, len(outline.sources), index, say, all_of_them=True)
    return _filled(outline, pairs, index)


def _outline(order: Order, titles: list[str], index: Index) -> Outline:
    """Everything of an outline but its sections."""
    choice = style.detect(order.query, order.style)
    asked = length(order.query)
    words = min(max(asked or lenses.WORDS[choice.style], _WORDS[0]), _WORDS[1])
    return Outline(
        title=order.title,
        query=order.query,
        language=order.language or "en",
        style=choice.style,
        style_chosen=choice.chosen,
        style_words=choice.words,
        mode=order.mode,
        tokens=order.max_tokens,
        instructions=order.instructions,
        words=words,
        words_asked=asked is not None,
        words_wanted=asked or 0,
        missing=_missing(order, titles, index) if index.passages else [],
        sources=titles,
    )


def _filled(outline: Outline, kept: list[tuple[_Seed, list[Span]]], index: Index) -> Plan:
    each = outline.words // len(kept)
    tokens = max(min(int(each * _TOKENS_PER_WORD) + 200, outline.tokens // len(kept)), _LEAST_TOKENS)
    sections = [
        _section(number, seed, dealt, index, words=each, max_tokens=tokens)
        for number, (seed, dealt) in enumerate(kept, 1)
    ]
    return Plan(msgspec.structs.replace(outline, sections=[_planned(section) for section in sections]), sections)


def _seeds(order: Order, kind: Style, titles: list[str], index: Index) -> list[_Seed]:
    named, say = aspects(order.query, titles), wording(order.language)
    if not index.passages:
        rest = [_Seed(kind="part", title=one.title, brief=one.brief, stems=[], relevance=[]) for one in PARTS[kind]]
        return [*(_bare(phrase, kind) for phrase in named), *(rest[1:] if named else rest)]
    about = [_about(matter, kind, index) for matter in topics(named, index, lenses.TOPICS[kind])]
    anything = [max(values) for values in zip(*(seed.relevance for seed in about), strict=True)]
    general = anything or index.relevance(terms.stems(order.query))
    return [
        *(_gathering(lens, general, say) for lens in lenses.BEFORE[kind]),
        *about,
        *(_gathering(lens, general, say) for lens in lenses.AFTER[kind]),
    ]


def _dealt(
    seeds: list[_Seed], words: int, sources: int, index: Index, say: Words, *, all_of_them: bool = False
) -> list[tuple[_Seed, list[Span]]]:
    """The sections that are worth writing, or all of them, with what each may quote; at least one."""
    room = round(words / max(len(seeds), 1) / max(sources, 1) * _GENEROUS)
    spans = allot([_want(seed, room) for seed in seeds], index)
    pairs = list(zip(seeds, spans, strict=True))
    kept = (
        pairs
        if all_of_them or not index.passages
        else [(seed, dealt) for seed, dealt in pairs if _worthwhile(seed, dealt)]
    )
    if kept:
        return kept
    whole = _gathering(lenses.WHOLE, [1.0] * len(index.passages), say)
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


def _named(one: Named, outline: Outline, index: Index) -> _Seed:
    """A section that the template demands."""
    stems = list(dict.fromkeys(terms.stems(f"{one.title} {one.instructions}")))
    brief = one.instructions or lenses.TOPIC_BRIEF[outline.style]
    return _Seed(kind="topic", title=one.title, brief=brief, stems=stems, relevance=_grounded(stems, outline, index))


def _grounded(stems: list[str], outline: Outline, index: Index) -> list[float]:
    """How near each passage is to a section's words; if none is, to the question's; if none is, all the same."""
    for wanted in (stems, terms.stems(outline.query)):
        found = index.relevance(wanted)
        if max(found, default=0.0) >= _RELEVANT:
            return found
    return [_RELEVANT] * len(index.passages)


def _proposed(one: Proposed, outline: Outline, index: Index) -> _Seed:
    stems = list(dict.fromkeys(terms.stems(one.title)))
    relevance = _grounded([*stems, *terms.stems(one.brief)], outline, index)
    meant = set(one.passages)
    near = [
        max(value, _MEANT) if passage.number in meant else min(value, _NOT_MEANT) if meant else value
        for passage, value in zip(index.passages, relevance, strict=True)
    ]
    return _Seed(kind="topic", title=one.title, brief=one.brief, stems=stems, relevance=near)


def _gathering(lens: lenses.Lens, general: list[float], say: Words) -> _Seed:
    title = say("lens.whole" if lens is lenses.WHOLE else f"lens.{lens.kind}")
    return _Seed(kind=lens.kind, title=title, brief=lens.brief, stems=[], relevance=general)


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
