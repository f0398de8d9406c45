"""The opening of a report: executive summary, headline figures, and where each source speaks of what."""

from __future__ import annotations

from services.worker.content import Facts, Outline, Passage, Planned, Written
from services.worker.llm.signposts import counted, number, plural
from services.worker.planning.topics import heading
from shared.document.blocks import (
    Axis,
    Block,
    Chart,
    Column,
    Heading,
    Inline,
    ListBlock,
    Paragraph,
    Quote,
    Series,
    Table,
    Text,
    Tile,
    Tiles,
)

from .citations import Citations

_QUESTION_CHARS = 900
_PLACES = 3
_ENOUGH_TOPICS = 4


def summary(
    outline: Outline, written: list[Written], facts: Facts, citations: Citations, opening: list[Block]
) -> list[Block]:
    """What was asked, what was found, and what was read.

    Args:
        opening: the summary that was written of the finished text; without one the main statement of every
            section stands for it.
    """
    asked = outline.query if len(outline.query) <= _QUESTION_CHARS else outline.query[:_QUESTION_CHARS].rstrip() + " …"
    parts: list[Block] = [
        Heading(1, [Text("Executive summary")], numbered=False),
        Quote([Paragraph([Text(asked)])], [Text("The question")]),
        *opening,
        Paragraph([Text(_read(outline, written, facts))]),
        _tiles(written, facts),
    ]
    points = [] if opening else _points(outline, written, citations)
    if points:
        parts += [Paragraph([Text("The main points, one for each matter:")]), ListBlock(points)]
    return parts


def glance(outline: Outline, facts: Facts, passages: list[Passage], citations: Citations) -> list[Block]:
    """Per matter where each source speaks of it, as a table and as a chart. Nothing for fewer than two matters."""
    topics = [section for section in outline.sections if section.lens == "topic"]
    if sum(1 for section in topics if section.passages) < 2:
        return []
    by_number = {passage.number: passage for passage in passages}
    shares = _shares(topics, facts, by_number)
    return [
        Heading(1, [Text("At a glance")]),
        Paragraph([Text(f"The table shows under which headings {_whose(outline.sources)} speaks of each matter.")]),
        _places(topics, outline.sources, by_number, citations),
        shares,
    ]


def _read(outline: Outline, written: list[Written], facts: Facts) -> str:
    sources = plural(len(facts.sources), "source")
    sections = plural(len(outline.sections), "section")
    return (
        f"This report reads {sources} of {counted(facts.words, 'word')} in all, divided into {counted(facts.passages, 'passage')}, "
        f"and answers in {sections} that rest on {number(_cited(written))} of these passages."
    )


def _cited(written: list[Written]) -> int:
    return len({passage for section in written for passage in section.cited})


def _tiles(written: list[Written], facts: Facts) -> Tiles:
    tiles = [
        Tile("Sources", f"{len(facts.sources):,}"),
        Tile("Words read", f"{facts.words:,}"),
        Tile("Passages", f"{facts.passages:,}"),
        Tile("Passages cited", f"{_cited(written):,}"),
    ]
    return Tiles(tiles)


def _points(outline: Outline, written: list[Written], citations: Citations) -> list[list[Block]]:
    topics = {section.id for section in outline.sections if section.lens == "topic"}
    told = [section for section in written if section.highlight]
    if sum(1 for section in told if section.id in topics) >= _ENOUGH_TOPICS:
        told = [section for section in told if section.id in topics]
    return [
        [Paragraph([Text(f"{section.title}.", ["strong"]), Text(" "), *citations.inline(section.highlight)])]
        for section in told
    ]


def _places(topics: list[Planned], titles: list[str], by_number: dict[int, Passage], citations: Citations) -> Table:
    rows: list[list[list[Inline]]] = []
    for topic in topics:
        passages = [by_number[each] for each in topic.passages]
        cells = [_cell([one for one in passages if one.source == source], citations) for source in _numbers(titles)]
        rows.append([[Text(topic.title, ["strong"])], *cells])
    return Table(
        [Column([Text("Matter")]), *(Column([Text(title)]) for title in titles)],
        rows,
        caption=f"Where {_whose(titles)} speaks of each matter",
        note="Headings whose passages are closest to the matter, by the words that they share with it. "
        "A dash: nothing to quote was found.",
    )


def _cell(passages: list[Passage], citations: Citations) -> list[Inline]:
    places = {passage.locator or "Beginning": passage.number for passage in reversed(passages)}
    shown = sorted(places.items(), key=lambda place: place[1])[:_PLACES]
    cell: list[Inline] = []
    for locator, passage in shown:
        cell += [Text("; " if cell else ""), Text(locator), *citations.cite(passage)]
    if len(places) > _PLACES:
        cell.append(Text(f"; {number(len(places) - _PLACES)} more"))
    return [part for part in cell if not isinstance(part, Text) or part.text] or [Text("–")]


def _shares(topics: list[Planned], facts: Facts, by_number: dict[int, Passage]) -> Chart:
    series = []
    for source in facts.sources:
        values: list[float | None] = []
        for topic in topics:
            words = sum(by_number[each].words for each in topic.passages if by_number[each].source == source.number)
            values.append(round(100 * words / source.words, 1) if source.words else 0.0)
        series.append(Series(source.title, values))
    return Chart(
        kind="bars-h",
        title=f"How much of {_whose([one.name for one in series])} is about each matter",
        alt=f"Horizontal bars: the share of the source's words that is about each of {len(topics)} matters. "
        + _largest(topics, series),
        categories=[topic.title for topic in topics],
        series=series,
        x=Axis("Share of the source's words", "%"),
        caption="Words of the passages in the table above. A passage can be about more than one matter.",
    )


def _largest(topics: list[Planned], series: list[Series]) -> str:
    told = []
    for one in series:
        best = max(range(len(topics)), key=lambda at: one.values[at] or 0.0)
        told.append(f"{one.name}: most on {heading(topics[best].title)} ({one.values[best]} %)")
    return "; ".join(told) + "."


def _whose(titles: list[str]) -> str:
    return "each source" if len(titles) > 1 else "the source"


def _numbers(titles: list[str]) -> range:
    return range(1, len(titles) + 1)
