"""Splitting prose into sentences."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.worker.reading.sentences import split


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two? Three!", ["One.", "Two?", "Three!"]),
        ("See Sec. 3 and e.g. No. 4. Then stop.", ["See Sec. 3 and e.g. No. 4.", "Then stop."]),
        ("It costs 3.50 dollars. J. Smith paid.", ["It costs 3.50 dollars.", "J. Smith paid."]),
        ('He said "Go." She went.', ['He said "Go."', "She went."]),
        ("(Do not do this.)  The text follows.", ["(Do not do this.)", "The text follows."]),
        ("It is small. it goes on.", ["It is small. it goes on."]),
        ("5.1. The rights end. Then what?", ["5.1. The rights end.", "Then what?"]),
        ("此许可证。第二句！第三句？", ["此许可证。", "第二句！", "第三句？"]),
        ("Who am I? I am I. You are you.", ["Who am I?", "I am I.", "You are you."]),
        ("Ends without a stop", ["Ends without a stop"]),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_sees_them_end(text, expected):
    """Not at abbreviations, initials, figures or labels."""
    assert expected == split(text)


@settings(deadline=None)
@given(st.text(alphabet="aB .!?…。\"')(1", max_size=80))
def test_nothing_is_lost_or_changed(text):
    """Splitting only takes white space away."""
    assert "".join(text.split()) == "".join("".join(split(text)).split())


@pytest.mark.parametrize("text", ["." * 100_000, "A. " * 30_000, "? ! " * 30_000, '"' * 100_000, "。" * 100_000])
def test_no_text_takes_longer_than_its_length(text):
    """A text made to hold a worker up does not."""
    began = time.monotonic()
    split(text)
    assert time.monotonic() - began < 3
