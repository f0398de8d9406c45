"""The opening of a report: executive summary, headline figures, and where each source speaks of what."""

from __future__ import annotations

from services.worker.content import Facts, Outline, Passage, Planned, Written
from services.worker.planning.topics import heading
from services.worker.wording import Words
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
    outline: Outline, written: list[Written], facts: Facts, citations: Citations, opening: list[Block], say: Words
) -> list[Block]:
    """What was asked, what was found, and what was read.

    Args:
        opening: the summary that was written of the finished text; without one the main statement of every
            section stands for it.
    """
    asked = outline.query if len(outline.query) <= _QUESTION_CHARS else outline.query[:_QUESTION_CHARS].rstrip() + " …"
    parts: list[Block] = [
        Heading(1, [Text(say("summary"))], numbered=False),
        Quote([Paragraph([Text(asked)])], [Text(say("question"))]),
        *opening,
        Paragraph([Text(_read(outline, written, facts, say))]),
        _tiles(written, facts, say),
    ]
    points = [] if opening else _points(outline, written, citations)
    if points:
        parts += [Paragraph([Text(say("points"))]), ListBlock(points)]
    return parts


def glance(outline: Outline, facts: Facts, passages: list[Passage], citations: Citations, say: Words) -> list[Block]:
    """Per matter where each source speaks of it, as a table and as a chart. Nothing for fewer than two matters."""
    topics = [section for section in outline.sections if section.lens == "topic"]
    if sum(1 for section in topics if section.passages) < 2:
        return []
    by_number = {passage.number: passage for passage in passages}
    shares = _shares(topics, facts, by_number, say)
    return [
        Heading(1, [Text(say("glance"))]),
        Paragraph([Text(say(f"glance.{_whose(outline.sources)}"))]),
        _places(topics, outline.sources, by_number, citations, say),
        shares,
    ]


def _read(outline: Outline, written: list[Written], facts: Facts, say: Words) -> str:
    return say(
        "read",
        sources=say.plural(len(facts.sources), "source"),
        words=say.counted(facts.words, "word"),
        passages=say.counted(facts.passages, "passage"),
        sections=say.plural(len(outline.sections), "section"),
        cited=say.number(_cited(written)),
    )


def _cited(written: list[Written]) -> int:
    return len({passage for section in written for passage in section.cited})


def _tiles(written: list[Written], facts: Facts, say: Words) -> Tiles:
    tiles = [
        Tile(say("tile.sources"), say.figure(len(facts.sources))),
        Tile(say("tile.words"), say.figure(facts.words)),
        Tile(say("tile.passages"), say.figure(facts.passages)),
        Tile(say("tile.cited"), say.figure(_cited(written))),
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


def _places(
    topics: list[Planned], titles: list[str], by_number: dict[int, Passage], citations: Citations, say: Words
) -> Table:
    rows: list[list[list[Inline]]] = []
    for topic in topics:
        passages = [by_number[each] for each in topic.passages]
        cells = [
            _cell([one for one in passages if one.source == source], citations, say) for source in _numbers(titles)
        ]
        rows.append([[Text(topic.title, ["strong"])], *cells])
    return Table(
        [Column([Text(say("matter"))]), *(Column([Text(title)]) for title in titles)],
        rows,
        caption=say(f"places.{_whose(titles)}"),
        note=say("places.note"),
    )


def _cell(passages: list[Passage], citations: Citations, say: Words) -> list[Inline]:
    places = {passage.locator or say("beginning"): passage.number for passage in reversed(passages)}
    shown = sorted(places.items(), key=lambda place: place[1])[:_PLACES]
    cell: list[Inline] = []
    for locator, passage in shown:
        cell += [Text("; " if cell else ""), Text(locator), *citations.cite(passage)]
    if len(places) > _PLACES:
        cell.append(Text(say("places.more", count=say.number(len(places) - _PLACES))))
    return [part for part in cell if not isinstance(part, Text) or part.text] or [Text("–")]


def _shares(topics: list[Planned], facts: Facts, by_number: dict[int, Passage], say: Words) -> Chart:
    series = []
    for source in facts.sources:
        values: list[float | None] = []
        for topic in topics:
            words = sum(by_number[each].words for each in topic.passages if by_number[each].source == source.number)
            values.append(round(100 * words / source.words, 1) if source.words else 0.0)
        series.append(Series(source.title, values))
    return Chart(
        kind="bars-h",
        title=say(f"shares.{_whose([one.name for one in series])}"),
        alt=say("shares.alt", count=say.figure(len(topics))) + _largest(topics, series, say),
        categories=[topic.title for topic in topics],
        series=series,
        x=Axis(say("shares.axis"), "%"),
        caption=say("shares.caption"),
    )


def _largest(topics: list[Planned], series: list[Series], say: Words) -> str:
    told = []
    for one in series:
        best = max(range(len(topics)), key=lambda at: one.values[at] or 0.0)
        value = say.figure(one.values[best] or 0.0, 1)
        told.append(say("shares.most", name=one.name, matter=heading(topics[best].title), value=value))
    return "; ".join(told) + "."


def _whose(titles: list[str]) -> str:
    return "each" if len(titles) > 1 else "one"


def _numbers(titles: list[str]) -> range:
    return range(1, len(titles) + 1)
