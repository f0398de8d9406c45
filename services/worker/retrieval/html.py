"""HTML to blocks: what a reader sees of its matter, without navigation, scripts and hidden parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from .content import Block, Contents, Unfit

_SKIPPED = frozenset(
    """
    script style noscript template svg math canvas iframe object embed head nav footer aside form button select
    textarea input dialog audio video
    """.split()
)
_BREAKING = frozenset(
    """
    address article blockquote body center dd details div dl dt fieldset figcaption figure h1 h2 h3 h4 h5 h6 header hr
    html li main ol p pre section summary table tbody td tfoot th thead tr ul
    """.split()
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])", re.IGNORECASE)
_DEEPEST = 200


def read_html(text: str) -> Contents:
    """The page's blocks; those of its ``main`` or ``article`` alone, where it has one that holds most of it.

    Raises:
        Unfit: there is no text in it.
    """
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        tree: Any = lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise Unfit("document_no_text", "the page has no text") from error
    blocks = list(_Walk().blocks(_matter(tree)))
    if not any(block.kind != "heading" for block in blocks):
        raise Unfit("document_no_text", "the page has no text that a reader sees")
    found = tree.find(".//title")
    title = " ".join((found.text_content() if found is not None else "").split())
    return Contents(blocks=blocks, title=title)


def _matter(tree: Any) -> Any:
    for path in (".//main", ".//article"):
        found = tree.findall(path)
        if len(found) == 1 and len(" ".join(found[0].itertext()).split()) > 50:
            return found[0]
    body = tree.find("body")
    return tree if body is None else body


class _Walk:
    """Collects text until a block ends."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._row = 0

    def blocks(self, element: Any) -> Iterator[Block]:
        yield from self._element(element, 0)
        yield from self._paragraph()

    def _element(self, element: Any, depth: int) -> Iterator[Block]:
        tag = element.tag if isinstance(element.tag, str) else ""
        if not tag or tag in _SKIPPED or _hidden(element):
            return
        breaking = tag in _BREAKING
        if breaking:
            yield from self._paragraph()
        whole = self._whole(tag, element) if depth < _DEEPEST else _plain(element)
        if whole is not None:
            yield from whole if not isinstance(whole, str) else self._block("paragraph", whole)
            return
        self._text.append(element.text or "")
        for child in element:
            yield from self._element(child, depth + 1)
            self._text.append(child.tail or "")
        if breaking:
            yield from self._paragraph("item" if tag == "li" else "paragraph")
        elif tag == "br":
            self._text.append(" ")

    def _whole(self, tag: str, element: Any) -> Iterator[Block] | None:
        """A block that is taken as one; None for what is walked through."""
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
            return self._block("heading", _plain(element), level=int(tag[1]))
        if tag == "pre":
            return self._block("verbatim", "".join(element.itertext()).strip("\n"))
        if tag == "table":
            self._row = 0
            return None
        if tag == "tr":
            self._row += 1
            cells = [_plain(cell) for cell in element if cell.tag in {"td", "th"}]
            return self._block("row", "| " + " | ".join(cells) + " |") if any(cells) else iter(())
        return None

    def _paragraph(self, kind: str = "paragraph") -> Iterator[Block]:
        text, self._text = " ".join("".join(self._text).split()), []
        return self._block(kind, f"- {text}" if kind == "item" and text else text)

    def _block(self, kind: str, text: str, *, level: int = 0) -> Iterator[Block]:
        if text.strip():
            row = self._row if kind == "row" else 0
            yield Block(kind=kind, text=text, level=level, row=row)  # type: ignore[arg-type]


def _hidden(element: Any) -> bool:
    style = element.get("style", "")
    return (
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or bool(style and _HIDDEN.search(style))
    )


def _plain(element: Any) -> str:
    return " ".join(
        " ".join(
            text
            for part in element.iter()
            if isinstance(part.tag, str)
            for text in (part.text if part.tag not in _SKIPPED else "", part.tail if part is not element else "")
            if text
        ).split()
    )
