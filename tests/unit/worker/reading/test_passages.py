"""Cutting documents into passages."""

from __future__ import annotations

import functools
import operator

from hypothesis import given, settings
from hypothesis import strategies as st

from services.worker.reading import sentences, terms
from services.worker.reading.passages import Sizes, passages
from services.worker.reading.statements import statements
from shared.domain.context import SourceText


def source(text: str, kind: str = "text", number: int = 1) -> SourceText:
    return SourceText(number=number, title="S", kind=kind, text=text)  # type: ignore[arg-type]


def test_passages_are_numbered_over_all_sources_and_keep_their_place():
    """A citation is a number; a reader finds it by source and headings."""
    found = passages([source("# A\n\n## B\n\nOne.\n\n# C\n\nTwo.", "markdown"), source("Three.", number=2)])
    assert [(one.number, one.source, one.path, one.locator) for one in found] == [
        (1, 1, ["A", "B"], "B"),
        (2, 1, ["C"], "C"),
        (3, 2, [], ""),
    ]


def test_small_blocks_are_joined_and_large_ones_divided_between_sentences():
    """About 120 to 250 words, and no sentence cut."""
    sentence = "This sentence has exactly seven words here. "
    found = passages([source(sentence * 100 + "\n\n" + "\n\n".join([sentence.strip()] * 30))])
    assert all(one.words <= 250 for one in found)
    assert all(one.text.endswith("here.") for one in found)
    assert sum(one.words for one in found) == 130 * 7


def test_a_list_stays_with_the_sentence_that_leads_to_it():
    """Half a list means something else."""
    lead, items = "You must do this:", [f"({letter}) {'word ' * 60}done;" for letter in "abcd"]
    found = passages([source("\n\n".join(["Before. " * 100, lead, *items]))])
    assert found[-1].text.startswith(lead)
    assert len(statements(found[-1].text)[0].items) == 4


def test_code_and_tables_are_kept_but_say_nothing():
    """A model may read them; nobody quotes them as sentences."""
    text = "Look:\n\n```py\nx = 1.\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nDone well, I think."
    found = passages([source(text, "markdown")])
    assert "```py\nx = 1.\n```" in found[0].text
    assert "| 1 | 2 |" in found[0].text
    assert [one.text for one in statements(found[0].text)] == ["Look:", "Done well, I think."]


def test_markdown_marks_are_gone_and_words_stay():
    """What is quoted is what a reader of the document saw."""
    text = "Some *emphasis*, `code`, a [link](https://x.example) and ![a picture](y.png).\nNext line."
    assert passages([source(text, "markdown")])[0].text == "Some emphasis, code, a link and a picture. Next line."


def test_sentences_in_list_items_stand_for_themselves():
    """A list of whole sentences without a lead is prose with bullets."""
    found = passages([source("- One thing is true. Another is not.\n- A fragment\n", "markdown")])
    assert [one.text for one in statements(found[0].text)] == ["One thing is true.", "Another is not.", "- A fragment"]


def test_items_of_inner_lists_are_items_of_their_own():
    """Nesting is no reason to glue sentences together."""
    found = passages([source("Do:\n\n- One is here\n  - Two is inside.\n- Three is last.\n", "markdown")])
    assert statements(found[0].text)[0].items == ("- One is here", "- Two is inside.", "- Three is last.")


words = st.lists(
    st.sampled_from("Alpha beta gamma. Delta: epsilon; (a) 1. # - zeta\n\n eta! \n Theta".split(" ")), max_size=120
)


@settings(deadline=None)
@given(words, st.sampled_from(["text", "markdown"]))
def test_no_word_is_lost_and_no_sentence_is_cut(parts, kind):
    """Whatever the text: every word is in a passage or in a heading above it, and sizes hold."""
    text = " ".join(parts)
    found = passages([source(text, kind)], Sizes(good=6, most=12, most_list=20))
    kept = functools.reduce(operator.iadd, (terms.words(one.text) for one in found), []) + [
        word for one in found for part in one.path for word in terms.words(part)
    ]
    missing = set(terms.words(text)) - set(kept)
    lines = text.split("\n")
    headings = {
        word
        for line, below in zip(lines, [*lines[1:], ""], strict=True)
        if below.strip() == "-"  # underlined
        or line.strip()[:1] in {"#", "1"}
        or not line.strip().endswith(".")  # "1. Alpha 1." is a numbered heading
        for word in terms.words(line)
    }
    assert missing <= headings | {"1", "2"}
    for one in found:
        assert one.words <= 20 or len(sentences.split(one.text)) == 1
