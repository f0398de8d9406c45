"""Cuts documents into numbered passages: by structure first, then by length, never inside a sentence."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from services.worker.content import Passage
from shared.domain.context import SourceText

from . import layout, sentences, terms
from .layout import Piece


class Sizes(msgspec.Struct, frozen=True, kw_only=True):
    """Words. A list stays with the sentence that leads to it as long as both fit into ``most_list``."""

    good: int = 120
    most: int = 250
    most_list: int = 420


def passages(sources: list[SourceText], sizes: Sizes = Sizes()) -> list[Passage]:  # noqa: B008 - a frozen value
    """Every source in order, numbered from 1 over all of them. No word is lost but headings, which become paths."""
    found: list[Passage] = []
    for source in sources:
        for path, blocks in _sections(layout.pieces(source)):
            for text in _cut(blocks, sizes):
                passage = Passage(
                    number=len(found) + 1, source=source.number, path=path, text=text, words=terms.count(text)
                )
                found.append(passage)
    return found


def _sections(pieces: list[Piece]) -> Iterator[tuple[list[str], list[str]]]:
    """The blocks below each heading, with the path of headings. A list is one block with its lead."""
    path: list[tuple[int, str]] = []
    blocks: list[str] = []
    after_item = False
    for piece in pieces:
        if piece.kind == "heading":
            if blocks:
                yield [title for _, title in path], blocks
            path = [*((level, title) for level, title in path if level < piece.level), (piece.level, piece.text)]
            blocks = []
        elif piece.kind == "item" and blocks and (after_item or not blocks[-1].startswith(("|", "```"))):
            blocks[-1] += "\n\n" + piece.text
        else:
            blocks.append(piece.text)
        after_item = piece.kind == "item"
    if blocks:
        yield [title for _, title in path], blocks


def _cut(blocks: list[str], sizes: Sizes) -> Iterator[str]:
    """Join small blocks and divide large ones."""
    text, held = "", 0
    for block in (part for whole in blocks for part in _divided(whole, sizes)):
        size = terms.count(block)
        if text and (held >= sizes.good or held + size > sizes.most):
            yield text
            text, held = "", 0
        text = f"{text}\n\n{block}" if text else block
        held += size
    if text:
        yield text


def _divided(block: str, sizes: Sizes) -> Iterator[str]:
    parts = block.split("\n\n")
    if terms.count(block) <= (sizes.most_list if len(parts) > 1 else sizes.most):
        yield block
    elif len(parts) > 1:
        yield from (smaller for part in parts for smaller in _divided(part, sizes))
    elif block.startswith(("```", "|")):
        yield block
    else:
        yield from _by_sentences(block, sizes)


def _by_sentences(paragraph: str, sizes: Sizes) -> Iterator[str]:
    text, held = "", 0
    for sentence in sentences.split(paragraph):
        size = terms.count(sentence)
        if text and held + size > sizes.most:
            yield text
            text, held = "", 0
        text = f"{text} {sentence}" if text else sentence
        held += size
    if text:
        yield text
