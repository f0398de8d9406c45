"""How a report was made, said in the report itself."""

from __future__ import annotations

from services.worker.content import Facts, Joined, Lost, Outline, Summary, Usage, Written
from services.worker.wording import Words
from shared.document.blocks import Block, Heading, ListBlock, Paragraph, Text

NEAR = 0.15
"""A length that is not this near to what was asked for is told."""


def notices(
    outline: Outline, written: list[Written], facts: Facts, joined: Joined, summary: Summary, say: Words
) -> list[str]:
    """What a reader must see before anything else."""
    models = _models(written)
    found = []
    if not models and facts.words:
        found.append(say("notice.fallback" if _lost(written) else "notice.quoted"))
    if not models and not facts.words:
        found.append(say("notice.outline"))
    if any(section.demonstration for section in written):
        found.append(say("notice.demonstration"))
    if models:
        found.append(say("notice.cited" if facts.words else "notice.uncited", models=say.listed(models)))
    if models or facts.words:
        found += [*_partial(written, summary, say), *_left_out(outline, joined, say), *_length(outline, say)]
    return [*found, *facts.notices]


def method(
    outline: Outline,
    written: list[Written],
    facts: Facts,
    joined: Joined,
    summary: Summary,
    links: int,
    seen: list[Block],
    say: Words,
) -> list[Block]:
    """The account of sources, style, sections, writing and length.

    Args:
        links: of the model's own, which became text.
        seen: contradictions that it saw, as paragraphs.
    """
    points = [
        ("sources", _sources(facts, say)),
        ("style", _style(outline, say)),
        ("sections", _sections(outline, say)),
        ("writing", _writing(outline, written, facts, joined, summary, links, say)),
        ("length", say(f"length.{'asked' if outline.words_asked else 'usual'}", words=say.figure(wanted(outline)))),
    ]
    items: list[list[Block]] = [
        [Paragraph([Text(f"{say(f'method.{name}')}.", ["strong"]), Text(f" {text}")])] for name, text in points if text
    ]
    if seen:
        items.append([Paragraph([Text(say("writing.seen"), ["strong"])]), ListBlock([[one] for one in seen])])
    return [Heading(1, [Text(say("method"))]), ListBlock(items)]


def wanted(outline: Outline) -> int:
    """The words that were asked for, or those that are planned."""
    return outline.words_wanted or outline.words


def far(words: int, aim: int) -> bool:
    """Whether a length is too far from what it should be to pass over it."""
    return abs(words - aim) > NEAR * aim


def _partial(written: list[Written], summary: Summary, say: Words) -> list[str]:
    """What is not there as it should be."""
    told = []
    cut = [section.title for section in written if section.truncated]
    cut += [say("the.summary")] * summary.truncated
    if cut:
        told.append(say("notice.cut", sections=say.listed(cut)))
    for why, sections in _lost(written).items():
        instead = "instead" if any(one.markdown.strip() for one in sections) else "missing"
        titles = say.listed([one.title for one in sections])
        told.append(say("notice.partial", sections=titles, why=say(f"why.{why}"), instead=say(f"notice.{instead}")))
    if summary.lost:
        told.append(say("notice.unsummed", why=say(f"why.{summary.lost}")))
    return told


def _left_out(outline: Outline, joined: Joined, say: Words) -> list[str]:
    """Stages of the model's work that rules did, or nobody."""
    told = []
    if outline.lost:
        told.append(say("notice.unplanned", why=say(f"why.{outline.lost}")))
    if joined.lost:
        told.append(say("notice.unjoined", why=say(f"why.{joined.lost}")))
    return told


def _length(outline: Outline, say: Words) -> list[str]:
    if not far(outline.words, wanted(outline)):
        return []
    return [say("notice.length", words=say.figure(wanted(outline)), planned=say.figure(outline.words))]


def _lost(written: list[Written]) -> dict[Lost, list[Written]]:
    found: dict[Lost, list[Written]] = {}
    for section in written:
        if section.lost:
            found.setdefault(section.lost, []).append(section)
    return found


def _sources(facts: Facts, say: Words) -> str:
    if not facts.words:
        return say("sources.none")
    told = [say("sources.one", title=one.title, words=say.counted(one.words, "word")) for one in facts.sources]
    return say("sources.told", told=say.listed(told), passages=say.counted(facts.passages, "passage"))


def _style(outline: Outline, say: Words) -> str:
    name = say(f"style.{outline.style}")
    if outline.style_chosen:
        return say("style.asked", name=name)
    mine = outline.style_words.get(outline.style, [])
    others = {style: words for style, words in outline.style_words.items() if style != outline.style}
    if not mine:
        return say("style.default", name=name)
    text = say("style.found", name=name, words=_quoted(mine, say))
    if others:
        against = [
            say("style.other", words=_quoted(words, say), name=say(f"style.{style}")) for style, words in others.items()
        ]
        text += say("style.against", against=say.listed(against))
    return f"{text}."


def _sections(outline: Outline, say: Words) -> str:
    missing = say.listed([say("quoted", text=phrase) for phrase in outline.missing])
    lacking = say("sections.missing", missing=missing) if missing else ""
    if outline.planner:
        planned = say.plural(len(outline.sections), "section")
        return say("sections.planned", model=outline.planner, sections=planned) + lacking
    why = say("sections.unplanned", why=say(f"why.{outline.lost}")) if outline.lost else ""
    topics = [section for section in outline.sections if section.lens == "topic"]
    gathered = [section for section in outline.sections if section.lens not in {"topic", "part"}]
    if not topics:
        return why.strip()
    matters = say.plural(len(topics), "matter")
    text = say("sections.matters", matters=matters[:1].upper() + matters[1:])
    if gathered:
        kinds = say.listed([say("quoted", text=section.title) for section in gathered])
        text += say("sections.gathers" if len(gathered) == 1 else "sections.gather", kinds=kinds)
    return f"{text}.{lacking}{why}"


def _writing(
    outline: Outline, written: list[Written], facts: Facts, joined: Joined, summary: Summary, links: int, say: Words
) -> str:
    models = _models(written)
    if not models:
        return say("writing.quoted" if facts.words else "writing.nothing")
    usage = sum((section.usage for section in written), outline.usage + joined.usage + summary.usage)
    removed = sum(section.unknown for section in written) + summary.unknown + joined.unknown
    told = [say("writing.models", models=say.listed(models)), _tokens(usage, say)]
    if joined.edits:
        told.append(say("writing.joined", places=say.plural(joined.edits, "place")))
    if removed:
        told.append(say("writing.citations", citations=say.plural(removed, "citation")))
    if links:
        told.append(say("writing.links", links=say.plural(links, "link")))
    return " ".join(told)


def _tokens(usage: Usage, say: Words) -> str:
    key = "writing.about" if usage.estimated else "writing.tokens"
    return say(key, prompt=say.figure(usage.prompt), completion=say.figure(usage.completion))


def _models(written: list[Written]) -> list[str]:
    return list(dict.fromkeys(section.model for section in written if section.model))


def _quoted(words: list[str], say: Words) -> str:
    counted = {word: words.count(word) for word in words}
    return say.listed(
        [say("quoted", text=word) + (f" ({say.times(count)})" if count > 1 else "") for word, count in counted.items()]
    )
