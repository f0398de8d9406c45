"""SVG elements as strings, with every text and attribute escaped."""

from __future__ import annotations

from markupsafe import escape

from services.renderer.page.charts.lettering import LEADING
from shared.document.plain import clean


def number(value: float) -> str:
    """Write a coordinate with six digits at most."""
    return f"{value:.6g}"


def element(name: str, content: str = "", **attributes: str | float) -> str:
    """Write an element around content that is markup already.

    Attributes are the charts' own, never a document's text. ``class_`` and ``text_anchor`` lose their underscores.
    """
    written = "".join(
        [
            f' {key.rstrip("_").replace("_", "-")}="{value if isinstance(value, str) else number(value)}"'
            for key, value in attributes.items()
            if value != ""
        ]
    )
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


def words(text: str) -> str:
    """Write text as markup."""
    return str(escape(clean(text)))


def label(x: float, y: float, text: str, **attributes: str | float) -> str:
    """Write a line of text with its baseline at ``y``."""
    return element("text", words(text), x=x, y=y, **attributes)


def stack(x: float, y: float, lines: list[str], **attributes: str | float) -> str:
    """Write lines of text below each other, the first one's baseline at ``y``."""
    return "".join(label(x, y + LEADING * row, line, **attributes) for row, line in enumerate(lines))
