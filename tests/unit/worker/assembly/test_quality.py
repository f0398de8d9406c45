"""The look at a finished document."""

from __future__ import annotations

from typing import Any

import pytest

from services.worker.assembly.quality import MILD, Made, verdict
from services.worker.content import Joined, Outline, Planned, Summary, Written
from services.worker.nodes.check import check
from shared.document.blocks import Block, Code, Column, Document, Heading, Meta, Paragraph, Table, Text
from shared.domain.outcome import Done, Fail
from tests.unit.worker.corpus import NOW, demo
from tests.unit.worker.nodes.test_core import work

SENTENCE = "This sentence says something about tea that a careful reader wants to know for sure"


def document(*blocks: Block, title: str = "T") -> Document:
    return Document(meta=Meta(title=title, created_at=NOW), blocks=list(blocks) or [Paragraph([Text("Tea.")])])


def outline(**more: Any) -> Outline:
    sections = [Planned(id="a", title="A", brief="b")]
    return Outline(title="T", query="q", style="summary", **{"words": 300, "sections": sections} | more)


def section(markdown: str = f"{SENTENCE} [P1].", **more: Any) -> Written:
    return Written(id="a", title="A", markdown=markdown, **{"cited": [1], "model": "m"} | more)


def codes(found: Document, **made: Any) -> set[str]:
    return {one.code for one in verdict(found, Made(**made)).findings}


def test_a_report_as_it_should_be_passes():
    """Without a finding, and with its figures."""
    quality = verdict(document(), Made(outline=outline(), written=[section()]))
    assert (quality.code, quality.passed, quality.findings) == ("PASS", True, [])
    assert (quality.words, quality.words_asked, quality.uncited_share) == (15, None, 0.0)
    assert demo().outputs["check"]["quality"]["code"] == "PASS"


@pytest.mark.parametrize(
    ("code", "found", "made"),
    [
        ("PII_TOKENS_REMAINING", document(Paragraph([Text("Call PII-PHONE-0001.")])), {}),
        ("PII_TOKENS_REMAINING", document(title="To PII-PERSON-0002"), {}),
        ("PII_TOKENS_REMAINING", document(), {"tokens_left": 2}),
        ("OUTPUT_TRUNCATED", document(), {"written": [section(truncated=True)]}),
        ("OUTPUT_TRUNCATED", document(), {"summary": Summary(truncated=True)}),
        ("OUTPUT_EMPTY", document(Paragraph([Text(" ")])), {}),
        ("OUTPUT_EMPTY", document(), {"written": [section("", lost="empty")]}),
        ("MISSING_SECTIONS", document(), {"outline": outline(), "written": [section("")]}),
        ("GENERATION_ERROR", document(), {"written": [section(lost="empty")]}),
        ("GENERATION_ERROR", document(), {"summary": Summary(lost="down")}),
        ("OUTPUT_PARTIAL", document(), {"written": [section(lost="budget")]}),
        ("FORMAT_INVALID", document(Heading(1, [Text("A")]), Heading(1, [Text("B")]), Paragraph([Text("x")])), {}),
        ("FORMAT_INVALID", document(Table([Column([Text("a")])], [[[Text("1")], [Text("2")]]])), {}),
        ("FORMAT_INVALID", document(Paragraph([Text("So it is [P12].")])), {}),
        ("WORD_TARGET_MISSED", document(), {"outline": outline(words_asked=True), "written": [section()]}),
        ("CLAIMS_UNCITED", document(), {"written": [section(f"{SENTENCE}.\n\n{SENTENCE} [P1].")]}),
        ("STAGES_LEFT_OUT", document(), {"outline": outline(lost="unusable"), "written": [section()]}),
        ("STAGES_LEFT_OUT", document(), {"joined": Joined(lost="down")}),
        ("CITATIONS_REMOVED", document(), {"joined": Joined(unknown=1)}),
        ("CLAIMS_UNCITED", document(), {"written": [section(f"{SENTENCE}.", cited=[], given=3)]}),
        ("CITATIONS_REMOVED", document(), {"written": [section(unknown=2)]}),
        ("LINKS_REMOVED", document(), {"links": 1}),
    ],
)
def test_every_defect_has_its_code(code: str, found: Document, made: dict[str, Any]):
    """A closed list; the grave ones fail the look, the mild ones pass with warnings."""
    assert code in codes(found, **made)
    quality = verdict(found, Made(**made))
    assert quality.passed == (code in MILD)
    assert quality.code == ("PASS_WITH_WARNINGS" if code in MILD else code)
    assert all(one.message.endswith((".", "”")) for one in quality.findings)


def test_the_gravest_finding_gives_its_code():
    """An unresolved mark of a private value is worse than a cut."""
    made = {"written": [section(truncated=True, lost="budget")], "tokens_left": 1, "links": 3}
    assert verdict(document(), Made(**made)).code == "PII_TOKENS_REMAINING"


def test_marks_that_are_to_stay_are_no_defect():
    """``restore_pii: false`` keeps them on purpose."""
    assert not codes(document(Paragraph([Text("Call PII-PHONE-0001.")])), tokens_kept=True)


def test_a_table_row_and_a_heading_are_no_claims():
    """Only prose and points are asked for citations."""
    text = f"### A long heading that has many words and still claims nothing at all here\n\n| {SENTENCE} |\n|---|\n\n- {SENTENCE} [P1]"
    assert verdict(document(), Made(written=[section(text)])).uncited_share == 0.0


def test_a_length_is_measured_by_what_was_asked_and_not_by_what_was_planned():
    """A report of the 300 words that were planned is not the 50 that were asked for."""
    asked = outline(words=300, words_asked=True, words_wanted=50)
    quality = verdict(document(), Made(outline=asked, written=[section(f"{SENTENCE} [P1].\n\n" * 20)]))
    assert (quality.code, quality.words_asked) == ("PASS_WITH_WARNINGS", 50)
    assert quality.findings[0].message == "50 words were asked for; 300 were planned; it has 300."


def test_a_section_that_cites_nothing_counts_beside_one_that_does():
    """Silence is no exemption; only a report without passages has nothing to cite."""
    silent, citing = section(f"{SENTENCE}.", cited=[], given=2), section(given=2)
    assert verdict(document(), Made(written=[silent, citing])).uncited_share == 0.5
    assert verdict(document(), Made(written=[section(f"{SENTENCE}.", cited=[])])).uncited_share is None
    assert (
        verdict(document(), Made(written=[section(f"{SENTENCE}.", model=None, cited=[], given=2)])).uncited_share
        is None
    )


def test_code_that_looks_like_a_citation_is_no_leftover():
    """``argv[P1]`` in a code block is what was written."""
    assert not codes(document(Paragraph([Text("Tea.")]), Code("x = argv[P1]")))


async def test_an_empty_document_fails_the_run_and_nothing_else_does():
    """With the reason in the run's error."""
    empty = {"meta": {"title": "T", "created_at": NOW.isoformat()}, "blocks": []}
    assert await check(work(inputs={"document": empty})) == Fail("output_empty", "The document has no content.")
    tokens = {
        "meta": {"title": "T", "created_at": NOW.isoformat()},
        "blocks": [{"type": "paragraph", "content": [{"type": "text", "text": "PII-EMAIL-0001"}]}],
    }
    outcome = await check(work(inputs={"document": tokens}))
    assert isinstance(outcome, Done)
    assert outcome.outputs["quality"]["code"] == "PII_TOKENS_REMAINING"
