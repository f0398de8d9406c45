"""How well passages answer some terms."""

from __future__ import annotations

from services.worker.content import Passage
from services.worker.planning.rank import Index
from services.worker.reading.terms import stems


def passage(number: int, text: str, *, source: int = 1, heading: str = "") -> Passage:
    return Passage(number=number, source=source, path=[heading] if heading else [], text=text, words=len(text.split()))


def test_rare_terms_weigh_more_than_common_ones():
    """A word in every passage tells nothing."""
    index = Index([passage(1, "license patent"), passage(2, "license word"), passage(3, "license other")])
    assert index.idf("patent") > index.idf("licens")
    assert (index.share("licens"), index.share("patent")) == (1.0, 1 / 3)


def test_forms_of_a_word_are_one_term_and_a_heading_counts():
    """``terminates`` answers ``termination``; so does the heading above it."""
    index = Index(
        [passage(1, "It terminates."), passage(2, "It goes on."), passage(3, "It ends.", heading="5. Termination")]
    )
    scores = index.scores(stems("termination"))
    assert scores[2] > scores[0] > scores[1] == 0


def test_relevance_is_measured_within_a_source():
    """The best passage of a source that speaks of it is near 1, even if another source says it more often."""
    index = Index(
        [
            passage(1, "patent patent patent litigation", heading="Patents"),
            passage(2, "nothing at all here"),
            passage(3, "a patent licence is granted", source=2),
            passage(4, "something else entirely", source=2),
        ]
    )
    found = index.relevance(stems("patents"))
    assert found[0] == 1
    assert found[2] > 0.6
    assert found[1] == found[3] == 0


def test_nothing_is_relevant_to_unknown_terms_or_in_an_empty_index():
    """No division by zero, no invented nearness."""
    assert Index([passage(1, "a text")]).relevance(["unheard"]) == [0.0]
    assert Index([]).relevance(["unheard"]) == []
