"""Edits that a model wants in finished sections."""

from __future__ import annotations

from collections import Counter

import pytest

from services.worker.content import Written
from services.worker.llm.edits import edited
from services.worker.llm.negation import negations

ONE = Written(
    id="a",
    title="A",
    markdown="Tea is hot [P1]. It needs 3 minutes [P2]. A pot has 1 lid.\n\n```\nteapot = argv[1]\n```",
    cited=[1, 2],
    model="m",
)
TWO = Written(
    id="b",
    title="B",
    markdown=(
        "Tea is hot [P1]. Coffee is quick [P3]. Coffee is quick [P3].\n\n- Milk does not curdle.\n- Sugar is white and is "
        "stirred in. A cup is enough."
    ),
    cited=[1, 3],
    model="m",
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
        ("It needs 3 minutes [P2].", "It needs minutes [P2]."),
        ("It needs 3 minutes [P2].", "It needs 1 minute, as tea does [P2]."),
        ("It needs 3 minutes [P2].", "It needs 3 or 3 minutes [P2]."),
        ("Milk does not curdle.", "Milk does curdle, as one knows."),
        ("Milk does not curdle.", "Milk doesn’t never curdle."),
        ("Sugar is white and is stirred in.", "Sugar."),
        (" and is stirred in", ""),
        ("Sugar is white and is stirred in.", ""),
        ("teapot", "kettle"),
        ("Tea is hot [P1].", "Tea is hot [P1]. " + "And so on. " * 60),
        ("Coffee is quick [P3].", "Coffee takes less time [P3]."),
        ("Nobody said this.", "Or this."),
        ("", "x"),
    ],
    ids=[
        "loses",
        "adds",
        "invents",
        "links",
        "markup",
        "heading",
        "number",
        "number gone",
        "number of elsewhere",
        "number twice",
        "negation gone",
        "negation twice",
        "shrunk",
        "piece gone",
        "sentence gone",
        "code",
        "essay",
        "twice",
        "absent",
        "empty",
    ],
)
def test_an_edit_that_could_change_what_is_said_is_refused(find: str, replace: str):
    """Citations, numbers, links, headings and length stay; what cannot be placed is not placed."""
    done = edited([ONE, TWO], wanted(find, replace, "a" if find in ONE.markdown and find not in TWO.markdown else "b"))
    assert (done.made, done.refused) == (0, 1)
    assert done.sections == [ONE, TWO]


def test_a_sentence_that_another_section_has_too_may_go():
    """With its citation, which the other one keeps; the second time it is no repetition any more."""
    gone = [*wanted("Tea is hot [P1]. ", ""), *wanted("Tea is hot [P1]. ", "", "a")]
    done = edited([ONE, TWO], gone)
    assert (done.made, done.refused) == (1, 1)
    assert done.sections[0] == ONE
    assert done.sections[1].markdown.startswith("Coffee")
    assert done.sections[1].cited == [3]


@pytest.mark.parametrize(
    ("find", "replace"),
    [
        ("Milk does not curdle.", "Milk, too, doesn’t curdle."),
        ("Sugar is white and is stirred in.", "White sugar is then stirred in."),
        ("It needs 3 minutes [P2].", "Tea needs 3 minutes [P2]."),
        ("A cup is enough.", "So a cup is enough."),
    ],
)
def test_other_words_for_the_same_are_let_through(find: str, replace: str):
    """Terms and transitions are what the look is for."""
    assert edited([ONE, TWO], wanted(find, replace, "a" if find in ONE.markdown else "b")).made == 1


def test_a_section_cannot_be_edited_away():
    """However many edits each take a little, and even if another section says all of it."""
    each = [f"Sentence number {word} stands here for itself alone." for word in ("one", "two", "three", "four")]
    section, other = (Written(id=name, title="T", markdown=" ".join(each), model="m") for name in "ab")
    done = edited([section, other], [edit for one in each[:3] for edit in wanted(one, "", "a")])
    assert (done.made, done.refused) == (1, 2)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It is so.", "It is not so."),
        ("It will work.", "It won’t work."),
        ("Es ist ein Fehler.", "Es ist kein Fehler."),
        ("Das geht.", "Das geht nicht."),
        ("Il est là.", "Il n’est pas là."),
        ("Es así.", "Jamás es así."),
        ("È così.", "Non è così."),
    ],
)
def test_what_denies_is_known_in_five_languages(one: str, other: str):
    """A word less is another statement."""
    assert negations(one) == Counter()
    assert negations(other)


def test_an_edit_of_an_unknown_section_is_refused():
    """There is nothing to edit."""
    assert edited([ONE], wanted("Tea", "Coffee", "zzz")).refused == 1
