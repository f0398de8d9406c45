# ruff: noqa: RUF001 - scripts other than Latin
"""Documents to look at and to measure with: a report with every kind of block, and one of fixed length."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from shared.document.blocks import (
    Axis,
    Block,
    Callout,
    Chart,
    Code,
    Column,
    Document,
    Heading,
    ListBlock,
    Meta,
    Quote,
    Series,
    Source,
    Table,
    Text,
    Tile,
    Tiles,
)
from shared.document.markdown_in import blocks, inline

_SOURCES = [
    Source(
        1, "CSS Paged Media Module Level 3", "Page-margin boxes are positioned within the page margin.",
        "section 4", "https://www.w3.org/TR/css-page-3/",
    ),
    Source(
        2, "CSS Fragmentation Module Level 3", "Orphans and widows are the lines left alone by a break.",
        "section 3.3", "https://www.w3.org/TR/css-break-3/",
    ),
    Source(3, "Web Content Accessibility Guidelines 2.2", "", "success criterion 1.4.1", "https://www.w3.org/TR/WCAG22/"),
    Source(4, "Wong, B.: Points of view: Color blindness. Nature Methods 8", "", "p. 441", "https://doi.org/10.1038/nmeth.1618"),
    Source(5, "Measurements on a machine with two cores", "Ratios are worth more than milliseconds.", "appendix"),
]  # fmt: skip

_OPENING = """\
Most of what a report costs is spent **after** its last word is written. The text is ready, the figures
are computed, and then a browser starts, lays out a few pages, and stops again. On two cores, launching a
browser for each document prints fewer than four reports in a second; keeping two pages open prints
almost nineteen [P5]. The difference is not the printing. It is everything around it.

This report takes one document of six pages, with tables and charts, and follows it through four ways of
printing. It ends with what a service should keep warm, what it should throw away, and when.
"""

_PAGES = """\
A page that has been printed once is a page whose fonts are decoded, whose style rules are parsed and whose
process is running. Reusing it is six times faster than asking for a clean context every time [P5], and
no less safe where the page contains no script and may load nothing.

Three rules keep a reused page honest:

1. **Replace the whole document.** What the last report left behind is gone with it.
2. **Deny the network.** A page that can load nothing can leak nothing, and never waits.
   - offline, and every request failed by interception
   - scripts off
3. **Count.** After some hundreds of prints a page has grown; it is cheaper to replace it between two
   reports than to find out why.

> Orphans and widows are the lines left alone by a break: a style sheet says how many lines must stay
> together, and the browser moves the break.
"""

_LAYOUT = """\
Margin boxes, page counters and breaks are CSS, and have been for a decade [P1]. What a browser does with
them still differs: headers and page numbers print, leaders and cross references do not. The page number in
a table of contents therefore needs a *first* print to be read from, and a second one to be written in.

