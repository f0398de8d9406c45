"""The structure of plain text, as people and standards bodies type it."""

from __future__ import annotations

import pytest

from services.worker.reading.plain import Line, read


def shape(text: str) -> list[tuple[str, str]]:
    return [(line.kind, line.text) for line in read(text)]


def test_wrapped_lines_are_joined_and_paragraphs_kept_apart():
    """A hard wrap is no paragraph; a blank line is."""
    assert shape("One\n  two\nthree.\n\n   Four.\n") == [("paragraph", "One two three."), ("paragraph", "Four.")]


def test_a_word_divided_at_a_hyphen_keeps_it():
    """Nobody knows whether the hyphen belongs to the word; the source has it."""
    assert shape("A counter-\nclaim is made.") == [("paragraph", "A counter-claim is made.")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. Definitions\n--------------\n\nWords.", ("1. Definitions", 2)),
        ("2.1. Grants\n\nWords.", ("2.1. Grants", 3)),
        ("  0. Definitions.\n\nWords.", ("0. Definitions", 2)),
        ("TERMS AND CONDITIONS\n\nWords.", ("TERMS AND CONDITIONS", 1)),
        ("Statement of Purpose\n\nWords.", ("Statement of Purpose", 1)),
        (
            "          How to Apply These Terms to Your New Programs\n\nWords.",
            ("How to Apply These Terms to Your New Programs", 1),
        ),
        (
            "   APPENDIX: How to apply the license to your work.\n\nWords.",
            ("APPENDIX: How to apply the license to your work", 1),
        ),
        ("Exhibit A - Source Form\n-----------\n\nWords.", ("Exhibit A - Source Form", 1)),
        (
            "10.4. Distributing Source That Is Incompatible With Secondary\nLicenses\n\nWords.",
            ("10.4. Distributing Source That Is Incompatible With Secondary Licenses", 3),
        ),
    ],
)
def test_headings_are_found_by_how_they_stand(text, expected):
    """Underlined, numbered, in capitals or set apart."""
    first, second = read(text)
    assert expected == (first.text, first.level)
    assert (Line("paragraph", "Words."), "heading") == (second, first.kind)


def test_a_numbered_title_that_runs_into_its_paragraph_is_a_heading():
    """As in the Apache License."""
    text = "   2. Grant of License. Subject to the terms\n      of this License, you may go."
    assert shape(text) == [
        ("heading", "2. Grant of License"),
        ("paragraph", "Subject to the terms of this License, you may go."),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "5.1. The rights granted under this License will terminate automatically.",
        '1.1. "Contributor"\n    means each individual or legal entity.',
        "Copyright [yyyy] [name of copyright owner]",
        "He left.",
        "an ordinary line of words without an end",
        "Dear Sir,",
    ],
)
def test_what_is_not_surely_a_heading_is_a_paragraph(text):
    """A sentence is never swallowed by a heading."""
    assert [line.kind for line in read(text)] == ["paragraph"]


def test_list_items_are_told_from_their_lead():
    """With or without blank lines between them."""
    text = "You must:\n  (a) give; and\n      take; or\n  (b) go.\n\n  - stay\n\nThen."
    assert shape(text) == [
        ("paragraph", "You must:"),
        ("item", "(a) give; and take; or"),
        ("item", "(b) go."),
        ("item", "- stay"),
        ("paragraph", "Then."),
    ]


def test_frames_are_taken_off():
    """A box of asterisks is drawn around the text, not part of it."""
    text = "**************\n*            *\n*  6. Terms  *\n*  --------  *\n*            *\n*  Be good.  *\n**************\n"
    assert shape(text) == [("heading", "6. Terms"), ("paragraph", "Be good.")]


def test_unwrapped_lines_are_paragraphs_of_their_own():
    """A text without blank lines and without wraps has one paragraph a line."""
    long = "word " * 40
    assert [("paragraph", long.strip())] * 2 == shape(f"{long}\n{long}\n")
