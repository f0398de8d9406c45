"""Which kind of report a query asks for."""

from __future__ import annotations

import pytest

from services.worker.planning.style import WORDS, detect
from shared.domain.errors import Rejected


@pytest.mark.parametrize(
    ("query", "style"),
    [
        ("Compare A and B", "comparison"),
        ("A versus B", "comparison"),
        ("A VS. B", "comparison"),
        ("What is the difference?", "comparison"),
        ("Summarize this", "summary"),
        ("A brief overview", "summary"),
        ("How can we deploy it?", "use_case"),
        ("A use  case for tea", "use_case"),
        ("The technical architecture", "technical"),
        ("A deep dive", "technical"),
        ("A deep-dive summary of the architecture", "technical"),
        ("VS Code for teams: an overview", "summary"),
        ("Vim VS Emacs", "comparison"),
        ("vim vs code", "comparison"),
        ("Tell me about tea", "technical"),
        ("", "technical"),
    ],
)
def test_the_words_of_the_query_decide(query, style):
    """Whole words, whatever their case and spacing; without any it is technical."""
    assert style == detect(query).style


@pytest.mark.parametrize(
    "query", ["The breakdown of canvas", "Provsions of a comparer", "An abbreviation", "reimplemented"]
)
def test_a_keyword_inside_another_word_does_not_count(query):
    """``vs`` in ``canvas`` is no comparison."""
    assert detect(query).words == {}


def test_most_hits_win_and_the_losers_are_kept():
    """One ``application`` in a technical query does not make it a use case."""
    found = detect("A technical deep dive into the architecture of the application")
    assert found.style == "technical"
    assert found.words == {"technical": ["technical", "deep dive", "architecture"], "use_case": ["application"]}


def test_a_phrase_counts_once():
    """``pros and cons`` is one keyword, and ``use cases`` is not also ``use case``."""
    assert detect("Pros and cons of use cases").words == {"comparison": ["pros and cons"], "use_case": ["use cases"]}


@pytest.mark.parametrize(
    ("query", "style"),
    [
        ("compare and summarize", "comparison"),
        ("summarize how to deploy", "summary"),
        ("deploy the architecture", "use_case"),
        ("architecture versus overview", "comparison"),
    ],
)
def test_ties_have_an_order(query, style):
    """comparison, summary, use case, technical."""
    assert style == detect(query).style
    assert list(WORDS) == ["comparison", "summary", "use_case", "technical"]


def test_the_caller_may_choose():
    """``parameters.report_style`` wins, and is checked."""
    found = detect("Compare A and B", "summary")
    assert (found.style, found.chosen, found.words) == ("summary", True, {"comparison": ["compare"]})
    assert not detect("Compare A and B", None).chosen
    with pytest.raises(Rejected, match=r"parameters\.report_style must be one of comparison, summary"):
        detect("Compare A and B", "essay")
    with pytest.raises(Rejected):
        detect("Compare A and B", ["summary"])
