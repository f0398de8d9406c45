"""An outline that a model proposes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.worker.content import Usage
from services.worker.llm.json_replies import Unusable
from services.worker.planning.outline import plan, replan
from services.worker.planning.plan import Named, Order
from services.worker.planning.proposal import read, schema
from services.worker.reading.passages import passages
from shared.domain.context import SourceText
from tests.unit.worker.planning.test_outline import MARKDOWN

PASSAGES = passages([SourceText(number=1, title="Guide", kind="markdown", text=MARKDOWN)])


def proposed(*titles: str, **more: Any) -> str:
    sections = [{"title": title, "brief": "What it is.", "passages": [1], "share": 5} | more for title in titles]
    return json.dumps({"sections": sections})


def errors(text: str, binding: list[str] | None = None) -> list[str]:
    with pytest.raises(Unusable) as caught:
        read(text, schema(900, binding or []), binding or [], {1, 2, 3})
    return caught.value.errors


def test_a_plan_that_fits_is_read():
    """Titles, briefs, passages and shares."""
    found = read(proposed("Setup  first", "Limits"), schema(900, []), [], {1, 2, 3})
    assert [(one.title, one.passages, one.share) for one in found] == [("Setup first", [1], 5), ("Limits", [1], 5)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (proposed("One"), "sections: must have at least 2 items"),
        (proposed(*(f"S{number}" for number in range(13))), "sections: must have at most 8 items"),
        (proposed("A" * 121, "B two"), "sections[0].title: must have at most 120 characters"),
        (proposed("Same", "same"), "another section of this title"),
        (proposed("<b>Bold</b>", "Two"), "must be plain words"),
        (proposed("See https://x.example", "Two"), "must be plain words"),
        (proposed("P12", "Two"), "must be plain words"),
        (proposed("One", "Two", passages=[1, 77]), "there is no passage 77"),
        (proposed("One", "Two", share=11), "share: must be at most 10"),
        (proposed("One", "Two", brief="x" * 501), "brief: must have at most 500 characters"),
    ],
)
def test_every_limit_is_exact_and_said(text: str, said: str):
    """The model is told which field to mend."""
    assert said in errors(text)[0]


def test_sections_given_by_name_are_binding():
    """These titles in this order, and no others."""
    binding = ["For guests", "For the kitchen"]
    assert read(proposed(*binding), schema(900, binding), binding, {1})[1].title == "For the kitchen"
    assert errors(proposed("For guests", "Other"), binding)
    assert "given order" in " ".join(errors(proposed(*reversed(binding)), binding))


def test_a_short_report_has_few_sections():
    """A section needs room."""
    assert schema(300, [])["properties"]["sections"]["maxItems"] == 2
    assert schema(5000, [])["properties"]["sections"]["maxItems"] == 12


def test_a_proposed_plan_gives_each_section_what_it_named_and_what_is_near():
    """Passages are assigned by code; nothing is quoted in two sections."""
    first = plan(Order(title="T", query="Explain the tool"), ["Guide"], PASSAGES)
    found = read(proposed("Limits", "Backup at night"), schema(900, []), [], {1, 2, 3})
    made = replan(first, found, PASSAGES, planner="m", usage=Usage(prompt=1, completion=2))
    assert [one.title for one in made.outline.sections] == ["Limits", "Backup at night"]
    assert made.outline.planner == "m"
    for section in made.sections:
        assert 1 in {passage.number for passage in section.passages}
    dealt = [span for section in made.sections for span in section.quotable]
    assert len(dealt) == len(set(dealt))


def test_named_sections_stand_whatever_the_sources_say():
    """A template's sections are there even if nothing was found for one."""
    order = Order(title="T", query="Explain", sections=[Named("Limits"), Named("Zebras", "Say what of zebras.")])
    made = plan(order, ["Guide"], PASSAGES)
    assert [(one.title, bool(one.passages)) for one in made.sections] == [("Limits", True), ("Zebras", True)]
    assert made.outline.sections[1].brief == "Say what of zebras."
