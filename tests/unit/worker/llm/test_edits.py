"""Edits that a model wants in finished sections."""

from __future__ import annotations

import pytest

from services.worker.content import Written
from services.worker.llm.edits import edited

ONE = Written(
    id="a", title="A", markdown="Tea is hot [P1]. It needs 3 minutes [P2].\n\nSo much for tea.", cited=[1, 2], model="m"
)
TWO = Written(
    id="b", title="B", markdown="Tea is hot [P1]. Coffee is quick [P3]. Coffee is quick [P3].", cited=[1, 3], model="m"
)


def wanted(find: str, replace: str, section: str = "b") -> list[dict[str, str]]:
    return [{"section": section, "find": find, "replace": replace, "why": "repetition"}]


def test_a_small_edit_that_keeps_its_citation_is_made():
    """In the section that it names, and nowhere else."""
    done = edited([ONE, TWO], wanted("Tea is hot [P1].", "As said before, tea is hot [P1]."))
    assert (done.made, done.refused) == (1, 0)
    assert done.sections[0] == ONE
    assert done.sections[1].markdown.startswith("As said before, tea is hot [P1]. Coffee")


@pytest.mark.parametrize(
    ("find", "replace"),
    [
        ("Tea is hot [P1].", "Tea is hot."),
        ("Tea is hot [P1].", "Tea is hot [P1][P2]."),
        ("Tea is hot [P1].", "Tea is hot [P9]."),
        ("Tea is hot [P1].", "Tea is hot [P1] [see](https://evil.example)."),
        ("Tea is hot [P1].", "Tea is hot [P1] <b>now</b>."),
        ("Tea is hot [P1].", "## Tea\nhot [P1]."),
        ("Tea is hot [P1].", "Tea has 95 degrees [P1]."),
        ("Tea is hot [P1].", "Tea is hot [P1]. " + "And so on. " * 60),
        ("Coffee is quick [P3].", "Coffee takes less time [P3]."),
        ("Nobody said this.", "Or this."),
        ("", "x"),
    ],
    ids=["loses", "adds", "invents", "links", "markup", "heading", "number", "essay", "twice", "absent", "empty"],
)
def test_an_edit_that_could_change_what_is_said_is_refused(find: str, replace: str):
    """Citations, numbers, links, headings and length stay; what cannot be placed is not placed."""
    done = edited([ONE, TWO], wanted(find, replace))
    assert (done.made, done.refused) == (0, 1)
    assert done.sections == [ONE, TWO]


def test_a_section_cannot_be_edited_away():
    """However many edits each take a little."""
    text = " ".join(f"Sentence number {word} stands here for itself alone." for word in ("one", "two", "three", "four"))
    section = Written(id="a", title="A", markdown=text, model="m")
    each = [
        {"section": "a", "find": f"Sentence number {word} stands here for itself alone.", "replace": "", "why": "x"}
        for word in ("one", "two", "three")
    ]
    done = edited([section], each)
    assert (done.made, done.refused) == (1, 2)


def test_an_edit_of_an_unknown_section_is_refused():
    """There is nothing to edit."""
    assert edited([ONE], wanted("Tea", "Coffee", "zzz")).refused == 1