Nothing that belongs together should be torn apart: a heading keeps two lines of its text, a figure stays
whole, a table repeats its head on every page it reaches [P2]. None of this is decoration. A reader who has
to turn back for the name of a column reads slower and trusts the figures less.
"""

_COLOUR = """\
About one man in twelve sees the colours of a chart differently [P4], and many reports are still printed in
grey. Colour alone is therefore never what tells two series apart [P3]: bars are hatched, lines are dashed
and carry markers, and every chart says in words what it shows.
"""

_CODE = '''\
async def printed(pool: Pool, page: str) -> bytes:
    """Print one page on whichever kept tab is free."""
    async with pool.slot() as tab:  # waits its turn
        await tab.set_content(page, timeout=5_000)
        return await tab.pdf(prefer_css_page_size=True, tagged=True)
'''


def sample_document() -> Document:
    """Return a report that uses every kind of block as a real one would."""
    return Document(
        meta=Meta(
            title="Where the time goes: printing reports with a browser",
            subtitle="Four ways to turn a finished document into pages, measured on two cores",
            author="Pressrun",
            created_at=datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
            template="Technical analysis",
            report_id="rpt-019abf2e7c41",
            notices=["No language model was used: the text quotes its sources and states measured figures."],
        ),
        blocks=[*_summary(), *_ways(), *_pages(), *_looks(), *_appendix()],
        sources=_SOURCES,
    )


def bench_document() -> Document:
    """Return the document that printing is measured with: eight A4 pages with twelve charts."""
    content: list[Block] = []
    for number in range(6):
        content += [Heading(1, [Text(f"Series {number + 1}")]), *_said(_LAYOUT if number == 0 else _COLOUR)]
        content += [_wave(number), _wave(number + 6)]
    return Document(
        meta=Meta(
            title="Twelve charts on eight pages",
            author="Pressrun",
            created_at=datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
            report_id="rpt-bench",
        ),
        blocks=content,
        sources=_SOURCES[:4],
    )


def _summary() -> list[Block]:
    tiles = [
        Tile("reports a second, two pages kept", "18.9", "headless shell"),
        Tile("reports a second, one launch each", "3.7", "headless shell"),
        Tile("faster by reuse alone", "5.1\N{MULTIPLICATION SIGN}"),
        Tile("median for a report", "101 ms", "six pages, six charts"),
    ]
    return [
        Heading(1, [Text("Summary")]),
        *_said(_OPENING),
        Tiles(tiles),
        Callout(
            list(_said("Keep **two pages** open in one browser, print with the headless shell, and replace the browser "
                       "between two reports after every few hundred.")),
            tone="success",
            title="What to do",
        ),
    ]  # fmt: skip


def _ways() -> list[Block]:
    ways = ["Launch each time", "New context", "One kept page", "Two kept pages", "Four kept pages"]
    rate = Chart(
        kind="bars",
        title="Reports printed in a second",
        alt="Two kept pages print the most: 18.9 a second in the headless shell and 9.7 in the full browser.",
        categories=ways,
        series=[
            Series("Headless shell", [3.7, 7.5, 9.7, 18.9, 15.3]),
            Series("Full browser", [1.6, 2.5, 7.2, 9.7, 7.8]),
        ],
        y=Axis("Reports", "per second"),
        caption="Six pages with tables and six charts, tagged, with a footer. Two at once unless the way says otherwise.",
    )
    median = Table(
        [Column(_line("Way")), Column(_line("Full browser")), Column(_line("Headless shell")), Column(_line("Gain"))],
        [
            [_line("Launch each time"), _line("1.6"), _line("3.7"), _line("2.3\N{MULTIPLICATION SIGN}")],
            [_line("New context for each"), _line("2.5"), _line("7.5"), _line("3.0\N{MULTIPLICATION SIGN}")],
            [_line("One kept page"), _line("7.2"), _line("9.7"), _line("1.3\N{MULTIPLICATION SIGN}")],
            [_line("**Two kept pages**"), _line("**9.7**"), _line("**18.9**"), _line("**1.9\N{MULTIPLICATION SIGN}**")],
            [_line("Four kept pages"), _line("7.8"), _line("15.3"), _line("2.0\N{MULTIPLICATION SIGN}")],
        ],
        caption="Reports a second by way of printing",
        note="Medians of warm runs on two cores. More pages than cores only wait for each other.",
    )
    return [
        Heading(1, [Text("Four ways to print")]),
        Heading(2, [Text("Launch, context, page")]),
        *_said("Launching costs 200 to 300 ms before the first line is laid out; a fresh context costs less, and a kept "
               "page costs nothing [P5]. `set_content` beats loading a file by more than half."),
        rate,
        Heading(2, [Text("What the figures say")]),
        *_said("Every step keeps more of the browser alive, and every step is faster, until there are more pages than cores."),
        median,
        Callout(list(_said("Tagging makes a document readable to everybody and long tables twenty times larger. Saving "
                           "once more with object streams takes most of it back.")), tone="warning", title="Mind the size"),
    ]  # fmt: skip


def _pages() -> list[Block]:
    days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    memory = Chart(
        kind="lines",
        title="Memory of a browser that is never replaced",
        alt="Memory grows from 530 to 905 megabytes in a week when nothing is replaced, and stays below 570 otherwise.",
        categories=days,
        series=[
            Series("Never replaced", [530, 588, 649, 712, None, 838, 905]),
            Series("Replaced after 500 prints", [530, 552, 561, 548, 566, 559, 563]),
            Series("Replaced after 100 prints", [528, 533, 531, 536, 534, 530, 532]),
        ],
        y=Axis("Resident memory", "MB"),
        caption="On Friday the first browser was not measured.",
    )
    (quote,) = blocks("> Orphans and widows are the lines left alone by a break.")
    assert isinstance(quote, Quote)
    return [
        Heading(1, [Text("Keeping pages warm")]),
        *[block for block in _said(_PAGES) if not isinstance(block, Quote)],
        Quote(quote.blocks, _line("CSS Fragmentation Module Level 3 [P2]")),
        Heading(2, [Text("What a slot looks like")]),
        *_said("A slot hands out a page, and takes it back whatever happened:"),
        Code(_CODE, "python"),
        Heading(2, [Text("When to replace a browser")]),
        *_said(
            "Memory grows slowly over hundreds of prints. A launch of 250 ms between two reports is cheaper than a search."
        ),
        memory,
    ]


def _looks() -> list[Block]:
    bins = [2, 9, 24, 51, 78, 63, 38, 19, 9, 4, 2, 1]
    times = Chart(
        kind="histogram",
        title="How long a report takes",
        alt="Most reports take between 90 and 120 milliseconds; a few take up to 190.",
        series=[Series("Reports", bins)],
        edges=[70 + 10 * edge for edge in range(13)],
        x=Axis("Time to print", "ms"),
        y=Axis("Reports"),
        caption="Three hundred prints, two kept pages.",
    )
    share = Chart(
        kind="bars-h",
        title="Where a hundred milliseconds go",
        alt="Layout and painting take 46 of 101 milliseconds, more than all else; fonts take 9.",
        categories=[
            "Layout and painting of all pages",
            "Writing the document, with fonts, tags and bookmarks",
            "Parsing the page and computing its styles",
            "Decoding embedded fonts",
            "Handing the page to the browser and the result back",
        ],
        series=[Series("Share", [46, 24, 14, 9, 8])],
        y=Axis("Time", "ms"),
    )
    return [
        Heading(1, [Text("What a page needs")]),
        Heading(2, [Text("Breaks and numbers")]),
        *_said(_LAYOUT),
        times,
        share,
        Heading(2, [Text("Charts that everybody can read")]),
        *_said(_COLOUR),
        Heading(3, [Text("Words beside the picture")]),
        *_said("A chart without words is a picture of a report. Every figure here has a title, a description for those "
               "who cannot see it, its axes with their units, and the data behind it."),
    ]  # fmt: skip


def _appendix() -> list[Block]:
    header = [
        Column(_line(name))
        for name in ("Document", "Pages", "Charts", "Untagged (kB)", "Tagged (kB)", "Saved again (kB)")
    ]
    rows = [
        [_line(f"Table of {rows} rows"), _line(str(pages)), _line("0"), _line(f"{4 * pages}"), _line(f"{76 * pages:,}"), _line(f"{12 * pages}")]
        for rows, pages in zip(range(60, 1800, 60), range(2, 32), strict=False)
    ]  # fmt: skip
    return [
        Heading(1, [Text("Appendix: sizes")]),
        *_said("Long tables are where tags weigh most. The rows below are all of one document, cut after so many rows."),
        Table(header, rows, caption="Size by length", note="Saved again: with object streams."),
        ListBlock([[*_said("Greek: Οι αριθμοί λένε την αλήθεια. Cyrillic: Числа говорят правду.")],
                   [*_said("Chinese: 数字会说话。Japanese: 数字は語る。Korean: 숫자는 말한다.")],
                   [*_said("Arabic: الأرقام تقول الحقيقة. Hebrew: המספרים מדברים. Hindi: संख्याएँ सच बोलती हैं. Thai: ตัวเลขพูดความจริง")]]),
    ]  # fmt: skip


def _wave(number: int) -> Chart:
    """Return a chart of smooth made-up figures; the kinds take turns."""
    kind = ("bars", "lines", "bars-h", "histogram")[number % 4]
    count = 6 if kind == "bars-h" else 12
    names = ["A", "B", "C"][: 1 if kind == "histogram" else 1 + number % 2]
    series = [
        Series(f"Series {name}", [round(50 + 30 * math.sin(at / 2 + number + place), 1) for at in range(count)])
        for place, name in enumerate(names)
    ]
    return Chart(
        kind=kind,
        title=f"Figures of wave {number + 1}",
        alt="A smooth wave between 20 and 80.",
        categories=[] if kind == "histogram" else [f"W{at + 1}" for at in range(count)],
        edges=[float(at) for at in range(count + 1)] if kind == "histogram" else [],
        series=series,
        x=Axis("Week"),
        y=Axis("Height", "mm"),
    )


def _said(markdown: str) -> list[Block]:
    return blocks(markdown, cite=int)


def _line(markdown: str) -> list:
    return inline(markdown, cite=int)
