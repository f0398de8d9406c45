"""From a model's answer to Markdown whose citations all resolve."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.worker.llm.replies import Resolved, first_sentence, resolve, tidy
from shared.document.markdown_in import blocks


@pytest.mark.parametrize(
    ("text", "markdown", "cited", "unknown"),
    [
        ("It is so [P3].", "It is so [P3].", [3], 0),
        ("It is so[3] and so [p7].", "It is so [P3] and so [P7].", [3, 7], 0),
        ("Both [P7, P3; 3].", "Both [P7][P3].", [7, 3], 0),
        ("A range [P3-P7].", "A range [P3][P4][P7].", [3, 4, 7], 2),
        ("Invented [P99].", "Invented.", [], 1),
        ("Half [P3, P99].", "Half [P3].", [3], 1),
        (
            "No citation [yyyy], [a](http://b.example), \\[P3].",
            "No citation [yyyy], [a](http://b.example), \\[P3].",
            [],
            0,
        ),
        ("A link [12](http://b.example).", "A link [12](http://b.example).", [], 0),
        ("- one\n\n    [P3] two", "- one\n\n    [P3] two", [3], 0),
    ],
)
def test_citations_are_made_uniform_and_unknown_ones_removed(text, markdown, cited, unknown):
    """A citation that resolves to nothing is worse than none."""
    found = resolve(text, {3, 4, 7})
    assert (markdown, cited, unknown) == (found.markdown, found.cited, found.unknown)


@pytest.mark.parametrize(
    "text",
    [
        "Values lie in [3, 4] or in [3-7].",
        "(Smith [2019])",
        "Row [12], and [0].",
        "[3] is where it begins",
        "Let argv[3] = 7.",
        "```\nx = argv[3]  # [P3]\n```",
        "1. a\n\n   ~~~\n   b[P4]\n   ~~~",
        "Text.\n\n    a[P3] = b[P9]",
        "Use `a[P3]` and ``b`[P9]`` here.",
    ],
)
def test_figures_in_brackets_and_code_are_no_citations(text):
    """An interval, a year, an index: what a reader needs stays, and nothing is cited that was not."""
    assert resolve(text, {3, 4, 7}) == Resolved(text, [], 0)


def test_a_backtick_that_closes_nothing_hides_no_citation():
    """Neither an escaped one, nor one that stands alone in its paragraph."""
    found = resolve("It`s so [P3].\n\nAnd \\`so [P4]` it is [P9].", {3, 4})
    assert (found.markdown, found.unknown) == ("It`s so [P3].\n\nAnd \\`so [P4]` it is.", 1)


def test_without_sources_nothing_in_brackets_is_lost():
    """A report from general knowledge keeps its years and intervals; an invented citation goes."""
    found = resolve("In [2019] it was in [0, 1] [P3].", set())
    assert (found.markdown, found.cited, found.unknown) == ("In [2019] it was in [0, 1].", [], 1)


@settings(deadline=None)
@given(st.text(alphabet="aP[]0123, -;(\\", max_size=60))
def test_whatever_a_model_says_only_known_passages_are_cited(text):
    """For any answer at all."""
    found = resolve(text, {1, 2})
    assert set(found.cited) <= {1, 2}
    inlined = blocks(found.markdown, cite=lambda number: {1: 1, 2: 2}[int(number)])
    assert inlined is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("## Patents\n\nText.", "Text."),
        ("# 3. PATENTS #\nText.", "Text."),
        ("### Grants\n\nText.", "### Grants\n\nText."),
        ("```markdown\nText.\n```", "Text."),
        ("```py\nx\n```\n\nText.\n\n```\ny\n```", "```py\nx\n```\n\nText.\n\n```\ny\n```"),
        ("<think>Let me see [P1]</think>\n\nText.", "Text."),
        ("  Text.  ", "Text."),
    ],
)
def test_what_is_not_the_section_is_taken_off(text, expected):
    """Thoughts, a fence around the whole, the title again."""
    assert expected == tidy(text, "Patents")


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("It is so. [P3] And more [P4].", "It is so. [P3]"),
        ("It is so [P3]. And more.", "It is so [P3]."),
        ("### Heading\n\n- item\n\n> quote\n\n1. one\n\nProse here.\nOn.", "Prose here."),
        ("- only\n- items", ""),
        ("", ""),
    ],
)
def test_the_first_sentence_of_prose_is_the_highlight(markdown, expected):
    """Headings, lists and quotes are passed over; its citations stay with it."""
    assert expected == first_sentence(markdown)


def test_fences_that_a_model_copies_are_gone():
    """They are ours, not its text; a quotation stays one."""
    assert tidy("<<<\nTea is hot [P1].\n> > >\n>>>\n\n> quoted", "T") == "Tea is hot [P1].\n\n> quoted"
