"""How long a query asks its report to be."""

from __future__ import annotations

import pytest

from services.worker.planning.aspects import aspects
from services.worker.planning.length import length


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("a 4500+ word analysis", 4500),
        ("write 1,200 words", 1200),
        ("about 800-word text", 800),
        ("in 2000 words or less", 2000),
        ("2k words on tea", 2000),
        ("1.5k words on tea", 1500),
        ("the word 2000", None),
        ("version 2.0 words", None),
        ("no number", None),
        ("a 250-word abstract in 1000 words", 1000),
        ("1000 words with a 250-word abstract", 1000),
        ("Summarise the 5000-word article in about 300 words", 300),
        ("In the 5000 words given: what is new, in 400 words?", 400),
        ("1500 words, 300 words per section", 1500),
        ("Vergleiche Tee und Kaffee in höchstens 2.000 Wörtern", 2000),
        ("2000 Wörter über Tee", 2000),
        ("Compare le thé en 1 500 mots", 1500),
        ("Explica el té en unas 800 palabras", 800),
        ("Spiega il tè in 700 parole", 700),
    ],
)
def test_a_length_is_honoured_when_it_is_asked_for(query: str, words: int | None):
    """``N words`` in the query, however it is typed and in whichever language; the whole's before a part's."""
    assert words == length(query)


def test_a_length_is_no_matter_of_the_report():
    """Neither its figure nor its unit."""
    for asked in ("in 800 words", "de 800 mots", "2.000 Wörter"):
        assert aspects(f"Explain water and caffeine {asked}", []) == ["water", "caffeine"], asked
