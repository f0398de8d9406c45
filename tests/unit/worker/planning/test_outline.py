"""Planning a report."""

from __future__ import annotations

import msgspec
import pytest

from services.worker.planning.outline import plan
from services.worker.planning.plan import Order
from services.worker.reading.passages import passages
from services.worker.reading.statements import statements
from shared.domain.context import SourceText
from shared.domain.errors import Rejected
from tests.unit.worker.corpus import demo

MARKDOWN = """# Guide

## Setup

You must install the tool. You should read the manual first, as it explains the settings in detail.

## Backup

Backups run every night at two. You may start one by hand if the disk has room for it.

## Limits

The tool cannot run without a network. It does not support more than ten users at the same time.
"""


def one_source(query: str, text: str = MARKDOWN, **order: object):
    sources = [SourceText(number=1, title="Guide", kind="markdown", text=text)]
    return plan(Order(title="Report", query=query, **order), ["Guide"], passages(sources))


def test_the_matters_of_the_query_become_sections_in_its_order():
    """What was asked for is taken up, and first."""
    found = one_source("Explain limits, backup and setup")
    assert [section.title for section in found.outline.sections][:3] == ["Limits", "Backup", "Setup"]


def test_without_matters_in_the_query_the_headings_give_them():
    """A report has sections even if the query names nothing."""
    assert {"Setup", "Backup", "Limits"} <= {section.title for section in one_source("What is it?").outline.sections}


def test_a_matter_that_nothing_speaks_of_is_told():
    """The report says that nothing was found, instead of dropping the question or inventing an answer."""
    found = one_source("Explain backup and zebras")
    assert "Zebras" not in {section.title for section in found.outline.sections}
    assert found.outline.missing == ["zebras"]


@pytest.mark.parametrize("text", ["Nothing here.", "此许可证授予您权利。" * 20, "1\n\n2\n\n3"])
def test_sources_in_which_no_matter_can_be_made_out_still_have_a_section(text):
    """Whatever is given is reported on."""
    found = one_source("Compare patents", text)
    assert [section.title for section in found.sections] == ["What the sources say"]


def test_a_length_in_the_query_is_shared_out():
    """``N words`` is the report's length, not a section's."""
    found = one_source("Explain limits and backup in 900 words")
    assert (found.outline.words, found.outline.words_asked) == (900, True)
    assert sum(section.words for section in found.sections) <= 900


def test_the_token_limit_is_shared_out_too():
    """All sections together stay within the template's limit."""
    found = one_source("Explain limits, backup and setup in 20000 words", max_tokens=3000)
    assert sum(section.max_tokens for section in found.sections) <= 3000


def test_the_style_is_checked_and_kept():
    """An unknown style is the client's mistake; a known one wins over the words."""
    outline = one_source("Compare a and b", style="summary").outline
    assert (outline.style, outline.style_chosen) == ("summary", True)
    with pytest.raises(Rejected):
        one_source("x", style="novel")


def test_without_passages_the_outline_comes_from_the_query_alone():
    """With a model it can still be written; without one it is an honest outline."""
    found = plan(Order(title="Tea", query="Describe brewing, cups and saucers"), [], [])
    assert [section.title for section in found.outline.sections][:3] == ["Brewing", "Cups", "Saucers"]
    assert all(not section.passages and not section.quotable for section in found.sections)
    bare = plan(Order(title="Tea", query="Tea?"), [], [])
    assert bare.sections


def test_planning_is_deterministic():
    """A retry plans the same report, or finished slices would not fit."""
    first, second = one_source("Explain limits"), one_source("Explain limits")
    assert msgspec.json.encode(first) == msgspec.json.encode(second)


def test_section_ids_differ():
    """Two sections of one title are two sections."""
    ids = [section.id for section in demo().sections]
    assert len(ids) == len(set(ids))


def test_the_demo_is_a_comparison_of_at_least_six_sections_with_every_source_in_them():
    """A rich corpus gives a rich outline."""
    made = demo()
    assert made.outline.style == "comparison"
    topics = [section for section in made.sections if section.lens == "topic"]
    assert len(topics) >= 6
    for section in topics[:7]:
        assert {1, 2, 3} == {passage.source for passage in section.passages}, section.title


def test_the_demos_matters_find_the_sections_that_a_lawyer_would_open():
    """Assignment by relevance, not by luck."""
    found = {section.title: {passage.locator for passage in section.passages} for section in demo().sections}
    assert {"3. Grant of Patent License", "2.1. Grants", "11. Patents"} <= found["Patents"]
    assert {"5. Termination", "8. Termination"} <= found["Termination"]
    assert {"7. Disclaimer of Warranty", "6. Disclaimer of Warranty", "15. Disclaimer of Warranty"} <= found[
        "Disclaimer of warranty"
    ]
    assert {"10.1. New Versions", "14. Revised Versions of this License"} <= found["Revised versions of the license"]


def test_no_statement_is_dealt_to_two_sections():
    """Not even when two passages say it in the same words."""
    made = demo()
    dealt: list[str] = []
    for section in made.sections:
        texts = {passage.number: passage.text for passage in section.passages}
        for number, first, last in section.quotable:
            dealt += [statement.whole for statement in statements(texts[number])[first:last]]
    assert len(dealt) == len(set(dealt))
    assert len(dealt) > 40


def test_what_is_dealt_can_stand_alone():
    """No fragment, no form to fill in, no sentence that begins with ``However`` alone."""
    made = demo()
    for section in made.sections:
        texts = {passage.number: passage.text for passage in section.passages}
        for number, first, last in section.quotable:
            said = statements(texts[number])[first:last]
            assert said[0].text[0].isupper() or said[0].text[0] in '"“', said[0].text
            assert said[-1].items or said[-1].text.rstrip('"”)')[-1] in ".!?", said[-1].text
            assert not said[0].text.startswith(("However", "Moreover", "But ", "It ", "Such ")), said[0].text
            assert "<" not in said[0].text
