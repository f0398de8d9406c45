"""The writer without a model: it quotes, counts, and invents nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.worker.content import Passage, Section
from services.worker.llm import signposts
from services.worker.llm.extractive import compose
from services.worker.llm.quoting import escape
from services.worker.planning.outline import plan
from services.worker.planning.plan import Order
from services.worker.reading.passages import passages
from services.worker.wording import wording
from shared.document.blocks import Block, Heading, Inline, ListBlock, Paragraph, Quote, Text
from shared.document.markdown_in import blocks
from shared.domain.context import SourceText
from tests.unit.worker.corpus import demo

ENGLISH = wording("en")
STYLES = ["comparison", "summary", "use_case", "technical"]
_NUMBER = r"(?:no|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|[\d,]+)"
_EXTENT = rf"{_NUMBER} sections? \([\d,]+ words\)"


def spoken(content: list[Inline]) -> str:
    return "".join(part.text for part in content if isinstance(part, Text))


def squeezed(text: str) -> str:
    return " ".join(text.split())


def check(markdown: str, given_passages: list[Passage], titles: list[str]) -> list[str]:
    """Assert that everything said is a quotation or a signpost; return the quotations."""
    quotations: list[str] = []
    sources = [squeezed(passage.text) for passage in given_passages]
    headings = {squeezed(part) for passage in given_passages for part in passage.path}
    for block in blocks(markdown, cite=int, top=2):
        _check_block(block, quotations, titles, headings)
    for quotation in quotations:
        assert any(squeezed(quotation) in source for source in sources), quotation
    return quotations


def _check_block(block: Block, quotations: list[str], titles: list[str], headings: set[str]) -> None:
    match block:
        case Heading():
            name = spoken(block.content)
            assert (
                name in titles or name == "Beginning" or any(name.casefold() in one.casefold() for one in headings)
            ), name
        case Quote():
            for inner in block.blocks:
                _check_quoted(inner, quotations, titles, headings)
        case ListBlock():
            for item in block.items:
                text = spoken(item[0].content)  # type: ignore[union-attr]
                lead, _, quoted = text.partition("“")
                lead = lead.strip().removesuffix(".")
                assert not lead or any(lead.casefold() in one.casefold() for one in headings), lead
                quotations.append(quoted.rstrip().removesuffix("”"))
        case Paragraph():
            _check_signpost(spoken(block.content), titles)
        case _:
            pytest.fail(f"unexpected {block}")


def _check_quoted(inner: Block, quotations: list[str], titles: list[str], headings: set[str]) -> None:
    if isinstance(inner, ListBlock):
        quotations.extend(spoken(item[0].content) for item in inner.items)  # type: ignore[union-attr]
        return
    assert isinstance(inner, Paragraph)
    text = spoken(inner.content)
    if text.startswith("— "):
        rest = text[2:]
        for title in titles:
            rest = rest.removeprefix(title).removeprefix(", ")
        place = re.sub(r",? ?\d+(?:\.\d+)*$", "", rest)
        assert not place or any(place in one or rest in one for one in headings), text
    elif text.strip() not in {"[…]", ""}:
        quotations.append(text)


def _check_signpost(text: str, titles: list[str]) -> None:
    for title in sorted(titles, key=len, reverse=True):
        text = text.replace(title, "TITLE")
    patterns = [
        *(
            re.escape(signposts.gathered(kind, ENGLISH))
            for kind in ("permissions", "limits", "conditions", "duties", "figures", "highlights")
        ),
        re.escape(signposts.nothing(ENGLISH)),
        rf"This comes up in {_EXTENT}\.",
        rf"(?:All {_NUMBER} sources|Both sources|{_NUMBER.replace('one', '[Oo]ne')} of {_NUMBER} sources) takes? this up: .*",
    ]
    assert any(re.fullmatch(pattern, text, re.IGNORECASE) for pattern in patterns), text
    if "this up:" in text:
        rest = text.split("this up:", 1)[1]
        rest = re.sub(rf"TITLE in {_NUMBER}(?: sections?)? \([\d,]+(?: words)?\)", "", rest)
        rest = re.sub(r"Nothing to quote on it was found in ", "", rest).replace("TITLE", "")
        assert re.fullmatch(r"(?:[ ,.]|and)*", rest), text


@pytest.mark.parametrize("style", STYLES)
def test_every_sentence_about_the_demos_texts_is_quoted_or_a_signpost(style):
    """In each style: nothing is said that no passage says, but where and how much."""
    made = demo()
    titles = made.outline.sources
    found = plan(Order(title="T", query=made.outline.query, style=style), titles, _passages())
    quotations: list[str] = []
    for section in found.sections:
        answer = compose(section, titles, comparing=style == "comparison")
        quotations += check(answer.text, section.passages, titles)
    assert len(quotations) > 20
    whole = [quotation for quotation in quotations if len(quotation) > 20]
    assert len(whole) == len(set(whole)), "no quotation twice"


def _passages() -> list[Passage]:
    import msgspec

    return msgspec.convert(demo().collected["passages"], list[Passage])


WORDS = st.sampled_from(
    "The A If You must may not shall *never* _stop_ [P3] [x](http://y) <b>bold</b> `code` # 1. - patents cats dogs "
    'grant deny 10% e.g. \\ ![i](j) &amp; ~~x~~ | “q” "q" —'.split()
)
SENTENCE = st.lists(WORDS, min_size=3, max_size=25).map(lambda parts: "The " + " ".join(parts) + " end.")
BLOCK = st.one_of(
    st.lists(SENTENCE, min_size=1, max_size=5).map(" ".join),
    st.sampled_from(["1. Cats\n-------", "DOGS AND CATS", "## Patents"]),
    st.lists(SENTENCE, min_size=1, max_size=4).map(
        lambda items: "You must:\n" + "\n".join(f"  ({'abcd'[at]}) {one}" for at, one in enumerate(items))
    ),
)
DOCUMENT = st.lists(BLOCK, min_size=1, max_size=8).map("\n\n".join)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(DOCUMENT, st.sampled_from(["text", "markdown"])), min_size=1, max_size=3),
    st.sampled_from(STYLES),
)
def test_it_invents_nothing_whatever_the_texts(texts, style):
    """Markdown, HTML, false citations and oddities in the sources come out as the text that they are."""
    sources = [
        SourceText(number=number, title=f"Source {number}", text=text, kind=kind)
        for number, (text, kind) in enumerate(texts, 1)
    ]
    titles = [source.title for source in sources]
    cut = passages(sources)
    found = plan(Order(title="T", query="Compare cats, dogs and patents", style=style), titles, cut)
    for section in found.sections:
        check(compose(section, titles, comparing=style == "comparison").text, section.passages, titles)


@settings(deadline=None)
@given(st.text(alphabet="ab *_[]()<>#|~!&`\\-+=1.)\"'P“\n", max_size=40))
def test_escaped_text_is_shown_as_it_is(text):
    """No character of a source can become markup or a citation."""
    found = blocks(f"x {escape(text)} y", cite=int)
    assert [Paragraph([Text(squeezed(f"x {text} y"))])] == [
        Paragraph([Text(squeezed(spoken(block.content)))]) for block in found if isinstance(block, Paragraph)
    ]
    assert len(found) == 1


@settings(deadline=None)
@given(st.text(alphabet="ab-+=#>123.) \t", min_size=1, max_size=12))
def test_a_quotation_that_begins_like_markup_is_still_a_paragraph(text):
    """``1.`` and ``-`` at the beginning of a line make no list."""
    found = blocks(escape(text) + " end")
    assert [Paragraph([Text(squeezed(text + " end"))])] == found


def test_no_passages_give_no_text():
    """Nothing to quote, nothing said: the report becomes an outline."""
    assert compose(Section(id="s", title="S", lens="topic", brief="b", words=100), ["A"], comparing=True).text == ""


def test_a_comparison_is_grouped_by_source_and_anything_else_by_heading():
    """A reader compares sources, or follows a matter through its headings."""
    made = demo()
    section = next(one for one in made.sections if one.title == "Patents")
    compared = compose(section, made.outline.sources, comparing=True).text
    assert made.outline.sources == re.findall(r"^### (.+)$", compared, re.MULTILINE)
    assert "— 3. Grant of Patent License" in compared
    told = compose(section, made.outline.sources, comparing=False).text
    assert "### Grant of Patent License" in told
    assert "— Apache License 2.0" in told


def test_shouting_is_quoted_only_where_there_is_nothing_else():
    """Capitals are hard to read; a source is not left out because of them either."""
    made = demo()
    by_title = {section.title: compose(section, made.outline.sources, comparing=True).text for section in made.sections}
    assert "THERE IS NO WARRANTY" in by_title["Disclaimer of warranty"]
    shouted = [
        title
        for title, text in by_title.items()
        if re.search(r"\b[A-Z]{4,} [A-Z]{4,} [A-Z]{4,}", text) and "NO WARRANTY" not in text
    ]
    assert shouted in ([], ["Limits and exclusions"], ["Conditions that decide"])


def test_a_long_list_is_shortened_visibly():
    """What is left out of a quotation is marked."""
    made = demo()
    section = next(one for one in made.sections if one.title == "Distribution of source code")
    text = compose(section, made.outline.sources, comparing=True).text
    assert r"\[…\]" in text


def test_the_highlight_is_one_short_quotation_with_its_source():
    """One line for the summary."""
    made = demo()
    for section in made.sections:
        highlight = compose(section, made.outline.sources, comparing=True).highlight
        assert re.fullmatch(r"(.+?): “.+” \[P\d+\]", highlight), highlight
        assert highlight.split(":")[0] in made.outline.sources
        assert len(highlight.split()) < 100
