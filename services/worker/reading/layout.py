"""The structure of a document: headings, paragraphs, list items and verbatim parts, in order."""

from __future__ import annotations

import re
from typing import Literal

import msgspec
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from shared.domain.context import SourceText

from . import plain


class Piece(msgspec.Struct, frozen=True):
    """One block of a document, its lines joined."""

    kind: Literal["heading", "paragraph", "item", "verbatim"]
    text: str
    level: int = 0
    """Of a heading, 1 is the outermost."""


def pieces(source: SourceText) -> list[Piece]:
    """The blocks of a document."""
    if source.kind == "markdown":
        return _markdown(source.text)
    return [Piece(line.kind, line.text, line.level) for line in plain.read(source.text)]


def _markdown(text: str) -> list[Piece]:
    tree = SyntaxTreeNode(_PARSER.parse(text))
    found: list[Piece] = []
    for node in tree.children:
        _walk(node, found)
    return found


def _walk(node: SyntaxTreeNode, found: list[Piece]) -> None:
    match node.type:
        case "heading":
            found.append(Piece("heading", _plain(node), int(node.tag[1:])))
        case "paragraph":
            found.append(Piece("paragraph", _plain(node)))
        case "bullet_list" | "ordered_list":
            for number, item in enumerate(node.children, int(node.attrs.get("start", 1))):
                _item(item, "-" if node.type == "bullet_list" else f"{number})", found)
        case "fence" | "code_block":
            found.append(Piece("verbatim", f"```{node.info}\n{node.content.rstrip()}\n```"))
        case "table":
            found.append(Piece("verbatim", "\n".join(_row(row) for part in node.children for row in part.children)))
        case "blockquote":
            for child in node.children:
                _walk(child, found)
        case "html_block":
            found.append(Piece("paragraph", " ".join(node.content.split())))
        case _:
            return


def _item(node: SyntaxTreeNode, marker: str, found: list[Piece]) -> None:
    """A list item in one line; the items of lists inside it follow as items of their own."""
    own = " ".join(_plain(child) for child in node.children if child.type in {"paragraph", "heading"})
    if own:
        found.append(Piece("item", f"{marker} {own}"))
    for child in node.children:
        if child.type not in {"paragraph", "heading"}:
            _walk(child, found)


def _row(node: SyntaxTreeNode) -> str:
    return "| " + " | ".join(_plain(cell) for cell in node.children) + " |"


def _plain(node: SyntaxTreeNode) -> str:
    return " ".join(_inline(child) for child in node.children if child.type == "inline")


def _inline(node: SyntaxTreeNode) -> str:
    words: list[str] = []
    for part in node.walk(include_self=False):
        if part.type in {"text", "code_inline", "html_inline"}:
            words.append(part.content)
        elif part.type in {"softbreak", "hardbreak"}:
            words.append(" ")
        elif part.type == "image":
            words.append(str(part.attrs.get("alt", "")))
    return re.sub(r"\s+", " ", "".join(words)).strip()


_PARSER = MarkdownIt("commonmark").enable("table")
