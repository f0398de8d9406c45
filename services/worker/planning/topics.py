"""What the report can be about: the matters that the query names, then those that the sources' headings share."""

from __future__ import annotations

import re
from collections import Counter

import msgspec

from services.worker.content import Passage
from services.worker.reading import terms

from .rank import Index

_SAME = 0.5
"""Two headings whose weighted words agree this much are about one matter."""
_MOST_UNITS = 200
_ABOUT = 0.55
_COVERED = 0.85
_COMMON = 0.5
"""A word that more than this share of the passages has is no matter of its own."""
_OPENING = 0.2
_NUMBER = re.compile(r"^(?:\(?\d+(?:\.\d+)*[.):]?|[ivxlc]+[.)]|[A-Z][.)])\s+", re.IGNORECASE)


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """One matter."""

    title: str
    stems: tuple[str, ...]
    asked: bool
    position: float
    """Where in the sources it stands on average: 0 at their beginnings, 1 at their ends."""
    sources: int
    words: int
    passages: tuple[int, ...] = ()
    """Indexes of the passages below the headings that it was found by."""


class _Unit(msgspec.Struct, frozen=True):
    """The passages below one heading of one source."""

    source: int
    title: str
    stems: frozenset[str]
    passages: tuple[int, ...]
    words: int


def topics(aspects: list[str], index: Index, most: int) -> list[Topic]:
    """At most ``most`` matters: an opening one that the sources share, what was asked, then what else they share."""
    asked = [topic for aspect in aspects if (topic := _asked(aspect, index))][:most]
    found = _found(_uncovered(_units(index), asked, index), index)
    several = len({passage.source for passage in index.passages}) > 1
    shared = [topic for topic in found if topic.sources > 1 or not several]
    rest = [topic for topic in found if topic not in shared]
    chosen = [*shared, *(rest if len(asked) + len(shared) < most // 2 else [])][: most - len(asked)]
    opening = [topic for topic in chosen if topic.position < _OPENING and (topic.sources > 1 or not asked)]
    later = sorted((topic for topic in chosen if topic not in opening), key=lambda topic: topic.position)
    return [*sorted(opening, key=lambda topic: topic.position), *asked, *later]


def heading(title: str) -> str:
    """A heading without its number, and not in capitals."""
    plain = _NUMBER.sub("", title).strip(" .:")
    return plain.capitalize() if plain.isupper() and len(plain) > 5 else plain


def _asked(aspect: str, index: Index) -> Topic | None:
    """A matter that was asked for, if the passages have its words at all."""
    stems = tuple(dict.fromkeys(terms.stems(aspect)))
    scores = index.scores(stems)
    best = max(scores, default=0.0)
    if best <= 0 or all(index.share(stem) > _COMMON for stem in stems):
        return None
    about = [number for number, score in enumerate(scores) if score >= _ABOUT * best]
    return _topic(aspect[:1].upper() + aspect[1:], stems, about, index, asked=True)


def _topic(title: str, stems: tuple[str, ...], about: list[int], index: Index, *, asked: bool) -> Topic:
    passages = [index.passages[number] for number in about]
    places = [_place(number, index) for number in about]
    return Topic(
        title=title,
        stems=stems,
        asked=asked,
        position=sum(places) / len(places),
        sources=len({passage.source for passage in passages}),
        words=sum(passage.words for passage in passages),
        passages=() if asked else tuple(about),
    )


def _place(number: int, index: Index) -> float:
    source = index.passages[number].source
    same = [other for other, passage in enumerate(index.passages) if passage.source == source]
    return same.index(number) / len(same)


def _units(index: Index) -> list[_Unit]:
    groups: dict[tuple[int, tuple[str, ...]], list[int]] = {}
    for number, passage in enumerate(index.passages):
        if passage.path:
            groups.setdefault((passage.source, tuple(passage.path)), []).append(number)
    units = [_unit(path, numbers, index) for (_, path), numbers in groups.items()]
    return sorted(units, key=lambda unit: -unit.words)[:_MOST_UNITS]


def _unit(path: tuple[str, ...], numbers: list[int], index: Index) -> _Unit:
    passages: list[Passage] = [index.passages[number] for number in numbers]
    title = heading(path[-1])
    words = sum(passage.words for passage in passages)
    return _Unit(passages[0].source, title, frozenset(terms.stems(title)), tuple(numbers), words)


def _uncovered(units: list[_Unit], asked: list[Topic], index: Index) -> list[_Unit]:
    """Without the headings that a matter which was asked for takes care of."""
    taken: set[int] = set()
    for topic in asked:
        scores = index.scores(topic.stems)
        best = max(scores)
        taken.update(number for number, score in enumerate(scores) if score >= _COVERED * best)
    stems = {stem for topic in asked for stem in topic.stems}
    return [unit for unit in units if unit.stems and not unit.stems & stems and not taken.issuperset(unit.passages)]


def _found(units: list[_Unit], index: Index) -> list[Topic]:
    """Clusters of headings that say the same, those that most sources share first."""
    clusters: list[list[_Unit]] = []
    for unit in units:
        near = max(clusters, key=lambda cluster: _agreement(unit, cluster[0], index), default=None)
        if near is not None and _agreement(unit, near[0], index) >= _SAME:
            near.append(unit)
        else:
            clusters.append([unit])
    found = [_merged(cluster, index) for cluster in clusters]
    return sorted(found, key=lambda topic: (-topic.sources, -topic.words, topic.title))


def _merged(cluster: list[_Unit], index: Index) -> Topic:
    titles = Counter(unit.title for unit in cluster)
    title = min(titles, key=lambda title: (-titles[title], len(title), title))
    stems = tuple(dict.fromkeys(stem for unit in cluster for stem in sorted(unit.stems)))
    about = sorted(number for unit in cluster for number in unit.passages)
    return _topic(title, stems, about, index, asked=False)


def _agreement(one: _Unit, other: _Unit, index: Index) -> float:
    """Shared words of two headings, weighted by how much they tell."""
    union = sum(index.idf(stem) for stem in one.stems | other.stems)
    return sum(index.idf(stem) for stem in one.stems & other.stems) / union if union else 0.0
