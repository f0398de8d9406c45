"""A run's tokens, dealt out."""

from __future__ import annotations

import pytest

from services.worker.planning.budget import dealt, portions, summary_words
from services.worker.planning.outline import plan
from services.worker.planning.plan import Order
from tests.unit.worker.planning.test_proposal import PASSAGES


def planned(query: str, tokens: int = 16384):
    return dealt(plan(Order(title="T", query=query, max_tokens=tokens), ["Guide"], PASSAGES))


@pytest.mark.parametrize("tokens", [200, 1000, 16384, 100_000])
@pytest.mark.parametrize("words", [300, 4000, 20_000])
def test_the_portions_are_never_more_than_there_is(tokens: int, words: int):
    """Two tries at the outline, the joins, the summary and all sections together."""
    given = portions(tokens, words)
    assert 2 * given.outline + given.join + given.summary + given.sections <= tokens
    assert min(given.outline, given.join, given.summary) >= 0


def test_words_are_shared_out_between_sections_and_summary():
    """Together they are what was asked for."""
    made = planned("Explain limits and backup in 900 words")
    total = sum(section.words for section in made.sections) + summary_words(900)
    assert 0.97 * 900 <= total <= 900


def test_shares_weigh_the_sections():
    """A section of twice the share gets twice the room."""
    first = plan(Order(title="T", query="Explain limits and backup in 900 words"), ["Guide"], PASSAGES)
    shares = [2] + [1] * (len(first.sections) - 1)
    made = dealt(first, shares)
    assert made.sections[0].words == pytest.approx(2 * made.sections[1].words, abs=2)
    assert made.sections[0].max_tokens == pytest.approx(2 * made.sections[1].max_tokens, abs=2)


def test_no_section_is_asked_for_more_than_its_tokens_hold():
    """A small budget makes a short report, not one that breaks off."""
    made = planned("Explain limits and backup in 9000 words", tokens=2000)
    for section in made.sections:
        assert section.words * 1.5 <= section.max_tokens
    planned_words = sum(section.words for section in made.sections) + summary_words(9000)
    assert (made.outline.words, made.outline.words_wanted) == (pytest.approx(planned_words, abs=20), 9000)


@pytest.mark.parametrize(("asked", "words"), [(50, 300), (20_000, 20_000), (90_000, 20_000)])
def test_a_length_that_no_report_has_is_kept_beside_the_one_that_is_planned(asked: int, words: int):
    """Nothing is cut in silence: what was asked for is still known when the report is checked."""
    outline = planned(f"Explain limits in {asked} words", tokens=100_000).outline
    assert (outline.words, outline.words_asked, outline.words_wanted) == (words, True, asked)
