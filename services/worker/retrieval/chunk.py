"""Cuts a document into passages: by headings, then by blocks, then by sentences, with an overlap where a text goes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from services.worker.reading import sentences, terms

from .content import Block, Chunk


class Sizes(msgspec.Struct, frozen=True, kw_only=True):
    """Words; an embedding model of the small kind reads about 350."""

    good: int = 140
    most: int = 220
    overlap: int = 40
    characters: int = 3000
    """Of one piece, whatever its words."""


class _Piece(msgspec.Struct, frozen=True):
    """Part of a block that is never cut."""

    text: str
    words: int
    block: Block
    inside: bool = False
    """It goes on from the piece before it, in the same block."""


def chunks(blocks: Sequence[Block], sizes: Sizes = Sizes()) -> list[Chunk]:  # noqa: B008 - a frozen value
    """The document's passages, numbered from 1. No word is lost but headings, which become paths."""
    found: list[Chunk] = []
    for path, below in _sections(blocks):
        for pieces in _packed([piece for block in below for piece in _pieces(block, sizes)], sizes):
            text = _joined(pieces)
            number = len(found) + 1
            found.append(Chunk(number=number, path=path, place=_place(pieces), text=text, words=terms.count(text)))
    return found


def _sections(blocks: Sequence[Block]) -> Iterator[tuple[list[str], list[Block]]]:
    path: list[tuple[int, str]] = []
    below: list[Block] = []
    for block in blocks:
        if block.kind != "heading":
            below.append(block)
            continue
        if below:
            yield [title for _, title in path if title], below
            below = []
        path = [*((level, title) for level, title in path if level < block.level), (block.level, block.text[:300])]
    if below:
        yield [title for _, title in path if title], below
    elif path and not any(block.kind != "heading" for block in blocks):
        yield [], [Block(kind="paragraph", text=block.text) for block in blocks if block.text]


def _pieces(block: Block, sizes: Sizes) -> Iterator[_Piece]:
    words = terms.count(block.text)
    if words <= sizes.most and len(block.text) <= sizes.characters:
        yield _Piece(block.text, words, block)
        return
    lines = block.kind in {"verbatim", "row"}
    parts = block.text.split("\n") if lines else sentences.split(block.text)
    inside = False
    for part in parts:
        for text in _short(part, sizes):
            yield _Piece(text, terms.count(text), block, inside)
            inside = True


def _short(text: str, sizes: Sizes) -> Iterator[str]:
    """A sentence, or parts of one that is too long to be one."""
    if terms.count(text) <= sizes.most and len(text) <= sizes.characters:
        if text.strip():
            yield text
        return
    held: list[str] = []
    length = count = 0
    for word in text.split(" "):
        for part in (word[at : at + sizes.characters] for at in range(0, len(word) or 1, sizes.characters)):
            size = terms.count(part)
            if held and (length + len(part) >= sizes.characters or count + size > sizes.good):
                yield " ".join(held)
                held, length, count = [], 0, 0
            held.append(part)
            length, count = length + len(part) + 1, count + size
    if held and "".join(held).strip():
        yield " ".join(held)


def _packed(pieces: list[_Piece], sizes: Sizes) -> Iterator[list[_Piece]]:
    held: list[_Piece] = []
    words = characters = 0
    head: _Piece | None = None
    for piece in pieces:
        if piece.block.kind == "row" and piece.block.row == 1 and piece.text.startswith("|"):
            head = piece
        full = words >= sizes.good or words + piece.words > sizes.most or characters > sizes.characters
        if held and full:
            yield held
            held = _carried(held, piece, head, sizes)
            words = sum(one.words for one in held)
            characters = sum(len(one.text) for one in held)
        held.append(piece)
        words, characters = words + piece.words, characters + len(piece.text)
    if held:
        yield held


def _carried(held: list[_Piece], following: _Piece, head: _Piece | None, sizes: Sizes) -> list[_Piece]:
    """What the next passage repeats: a table's first row, or the end of the prose before."""
    if following.block.kind == "row":
        return [head] if head is not None and following.text.startswith("|") and head is not following else []
    last = held[-1]
    if last.block.kind not in {"paragraph", "item"}:
        return []
    ends = [_Piece(text, terms.count(text), last.block) for text in sentences.split(last.text)]
    kept: list[_Piece] = []
    words = 0
    for piece in reversed(ends):
        if words + piece.words > sizes.overlap or len(piece.text) > sizes.characters // 4:
            break
        kept.insert(0, piece)
        words += piece.words
    if len(kept) == len(ends) and len(held) == 1:
        return []  # the whole passage before would be repeated
    return [_Piece(piece.text, piece.words, piece.block, number > 0) for number, piece in enumerate(kept)]


def _joined(pieces: list[_Piece]) -> str:
    """Paragraphs apart by blank lines, as everything downstream expects; a table's rows and code line by line."""
    text = ""
    before: _Piece | None = None
    for piece in pieces:
        if before is None:
            glue = ""
        elif piece.text.startswith("|") and before.text.startswith("|"):
            glue = "\n"
        elif piece.inside and before.block is piece.block:
            glue = "\n" if piece.block.kind in {"verbatim", "row"} else " "
        else:
            glue = "\n\n"
        text += glue + piece.text
        before = piece
    return text


def _place(pieces: list[_Piece]) -> str:
    pages = [piece.block.page for piece in pieces if piece.block.page]
    rows = [piece.block.row for piece in pieces if piece.block.row]
    said = [_range("page", pages), _range("row", rows) if all(piece.block.row for piece in pieces) else ""]
    return ", ".join(part for part in said if part)


def _range(word: str, numbers: list[int]) -> str:
    if not numbers:
        return ""
    first, last = min(numbers), max(numbers)
    return f"{word} {first}" if first == last else f"{word}s {first}–{last}"
