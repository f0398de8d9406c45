"""Tables and charts computed from the sources, each with a sentence that says what it shows."""

from __future__ import annotations

from services.worker.content import Facts, Passage, SourceFacts
from services.worker.planning.topics import heading
from services.worker.reading.facts import MODALS
from services.worker.wording import Words
from shared.document.blocks import Axis, Block, Chart, Column, Heading, Inline, Paragraph, Series, Table, Text

_TERMS = 14
_SECTIONS = 12
_ENOUGH_WORDS, _ENOUGH_MODALS, _ENOUGH_SENTENCES = 300, 10, 25
"""A chart of less than this shows nothing."""


def figures(facts: Facts, passages: list[Passage], say: Words) -> list[Block]:
    """The sources in figures. Nothing without sources."""
    if not facts.words:
        return []
    english = any(source.reading_ease is not None for source in facts.sources)
    parts: list[Block] = [
        Heading(1, [Text(say("figures"))]),
        _said(_length(facts, say)),
        _table(facts, say, english=english),
    ]
    if facts.words >= _ENOUGH_WORDS:
        parts.append(_lengths(facts.sources, say) if len(facts.sources) > 1 else _sections(passages, say))
    if english and sum(sum(source.modals.values()) for source in facts.sources) >= _ENOUGH_MODALS:
        parts += [Heading(2, [Text(say("modals"))]), _said(_modals_said(facts, say)), _modals(facts, say)]
    if facts.sentences >= _ENOUGH_SENTENCES:
        parts += [Heading(2, [Text(say("sentences"))]), _said(_sentences_said(facts, say)), _sentences(facts, say)]
    if facts.words >= _ENOUGH_WORDS and len(facts.terms) > 2:
        parts += [Heading(2, [Text(say("terms"))]), _said(_terms_said(facts, say)), _terms(facts, say)]
    return parts


def _said(text: str) -> Paragraph:
    return Paragraph([Text(text)])


def _length(facts: Facts, say: Words) -> str:
    if len(facts.sources) == 1:
        only = facts.sources[0]
        words, sentences = say.counted(only.words, "word"), say.counted(only.sentences, "sentence")
        return say("length.one", title=only.title, words=words, sentences=sentences)
    longest = max(facts.sources, key=lambda source: source.words)
    shortest = min(facts.sources, key=lambda source: source.words)
    return say(
        "length.many",
        longest=longest.title,
        words=say.counted(longest.words, "word"),
        share=round(100 * longest.words / facts.words),
        shortest=shortest.title,
        least=say.figure(shortest.words),
    )


def _table(facts: Facts, say: Words, *, english: bool) -> Table:
    columns = ["words", "sections", "sentences", "average", "longest", *(["ease"] if english else [])]
    rows: list[list[list[Inline]]] = []
    for source in facts.sources:
        values = [
            say.figure(source.words),
            say.figure(source.sections),
            say.figure(source.sentences),
            say.figure(source.words_per_sentence, 1),
            say.figure(source.longest_sentence),
            *(["–" if source.reading_ease is None else say.figure(source.reading_ease)] if english else []),
        ]
        row: list[list[Inline]] = [[Text(source.title, ["strong"])]]
        row += [[Text(value)] for value in values]
        rows.append(row)
    named = [Column([Text(say(f"column.{name}"))], "right") for name in columns]
    return Table(
        [Column([Text(say("column.source"))]), *named],
        rows,
        caption=say("table.caption"),
        note=say("table.note") + (say("table.ease") if english else ""),
    )


def _lengths(sources: list[SourceFacts], say: Words) -> Chart:
    told = "; ".join(f"{source.title} {say.counted(source.words, 'word')}" for source in sources)
    return Chart(
        kind="bars-h",
        title=say("lengths"),
        alt=say("bars", told=told),
        categories=[source.title for source in sources],
        series=[Series(say("column.words"), [float(source.words) for source in sources])],
        x=Axis(say("column.words")),
    )


