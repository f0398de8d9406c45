"""What the contents list."""

from __future__ import annotations

from datetime import UTC, datetime

from services.renderer.page.outline import listed, outline
from shared.document.blocks import Document, Heading, Meta, Paragraph, Text
from shared.document.plain import text


def shown(*headings: tuple[int, str]) -> list[str]:
    blocks = [part for level, title in headings for part in (Heading(level, [Text(title)]), Paragraph([Text("x")]))]
    document = Document(meta=Meta(title="T", created_at=datetime(2026, 1, 1, tzinfo=UTC)), blocks=blocks)
    return [text(entry.heading.content) for entry in listed(outline(document))]


def test_a_heading_that_comes_back_in_three_sections_is_not_listed():
    """Neither its first nor its last occurrence; what is there once or twice is."""
    found = shown(
        (1, "A"),
        (2, "Licence"),
        (2, "Own"),
        (1, "B"),
        (2, "licence"),
        (2, "Twice"),
        (1, "C"),
        (2, "Licence"),
        (2, "Twice"),
    )
    assert found == ["A", "Own", "B", "Twice", "C", "Twice"]


def test_sections_are_always_listed():
    """Even if they bear the same name."""
    assert shown((1, "A"), (1, "A"), (1, "A")) == ["A", "A", "A"]
