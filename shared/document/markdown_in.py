"""Markdown into blocks: the only way in which prose enters a document.

CommonMark with tables and strikethrough. Raw HTML is text, links are http, https or mailto
or they are text. A picture that is inside the text becomes a figure after its paragraph; one that lies
elsewhere is a link to where it lies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from shared.document.blocks import (
    Block,
    Code,
    Column,
    Figure,
    Heading,
    Inline,
    ListBlock,
    Paragraph,
    Quote,
    Rule,
    Table,
    Text,
)
from shared.document.inline_in import Resolve, alternative, inlines, is_inside
from shared.document.pictures import picture
from shared.document.plain import clean, text

DEPTH = 6
"""Lists and quotes nested deeper than this are unfolded into their parent."""

_PARSED_DEPTH = 60
_DEEPEST_HEADING = 4
_INSIDE = re.compile(r"data:image/", re.IGNORECASE)
_PARAGRAPHS = re.compile(r"\n\s*\n")


def blocks(markdown: str, *, cite: Resolve | None = None, top: int = 1) -> list[Block]:
    """Parse Markdown.

    The shallowest heading becomes level ``top`` and the others keep their distance to it, down to
    level 4. Headings inside quotes and lists are strong paragraphs: they are nobody's section.
    ``cite`` is asked for the number of every marker ``[P12]``; its answer becomes a citation, and a marker
    that it answers None for is left out.
    """
    tokens = _parser(cite is not None).parse(clean(markdown))
    if any(token.level >= _PARSED_DEPTH - 1 for token in tokens):
        return _unparsed(markdown)
    root = SyntaxTreeNode(tokens)
    shallowest = min((int(node.tag[1]) for node in root.children if node.type == "heading"), default=1)
    return list(_Reader(cite, shift=top - shallowest).blocks(root.children, 0))


def inline(markdown: str, *, cite: Resolve | None = None) -> list[Inline]:
    """Parse one line of Markdown, in which there are no blocks."""
    tokens = _parser(cite is not None).parseInline(clean(markdown))
    return inlines(tokens[0].children or [], cite)


class _Parser(MarkdownIt):
    """Lets drawings through to where pictures are read, and leaves the megabytes of an address as they are."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the parser's name for it
        return bool(_INSIDE.match(url)) or super().validateLink(url)

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return url if _INSIDE.match(url) else super().normalizeLink(url)


@cache
def _parser(citing: bool) -> MarkdownIt:
    """Return the parser; where ``[P1]`` is a citation, ``[P1]: …`` must not make it a link."""
    parser = _Parser("commonmark", {"html": False, "maxNesting": _PARSED_DEPTH}).enable(["table", "strikethrough"])
    parser.disable("text_join")
    return parser.disable("reference") if citing else parser


def _unparsed(markdown: str) -> list[Block]:
    """Return the paragraphs of a text whose nesting is beyond any sense, word for word."""
    return [Paragraph([Text(" ".join(each.split()))]) for each in _PARAGRAPHS.split(clean(markdown)) if each.strip()]


class _Reader:
    def __init__(self, cite: Resolve | None, *, shift: int) -> None:
        self._cite = cite
        self._shift = shift
        self._readers: dict[str, Callable[[SyntaxTreeNode, int], Iterator[Block]]] = {
            "heading": self._heading,
            "paragraph": self._paragraph,
            "blockquote": self._quote,
            "bullet_list": self._list,
            "ordered_list": self._list,
            "fence": self._code,
            "code_block": self._code,
            "hr": self._rule,
            "table": self._table,
        }

    def blocks(self, nodes: list[SyntaxTreeNode], depth: int) -> Iterator[Block]:
        for node in nodes:
            yield from self._readers[node.type](node, depth)

    def _heading(self, node: SyntaxTreeNode, depth: int) -> Iterator[Block]:
        content = self._content(node)
        level = min(max(int(node.tag[1]) + self._shift, 1), _DEEPEST_HEADING)
        if content:
            yield Paragraph(_strong(content)) if depth else Heading(level, content)

    def _paragraph(self, node: SyntaxTreeNode, depth: int) -> Iterator[Block]:  # noqa: ARG002
        content = inlines(_tokens(node), self._cite, figures=True)
        if text(content).strip():
            yield Paragraph(content)
        yield from (_figure(token) for token in _tokens(node) if is_inside(token))

    def _quote(self, node: SyntaxTreeNode, depth: int) -> Iterator[Block]:
        inside = list(self.blocks(node.children, depth + 1))
        if inside:
            yield from [Quote(inside)] if depth < DEPTH else inside

    def _list(self, node: SyntaxTreeNode, depth: int) -> Iterator[Block]:
        items = [list(self.blocks(item.children, depth + 1)) for item in node.children]
        if depth >= DEPTH:
            yield from (block for item in items for block in item)
            return
        yield ListBlock(items, ordered=node.type == "ordered_list", start=int(node.attrs.get("start", 1)))

    def _code(self, node: SyntaxTreeNode, depth: int) -> Iterator[Block]:  # noqa: ARG002
        yield Code(node.content.removesuffix("\n"), language=(node.info.split() or [""])[0])

    def _rule(self, node: SyntaxTreeNode, depth: int) -> Iterator[Block]:  # noqa: ARG002
        yield Rule()

    def _table(self, node: SyntaxTreeNode, depth: int) -> Iterator[Block]:  # noqa: ARG002
        header, *body = (row for part in node.children for row in part.children)
        columns = [Column(self._content(cell), align=_align(cell)) for cell in header.children]
        yield Table(columns, [[self._content(cell) for cell in row.children] for row in body])

    def _content(self, node: SyntaxTreeNode) -> list[Inline]:
        return inlines(_tokens(node), self._cite)


def _tokens(node: SyntaxTreeNode) -> list[Token]:
    return [token for child in node.children for token in (child.token.children or [] if child.token else [])]


def _figure(token: Token) -> Figure:
    src = str(token.attrs["src"])
    caption = " ".join(clean(str(token.attrs.get("title", ""))).split())
    return Figure(src if picture(src) else "", clean(alternative(token)), caption)


def _strong(content: list[Inline]) -> list[Inline]:
    return [
        Text(part.text, ["strong", *(mark for mark in part.marks if mark != "strong")], part.href)
        if isinstance(part, Text)
        else part
        for part in content
    ]


def _align(cell: SyntaxTreeNode) -> Literal["left", "center", "right"]:
    style = str(cell.attrs.get("style", ""))
    return "right" if "right" in style else "center" if "center" in style else "left"
