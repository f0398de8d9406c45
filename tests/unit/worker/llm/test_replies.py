"""From a model's answer to Markdown whose citations all resolve."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.worker.llm.replies import first_sentence, resolve, tidy


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
    ],
)
def test_citations_are_made_uniform_and_unknown_ones_removed(text, markdown, cited, unknown):
    """A citation that resolves to nothing is worse than none."""
    found = resolve(text, {3, 4, 7})
    assert (markdown, cited, unknown) == (found.markdown, found.cited, found.unknown)


@settings(deadline=None)
@given(st.text(alphabet="aP[]0123, -;(\\", max_size=60))
def test_whatever_a_model_says_only_known_passages_are_cited(text):
    """For any answer at all."""
    found = resolve(text, {1, 2})
    assert set(found.cited) <= {1, 2}
    assert all(int(number) in {1, 2} for number in re.findall(r"(?<!\\)\[P(\d+)\](?!\()", found.markdown))


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
