"""Figures computed from the sources; every number that a report states about them comes from here."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable

from services.worker.content import Facts, Passage, SourceFacts, SourceInfo
from shared.domain.context import SourceText

from . import terms
from .statements import statements

MODALS = ("must", "must not", "shall", "shall not", "should", "may", "may not")
_MODAL = re.compile(r"(?<!\d )\b(must|shall|should|may)\b(\s+not\b)?(?! \d)", re.IGNORECASE)
_VOWELS = re.compile(r"[aeiouy]+")
_TERMS = 40
_BINS = 14
_ENGLISH = 0.2
"""The part of a text's words that are English function words, at the least, if it is English."""


def facts(sources: list[SourceText], passages: list[Passage]) -> Facts:
    """Count words, sentences, modal verbs and terms per source and over all."""
    each = [_source(source, [passage for passage in passages if passage.source == source.number]) for source in sources]
    lengths = [length for passage in passages for length in _lengths(passage)]
    edges = _edges(max(lengths, default=0))
    return Facts(
        sources=each,
        words=sum(one.words for one in each),
        sentences=sum(one.sentences for one in each),
        passages=len(passages),
        terms=_terms(passage.text for passage in passages),
        edges=edges,
        counts=_histogram(lengths, edges),
    )


def infos(sources: list[SourceText], found: Facts) -> list[SourceInfo]:
    """The sources without their texts."""
    return [
        SourceInfo(
            number=source.number,
            title=source.title,
            href=source.href,
            words=figures.words,
            sentences=figures.sentences,
            passages=figures.passages,
        )
        for source, figures in zip(sources, found.sources, strict=True)
    ]


def _source(source: SourceText, passages: list[Passage]) -> SourceFacts:
    text = "\n\n".join(passage.text for passage in passages)
    lengths = [length for passage in passages for length in _lengths(passage)]
    total, sentences = terms.count(text), len(lengths)
    return SourceFacts(
        number=source.number,
        title=source.title,
        words=total,
        sentences=sentences,
        sections=len({tuple(passage.path) for passage in passages}),
        passages=len(passages),
        words_per_sentence=round(sum(lengths) / sentences, 1) if sentences else 0.0,
        longest_sentence=max(lengths, default=0),
        reading_ease=_reading_ease(text, total, sentences),
        modals=_modals(text),
        terms=_terms([text]),
    )


def _lengths(passage: Passage) -> list[int]:
    """Words per sentence; an item of a list counts as one."""
    return [terms.count(part) for statement in statements(passage.text) for part in (statement.text, *statement.items)]


def _modals(text: str) -> dict[str, int]:
    found = Counter(f"{verb.lower()}{' not' if negated else ''}" for verb, negated in _MODAL.findall(text))
    return {modal: found[modal] for modal in MODALS}


def _terms(texts: Iterable[str]) -> dict[str, int]:
    """The most frequent stems, each shown as its most frequent form."""
    forms: dict[str, Counter[str]] = {}
    for text in texts:
        for word in terms.words(text):
            if terms.carries(word):
                forms.setdefault(terms.stem(word), Counter())[word] += 1
    ranked = sorted(forms.values(), key=lambda form: (-form.total(), min(form)))
    return {min(form, key=lambda word: (-form[word], word)): form.total() for form in ranked[:_TERMS]}


def _reading_ease(text: str, total: int, sentences: int) -> float | None:
    words = terms.words(text)
    if not total or not sentences or sum(word in terms.STOP for word in words) < _ENGLISH * total:
        return None
    syllables = sum(_syllables(word) for word in words)
    return round(206.835 - 1.015 * total / sentences - 84.6 * syllables / total, 1)


def _syllables(word: str) -> int:
    groups = len(_VOWELS.findall(word))
    silent = word.endswith("e") and not word.endswith(("le", "ee")) and groups > 1
    return max(groups - silent, 1)


def _edges(longest: int) -> list[float]:
    """Bins of a round width, few enough to read."""
    width = next(step for step in (5, 10, 20, 50, 100, 500, 1000, 10**9) if longest <= step * _BINS)
    return [float(width * index) for index in range(max(math.ceil(longest / width), 1) + 1)]


def _histogram(lengths: list[int], edges: list[float]) -> list[int]:
    """A length on an edge belongs to the bin below it."""
    width = edges[1]
    found = Counter(max(math.ceil(length / width) - 1, 0) for length in lengths)
    return [found[index] for index in range(len(edges) - 1)]
