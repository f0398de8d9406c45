"""``parameters.context`` in every shape, and what is wrong with any other."""

from __future__ import annotations

import pytest

from shared.domain.context import Limits, documents
from shared.domain.errors import Rejected


@pytest.mark.parametrize(
    "context", [None, {}, [], "", "  \n", {"documents": []}, {"documents": None}, [" ", {"text": ""}]]
)
def test_nothing_is_nothing(context):
    """Clients that have no documents send any of these."""
    assert documents(context) == []


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ("A text.", [("Document 1", "text", "A text.", None)]),
        (["One.", "Two."], [("Document 1", "text", "One.", None), ("Document 2", "text", "Two.", None)]),
        ({"Tea": "Hot.", "Ice": "Cold."}, [("Tea", "text", "Hot.", None), ("Ice", "text", "Cold.", None)]),
        ({"documents": ["One."]}, [("Document 1", "text", "One.", None)]),
        ({"title": "Tea", "text": "Hot."}, [("Tea", "text", "Hot.", None)]),
        ([{"title": "Tea", "content": "Hot."}], [("Tea", "text", "Hot.", None)]),
        ([{"markdown": "*Hot.*"}], [("Document 1", "markdown", "*Hot.*", None)]),
        (
            [{"source": "https://tea.example/a", "text": "Hot."}],
            [("https://tea.example/a", "text", "Hot.", "https://tea.example/a")],
        ),
        ([{"source": "The tea book", "text": "Hot."}], [("The tea book", "text", "Hot.", None)]),
        ([{"title": "T", "href": "http://tea.example", "text": "Hot."}], [("T", "text", "Hot.", "http://tea.example")]),
        ([{"text": "Hot.", "type": "markdown"}], [("Document 1", "markdown", "Hot.", None)]),
        (["# Tea\n\nHot."], [("Document 1", "markdown", "# Tea\n\nHot.", None)]),
        ([{"text": "# Tea", "type": "text"}], [("Document 1", "text", "# Tea", None)]),
    ],
)
def test_every_accepted_shape_is_read(context, expected):
    """A text, a list, an object of titles, documents with their fields; Markdown is known by its headings."""
    assert expected == [(one.title, one.kind, one.text, one.href) for one in documents(context)]


def test_empty_texts_leave_no_gap_in_the_numbers():
    """Numbers are what citations hang on."""
    assert [one.number for one in documents(["", "One.", " ", "Two."])] == [1, 2]


def test_titles_are_told_apart():
    """Two documents of one title would be one to a reader."""
    found = documents(
        [{"title": "Notes", "text": "a"}, {"title": "Notes", "text": "b"}, {"title": "Notes ", "text": "c"}]
    )
    assert [one.title for one in found] == ["Notes", "Notes (2)", "Notes (3)"]


@pytest.mark.parametrize(
    ("context", "field"),
    [
        (7, "parameters.context: must be a text, a list of documents or an object, not a number"),
        (True, "parameters.context: must be a text, a list of documents or an object, not a boolean"),
        ([7], r"parameters\.context\[0\]: must be a text or an object, not a number"),
        (["a", None], r"parameters\.context\[1\]: must be a text or an object, not null"),
        ({"Tea": 7}, r"parameters\.context\.Tea: must be a text, not a number"),
        ({"Tea": {"text": "x"}}, r"parameters\.context\.Tea: must be a text, not an object"),
        ({"documents": [{"title": "x"}]}, r"parameters\.context\.documents\[0\]: must have a 'text'"),
        ([{"text": 7}], r"parameters\.context\[0\]\.text: must be a text, not a number"),
        ([{"text": "a", "markdown": "b"}], r"must have 'text' or 'markdown', not both"),
        ([{"text": "a", "title": ["x"]}], r"parameters\.context\[0\]\.title: must be a text, not a list"),
        ([{"text": "a", "type": "pdf"}], r"parameters\.context\[0\]\.type: must be 'text' or 'markdown'"),
        (
            [{"text": "a", "href": "javascript:alert(1)"}],
            r"parameters\.context\[0\]\.href: must be an http or https address",
        ),
        (["a\x00b"], r"parameters\.context\[0\]: must be text"),
    ],
)
def test_anything_else_is_refused_with_its_path(context, field):
    """The client learns which field, and what it should be."""
    with pytest.raises(Rejected, match=field):
        documents(context)


@pytest.mark.parametrize(
    ("context", "words"),
    [
        (["x"] * 4, "at most 3 documents, not 4"),
        (["x" * 11], "at most 10 bytes; number 1 has 11"),
        (["x" * 8, "é" * 4], "at most 15 bytes in all, not 16"),
    ],
)
def test_limits_are_said_not_silently_kept(context, words):
    """Over a limit is an error, never a silent cut; bytes are bytes, not characters."""
    with pytest.raises(Rejected, match=words):
        documents(context, Limits(documents=3, document_bytes=10, total_bytes=15))
