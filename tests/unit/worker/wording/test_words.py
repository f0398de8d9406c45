"""What Pressrun itself says in a report, in the report's language."""

from __future__ import annotations

import string

import pytest

from deploy.local.demo_request import demo_request
from services.worker.wording.words import CATALOGUES, wording
from shared.document.blocks import Heading, Text
from shared.document.plain import texts
from tests.unit.worker.corpus import Made

LANGUAGES = sorted(set(CATALOGUES) - {"en"})


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_everything_with_the_same_places(language: str):
    """No text is missing, none is left over, and none loses a value."""
    english, other = CATALOGUES["en"], CATALOGUES[language]
    assert english.texts.keys() == other.texts.keys()
    assert english.nouns.keys() == other.nouns.keys()
    assert len(other.numbers) == len(english.numbers)
    for key, text in english.texts.items():
        assert places(text) == places(other.texts[key]), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_demos_report_has_no_english_sentence_of_ours(language: str):
    """Headings, signposts, tables, charts and the account of the method; quotations stay as they are."""
    made = Made(demo_request(), language=language)
    english = CATALOGUES["en"].texts
    known = {english[key] for key in english if not places(english[key]) and len(english[key]) > 12}
    said = [*texts(made.document.blocks), *made.document.meta.notices, made.document.meta.template]
    assert not [text for text in said if text in known and text not in CATALOGUES[language].texts.values()]
    say = wording(language)
    headings = [
        "".join(part.text for part in one.content if isinstance(part, Text))
        for one in made.document.blocks
        if isinstance(one, Heading)
    ]
    assert {say("summary"), say("glance"), say("figures"), say("method"), say("lens.duties")} <= set(headings)
    assert made.outputs["check"]["quality"]["code"] == "PASS"


def test_another_language_gets_no_signposts():
    """Where nobody translated them, sections begin with what they quote; what must be said is said in English."""
    made = Made(demo_request(), language="it")
    said = " ".join(texts(made.document.blocks))
    assert "The statements quoted here" not in said
    assert "take this up" not in said
    assert "How this report was made" in said


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "three sources, 9,373 words"),
        ("de-AT", "drei Quellen, 9.373 Wörter"),
        ("es", "tres fuentes, 9.373 palabras"),
    ],
)
def test_counts_are_written_as_the_language_does(language: str, shown: str):
    """In words up to twelve, in figures with the language's own marks."""
    say = wording(language)
    assert f"{say.plural(3, 'source')}, {say.counted(9373, 'word')}" == shown


def test_one_of_a_thing_has_its_article():
    """Whatever its gender."""
    assert [wording(one).plural(1, "source") for one in ("en", "de", "fr", "es")] == [
        "one source",
        "eine Quelle",
        "une source",
        "una fuente",
    ]
