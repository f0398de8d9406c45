"""Cutting: by structure first, never losing a word, overlapping only where a text goes on."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from services.worker.retrieval.chunk import Sizes, chunks
from services.worker.retrieval.content import Block

WORDS = st.text(alphabet="abcdefg .\n", min_size=1, max_size=400)
BLOCKS = st.builds(
    lambda kind, text, level: Block(kind=kind, text=text, level=level if kind == "heading" else 0),
    st.sampled_from(["heading", "paragraph", "item", "row", "verbatim"]),
    WORDS,
    st.integers(1, 4),
)


def prose(sentences: int) -> str:
    return " ".join(f"Sentence number {n} says something about matter {n}." for n in range(sentences))


@given(st.lists(BLOCKS, max_size=12))
def test_no_word_of_the_text_is_lost(blocks: list[Block]):
    """Every word that is not a heading's is in some passage, in order."""
    sizes = Sizes(good=10, most=20, overlap=5, characters=200)
    found = chunks(blocks, sizes)
    assert [chunk.number for chunk in found] == list(range(1, len(found) + 1))
    text = iter(" ".join(chunk.text for chunk in found).split())
    for block in blocks:
        if block.kind != "heading":
            for word in block.text.split():
                joined = ""
                for piece in text:
                    joined = piece
                    if word.startswith(joined) or joined == word:
                        break
                assert joined or not word


@given(st.text(min_size=1, max_size=3000))
def test_no_passage_is_longer_than_it_may_be(text: str):
    """Whatever the text is: no spaces, no sentences, one word of a thousand letters."""
    sizes = Sizes(good=10, most=20, overlap=5, characters=200)
    for chunk in chunks([Block(kind="paragraph", text=text)], sizes):
        assert chunk.words <= sizes.most + sizes.good + sizes.overlap
        assert len(chunk.text) <= 3 * sizes.characters


def test_a_text_that_goes_on_repeats_its_last_sentences():
    """So that a sentence and what it refers to are found together."""
    found = chunks([Block(kind="paragraph", text=prose(60))])
    assert len(found) > 2
    for before, after in itertools.pairwise(found):
        first = after.text.split(". ")[0]
        assert first in before.text


def test_another_heading_repeats_nothing():
    """What stands under one heading does not leak under the next."""
    blocks = [
        Block(kind="heading", text="One", level=1),
        Block(kind="paragraph", text=prose(3)),
        Block(kind="heading", text="Two", level=1),
        Block(kind="paragraph", text="All new."),
    ]
    found = chunks(blocks)
    assert [(chunk.path, chunk.text == "All new.") for chunk in found] == [(["One"], False), (["Two"], True)]


def test_a_long_table_repeats_its_first_row():
    """Rows without their columns' names are numbers without a meaning."""
    rows = [Block(kind="row", text="| Kind | Degrees |", row=1)]
    rows += [Block(kind="row", text=f"| Tea {n} from the hills far away | {n} |", row=n) for n in range(2, 100)]
    found = chunks(rows)
    assert len(found) > 3
    assert all(chunk.text.startswith("| Kind | Degrees |\n") for chunk in found)
    assert found[0].place.startswith("rows 1–")


def test_a_document_of_headings_alone_is_still_found():
    """Its headings are its text."""
    found = chunks([Block(kind="heading", text="Tea", level=1), Block(kind="heading", text="Coffee", level=1)])
    assert [chunk.text for chunk in found] == ["Tea\n\nCoffee"]
