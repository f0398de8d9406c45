"""Tables and charts computed from the sources, each with a sentence that says what it shows."""

from __future__ import annotations

from services.worker.content import Facts, Passage, SourceFacts
from services.worker.llm.signposts import counted, listed, plural, times
from services.worker.planning.topics import heading
from services.worker.reading.facts import MODALS
from shared.document.blocks import Axis, Block, Chart, Column, Heading, Inline, Paragraph, Series, Table, Text

_TERMS = 14
_SECTIONS = 12
_ENOUGH_WORDS, _ENOUGH_MODALS, _ENOUGH_SENTENCES = 300, 10, 25
"""A chart of less than this shows nothing."""


def figures(facts: Facts, passages: list[Passage]) -> list[Block]:
    """The sources in figures. Nothing without sources."""
    if not facts.words:
        return []
    english = any(source.reading_ease is not None for source in facts.sources)
    parts: list[Block] = [
        Heading(1, [Text("The sources in figures")]),
        _say(_length(facts)),
        _table(facts, english=english),
    ]
    if facts.words >= _ENOUGH_WORDS:
        parts.append(_lengths(facts.sources) if len(facts.sources) > 1 else _sections(passages))
    if english and sum(sum(source.modals.values()) for source in facts.sources) >= _ENOUGH_MODALS:
        parts += [Heading(2, [Text("Words of duty and permission")]), _say(_modals_said(facts)), _modals(facts)]
    if facts.sentences >= _ENOUGH_SENTENCES:
        parts += [Heading(2, [Text("Length of sentences")]), _say(_sentences_said(facts)), _sentences(facts)]
    if facts.words >= _ENOUGH_WORDS and len(facts.terms) > 2:
        parts += [Heading(2, [Text("Most frequent words")]), _say(_terms_said(facts)), _terms(facts)]
    return parts


def _say(text: str) -> Paragraph:
    return Paragraph([Text(text)])


def _length(facts: Facts) -> str:
    if len(facts.sources) == 1:
        only = facts.sources[0]
        return f"{only.title} has {counted(only.words, 'word')} in {counted(only.sentences, 'sentence')}."
    longest = max(facts.sources, key=lambda source: source.words)
    shortest = min(facts.sources, key=lambda source: source.words)
    share = round(100 * longest.words / facts.words)
    return (
        f"The longest source is {longest.title} with {counted(longest.words, 'word')}, {share} % of everything that was read; "
        f"the shortest is {shortest.title} with {shortest.words:,}."
    )


def _table(facts: Facts, *, english: bool) -> Table:
    headers = ["Words", "Sections", "Sentences", "Words per sentence", "Longest sentence"] + ["Reading ease"] * english
    rows: list[list[list[Inline]]] = []
    for source in facts.sources:
        values = [
            f"{source.words:,}",
            f"{source.sections:,}",
            f"{source.sentences:,}",
            f"{source.words_per_sentence:.1f}",
            f"{source.longest_sentence:,}",
            *(["–" if source.reading_ease is None else f"{source.reading_ease:.0f}"] if english else []),
        ]
        row: list[list[Inline]] = [[Text(source.title, ["strong"])]]
        row += [[Text(value)] for value in values]
        rows.append(row)
    ease = " Reading ease is Flesch's formula: 60 and more is plain English, below 30 is very difficult." * english
    return Table(
        [Column([Text("Source")]), *(Column([Text(name)], "right") for name in headers)],
        rows,
        caption="The sources by their figures",
        note=f"An item of a list counts as a sentence.{ease}",
    )


def _lengths(sources: list[SourceFacts]) -> Chart:
    return Chart(
        kind="bars-h",
        title="Length of the sources",
        alt="Horizontal bars: " + "; ".join(f"{source.title} {source.words:,} words" for source in sources) + ".",
        categories=[source.title for source in sources],
        series=[Series("Words", [float(source.words) for source in sources])],
        x=Axis("Words"),
    )


def _sections(passages: list[Passage]) -> Chart:
    words: dict[str, int] = {}
    for passage in passages:
        name = heading(passage.locator) or "Beginning"
        words[name] = words.get(name, 0) + passage.words
    longest = sorted(words, key=lambda name: -words[name])[:_SECTIONS]
    shown = [name for name in words if name in longest]
    left_out = len(words) - len(shown)
    return Chart(
        kind="bars-h",
        title="Length of the sections",
        alt="Horizontal bars: " + "; ".join(f"{name} {words[name]:,} words" for name in shown) + ".",
        categories=shown,
        series=[Series("Words", [float(words[name]) for name in shown])],
        x=Axis("Words"),
        caption=f"The {len(shown)} longest sections; {plural(left_out, 'shorter one')} left out." if left_out else "",
    )


def _modals_said(facts: Facts) -> str:
    told = []
    for source in facts.sources:
        most = max(MODALS, key=lambda modal: source.modals.get(modal, 0))
        count = source.modals.get(most, 0)
        if count:
            told.append(f"“{most}” in {source.title} ({times(count)})")
    return f"The most frequent of these words is {listed(told)}."


def _modals(facts: Facts) -> Chart:
    used = [modal for modal in MODALS if any(source.modals.get(modal) for source in facts.sources)]
    return Chart(
        kind="bars",
        title="Words of duty and permission per 1,000 words",
        alt="Grouped bars, one group for each word: "
        + "; ".join(
            f"{source.title}: " + ", ".join(f"{modal} {_per_thousand(source, modal):.1f}" for modal in used)
            for source in facts.sources
        )
        + ".",
        categories=used,
        series=[Series(source.title, [_per_thousand(source, modal) for modal in used]) for source in facts.sources],
        y=Axis("Per 1,000 words"),
        caption="“must” is counted without “must not”, and likewise for the others.",
        show_data=True,
    )


def _per_thousand(source: SourceFacts, modal: str) -> float:
    return round(1000 * source.modals.get(modal, 0) / source.words, 1) if source.words else 0.0


def _sentences_said(facts: Facts) -> str:
    bins = list(zip(facts.edges[1:], facts.counts, strict=True))
    half, seen = facts.sentences / 2, 0
    for edge, count in bins:
        seen += count
        if seen >= half:
            return (
                f"Of {facts.sentences:,} sentences, {seen:,} have at most {edge:,.0f} words; "
                f"the longest has {max(source.longest_sentence for source in facts.sources):,}."
            )
    return f"There are {facts.sentences:,} sentences."


def _sentences(facts: Facts) -> Chart:
    width = facts.edges[1] - facts.edges[0]
    return Chart(
        kind="histogram",
        title="Sentences by their length",
        alt=f"Histogram of {facts.sentences:,} sentences in steps of {width:,.0f} words. " + _sentences_said(facts),
        series=[Series("Sentences", [float(count) for count in facts.counts])],
        edges=facts.edges,
        x=Axis("Words in the sentence"),
        y=Axis("Sentences"),
    )


def _terms_said(facts: Facts) -> str:
    first = list(facts.terms.items())[:3]
    told = listed([f"“{term}” ({count:,})" for term, count in first])
    return f"After words without meaning of their own are left out, the most frequent are {told}."


def _terms(facts: Facts) -> Chart:
    shown = list(facts.terms.items())[:_TERMS]
    return Chart(
        kind="bars-h",
        title="Most frequent words in all sources",
        alt="Horizontal bars: " + ", ".join(f"{term} {count}" for term, count in shown) + ".",
        categories=[term for term, _ in shown],
        series=[Series("Occurrences", [float(count) for _, count in shown])],
        x=Axis("Occurrences"),
        caption="Forms of a word are counted together and shown as the most frequent of them.",
    )
