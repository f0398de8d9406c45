"""Figures computed from the sources."""

from __future__ import annotations

from services.worker.reading.facts import facts, infos
from services.worker.reading.passages import passages
from shared.domain.context import SourceText

TEXT = "You must not go. You must stay, and you may sleep. Dogs bark; a dog barks in May 2020.\n\nWords:\n\n- one two three\n- four"


def figures():
    sources = [
        SourceText(number=1, title="Dogs", text=TEXT, kind="markdown"),
        SourceText(number=2, title="None", text="# H", kind="markdown"),
    ]
    return sources, facts(sources, passages(sources))


def test_words_and_sentences_are_counted_per_source_and_over_all():
    """An item of a list counts as a sentence."""
    _, found = figures()
    assert (found.sources[0].words, found.sources[0].sentences) == (24, 6)
    assert (found.words, found.sentences) == (
        sum(one.words for one in found.sources),
        sum(one.sentences for one in found.sources),
    )


def test_modal_verbs_are_counted_apart_from_their_negations_and_from_the_month():
    """``must not`` is no ``must``; the month of May is no permission."""
    _, found = figures()
    modals = found.sources[0].modals
    assert (modals["must"], modals["must not"], modals["may"], modals["shall"]) == (1, 1, 1, 0)


def test_terms_are_counted_by_stem_and_shown_in_their_commonest_form():
    """Forms of one word are one term; words without meaning are none."""
    terms = figures()[1].sources[0].terms
    assert terms["dog"] == 2 if "dog" in terms else terms["dogs"] == 2
    assert not {"you", "must", "and"} & terms.keys()


def test_every_sentence_is_in_one_bin_of_the_histogram():
    """The bins cover the longest sentence, and the counts add up."""
    _, found = figures()
    assert sum(found.counts) == found.sentences
    assert len(found.counts) + 1 == len(found.edges)
    assert found.edges[-1] >= max(one.longest_sentence for one in found.sources)


def test_a_source_without_words_has_figures_too():
    """Nothing is divided by zero."""
    sources, found = figures()
    assert (found.sources[1].words, found.sources[1].words_per_sentence, found.sources[1].reading_ease) == (
        0,
        0.0,
        None,
    )
    assert [(one.title, one.words) for one in infos(sources, found)] == [("Dogs", 24), ("None", 0)]


def test_reading_ease_is_fleschs():
    """Plain words read easier than long ones."""
    easy = [SourceText(number=1, title="E", text="The cat sat on the mat. The dog ran to the cat.")]
    hard = [SourceText(number=1, title="H", text="It is the organizational responsibility of administrators.")]
    other = [SourceText(number=1, title="D", text="Das Wasser kocht. Der Tee zieht lange.")]
    assert (facts(easy, passages(easy)).sources[0].reading_ease or 0) > 90
    assert (facts(hard, passages(hard)).sources[0].reading_ease or 0) < 0
    assert facts(other, passages(other)).sources[0].reading_ease is None