def _sections(passages: list[Passage], say: Words) -> Chart:
    words: dict[str, int] = {}
    for passage in passages:
        name = heading(passage.locator) or say("beginning")
        words[name] = words.get(name, 0) + passage.words
    longest = sorted(words, key=lambda name: -words[name])[:_SECTIONS]
    shown = [name for name in words if name in longest]
    left = len(words) - len(shown)
    some = say("lengths.some", count=len(shown), left=say.plural(left, "shorter"))
    return Chart(
        kind="bars-h",
        title=say("lengths.sections"),
        alt=say("bars", told="; ".join(f"{name} {say.counted(words[name], 'word')}" for name in shown)),
        categories=shown,
        series=[Series(say("column.words"), [float(words[name]) for name in shown])],
        x=Axis(say("column.words")),
        caption=some if left else "",
    )


def _modals_said(facts: Facts, say: Words) -> str:
    told = []
    for source in facts.sources:
        most = max(MODALS, key=lambda modal: source.modals.get(modal, 0))
        count = source.modals.get(most, 0)
        if count:
            told.append(say("modals.one", modal=most, title=source.title, times=say.times(count)))
    return say("modals.said", told=say.listed(told))


def _modals(facts: Facts, say: Words) -> Chart:
    used = [modal for modal in MODALS if any(source.modals.get(modal) for source in facts.sources)]
    told = "; ".join(
        f"{source.title}: " + ", ".join(f"{modal} {say.figure(_per_thousand(source, modal), 1)}" for modal in used)
        for source in facts.sources
    )
    return Chart(
        kind="bars",
        title=say("modals.title"),
        alt=say("modals.alt", told=told),
        categories=used,
        series=[Series(source.title, [_per_thousand(source, modal) for modal in used]) for source in facts.sources],
        y=Axis(say("modals.axis")),
        caption=say("modals.caption"),
        show_data=True,
    )


def _per_thousand(source: SourceFacts, modal: str) -> float:
    return round(1000 * source.modals.get(modal, 0) / source.words, 1) if source.words else 0.0


def _sentences_said(facts: Facts, say: Words) -> str:
    count, half, seen = say.figure(facts.sentences), facts.sentences / 2, 0
    for edge, held in zip(facts.edges[1:], facts.counts, strict=True):
        seen += held
        if seen >= half:
            longest = say.figure(max(source.longest_sentence for source in facts.sources))
            return say("sentences.said", count=count, seen=say.figure(seen), edge=say.figure(edge), longest=longest)
    return say("sentences.count", count=count)


def _sentences(facts: Facts, say: Words) -> Chart:
    width = say.figure(facts.edges[1] - facts.edges[0])
    alt = say("sentences.alt", count=say.figure(facts.sentences), width=width)
    return Chart(
        kind="histogram",
        title=say("sentences.title"),
        alt=alt + _sentences_said(facts, say),
        series=[Series(say("column.sentences"), [float(count) for count in facts.counts])],
        edges=facts.edges,
        x=Axis(say("sentences.x")),
        y=Axis(say("column.sentences")),
    )


def _terms_said(facts: Facts, say: Words) -> str:
    first = list(facts.terms.items())[:3]
    told = [f"{say('quoted', text=term)} ({say.figure(count)})" for term, count in first]
    return say("terms.said", told=say.listed(told))


def _terms(facts: Facts, say: Words) -> Chart:
    shown = list(facts.terms.items())[:_TERMS]
    return Chart(
        kind="bars-h",
        title=say("terms.title"),
        alt=say("bars", told=", ".join(f"{term} {count}" for term, count in shown)),
        categories=[term for term, _ in shown],
        series=[Series(say("terms.axis"), [float(count) for _, count in shown])],
        x=Axis(say("terms.axis")),
        caption=say("terms.caption"),
    )
