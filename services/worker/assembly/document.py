"""Puts a report together: one typed document from what was read, planned and written. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from services.worker.content import Facts, Joined, Outline, Passage, SourceInfo, SourceText, Summary, Written
from services.worker.reading import plain
from services.worker.wording import Words, wording
from shared.document.blocks import Block, Callout, Document, Heading, ListBlock, Meta, Number, Paragraph, Text
from shared.document.markdown_in import blocks

from .citations import Citations
from .figures import figures
from .links import Plain
from .method import method, notices
from .overview import glance, summary


class Cover(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on the cover, as the client gave it."""

    title: str
    description: str = ""
    author: str = ""
    language: str = "en"
    report_id: str = ""
    now: datetime


class Material(msgspec.Struct, frozen=True, kw_only=True):
    """What a report is put together from."""

    outline: Outline
    written: list[Written]
    facts: Facts
    sources: list[SourceInfo]
    passages: list[Passage]
    joined: Joined = Joined()
    summary: Summary = Summary()


class Report(msgspec.Struct, frozen=True):
    """The document, and how many links of the model's own are not in it."""

    document: Document
    links: int


def report(cover: Cover, material: Material) -> Report:
    """The report. Citations are numbered in reading order and every one has its source."""
    citations = Citations(material.passages, material.sources)
    plain_text = Plain({source.href for source in material.sources if source.href})
    outline, written, facts = material.outline, material.written, material.facts
    say = wording(cover.language)
    told = notices(written, facts, material.summary, say)
    if not any(section.markdown.strip() for section in written):
        return Report(_document(cover, _bare(outline, say), told, citations, outline, say), 0)
    opening = plain_text.blocks(citations.blocks(material.summary.markdown, top=2))
    parts = [
        *summary(outline, written, facts, citations, opening, say),
        *glance(outline, facts, material.passages, citations, say),
        *(block for section in written for block in _section(section, citations, plain_text)),
        *figures(facts, material.passages, say),
    ]
    parts += method(outline, written, facts, material.joined, material.summary, plain_text.removed, say)
    return Report(_document(cover, parts, told, citations, outline, say), plain_text.removed)


def printed(cover: Cover, documents: list[SourceText]) -> Document:
    """Documents as they are, one after the other; several of them are sections with their titles as headings."""
    parts: list[Block] = []
    for source in documents:
        if len(documents) > 1:
            parts.append(Heading(1, [Text(source.title)]))
        parts += _blocks(source, top=2 if len(documents) > 1 else 1)
    return Document(meta=_meta(cover, "", []), blocks=_untitled(parts, cover.title))


def measured(cover: Cover, parts: list[Block], kind: str, told: list[str], numbers: Sequence[Number] = ()) -> Document:
    """A report whose content was measured: its blocks as they are.

    Args:
        kind: what it is called on the cover.
        told: what a reader must see first.
        numbers: the figures in it, for programs.
    """
    return Document(meta=_meta(cover, kind, told), blocks=parts, numbers=list(numbers))


def _document(
    cover: Cover, parts: list[Block], told: list[str], citations: Citations, outline: Outline, say: Words
) -> Document:
    return Document(meta=_meta(cover, say(f"kind.{outline.style}"), told), blocks=parts, sources=citations.sources())


def _meta(cover: Cover, kind: str, told: list[str]) -> Meta:
    return Meta(
        title=cover.title,
        subtitle=cover.description,
        author=cover.author,
        language=cover.language or "en",
        created_at=cover.now,
        template=kind,
        report_id=cover.report_id,
        notices=told,
    )


def _section(section: Written, citations: Citations, plain_text: Plain) -> list[Block]:
    parts = citations.blocks(section.markdown, top=2)
    return [Heading(1, [Text(section.title)]), *(plain_text.blocks(parts) if section.model else parts)]


def _bare(outline: Outline, say: Words) -> list[Block]:
    """What could be planned without anything to write from."""
    items: list[list[Block]] = [
        [Paragraph([Text(f"{one.title}.", ["strong"]), *([Text(f" {one.brief}")] if say.english else [])])]
        for one in outline.sections
    ]
    return [
        Heading(1, [Text(say("outline"))]),
        Callout([Paragraph([Text(say("bare"))])], tone="warning", title=say("bare.title")),
        ListBlock(items, ordered=True),
    ]


def _blocks(source: SourceText, *, top: int) -> list[Block]:
    if source.kind == "markdown":
        return blocks(source.text, top=top)
    lines = plain.read(source.text)
    least = min((line.level for line in lines if line.kind == "heading"), default=1)
    return [_line(line, top - least) for line in lines]


def _line(line: plain.Line, shift: int) -> Block:
    if line.kind == "heading":
        return Heading(min(max(line.level + shift, 1), 4), [Text(line.text)])
    return Paragraph([Text(line.text)])


def _untitled(parts: list[Block], title: str) -> list[Block]:
    """Without a first heading that only repeats the title on the cover."""
    match parts:
        case [Heading(content=[Text(text=text)]), *rest] if text.casefold().strip() == title.casefold().strip():
            return rest
        case _:
            return parts


def encoded(document: Document) -> dict[str, Any]:
    """The document as JSON values: what the next node is given."""
    values: dict[str, Any] = msgspec.to_builtins(document)
    return values
