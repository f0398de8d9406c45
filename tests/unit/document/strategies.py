"""Documents for property tests: any text, any nesting, links good and bad."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from shared.document.blocks import (
    Axis,
    Band,
    Block,
    Break,
    Bullet,
    Bullets,
    Callout,
    Chart,
    Cite,
    Code,
    Column,
    Document,
    Figure,
    Guide,
    Heading,
    Interval,
    Intervals,
    Lane,
    ListBlock,
    Matrix,
    Meta,
    Moments,
    PageBreak,
    Paragraph,
    Plot,
    Points,
    Quote,
    Rule,
    Series,
    Source,
    Spell,
    Table,
    Text,
    Tile,
    Tiles,
    Timeline,
    TimePlot,
)

HOSTILE = [
    "<script>alert(1)</script>",
    "](javascript:alert(1))",
    "![x](http://evil.example/x.png)",
    '"><img src=x onerror=alert(1)>',
    "</style></svg>]]>-->",
    "&lt;b&gt; &amp;copy; &#60;",
    "\x00\x07\x1b[31m",
    "\u202egnp.exe\u2066",
    "\ud800 half",
    "| a | b |\n|---|---|",
    "# heading\n\n- item\n> quote\n```\ncode\n***\n1. one\n===",
    "[1]: http://evil.example",
    "{{ 7 * 7 }}{% raw %}",
    "\\0022 } body { display: none }",
    "**not bold** _x_ ~~y~~ `z` \\",
    "http://plain.example/a_b*c",
]

PICTURES = [
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
    "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7",
    "data:image/svg+xml,%3Csvg%20xmlns='http://www.w3.org/2000/svg'%20width='4'%20height='4'/%3E",
]

characters = st.characters(codec="utf-8", exclude_categories=["Cs"])
plain = st.text(st.sampled_from("abc XYZ.,!*_`~[]()<>#+-=|\\&;:/0123\n\t é中"), max_size=16)
anything = st.text(characters, max_size=12)
said = st.one_of(plain, plain, anything, st.sampled_from(HOSTILE))
hrefs = st.sampled_from(
    [
        None,
        None,
        None,
        "http://a.example/x?a=1&copy;=2",
        "mailto:a@b.example",
        "javascript:alert(1)",
        "http://a b",
        "https://p.example/(|)",
    ]
)
marks = st.lists(st.sampled_from(["strong", "emphasis", "code", "strike"]), unique=True, max_size=3)
texts = st.builds(Text, said, marks, hrefs)
inline = st.lists(st.one_of(texts, texts, texts, st.builds(Cite, st.integers(1, 99)), st.just(Break())), max_size=4)

columns = st.builds(Column, inline, st.sampled_from(["left", "center", "right"]))
tables = st.builds(Table, st.lists(columns, max_size=3), st.lists(st.lists(inline, max_size=3), max_size=3), said, said)
numbers = st.one_of(
    st.none(), st.floats(allow_nan=True, allow_infinity=True), st.floats(-1e6, 1e6), st.integers(-50, 5000)
)
values = st.lists(numbers, max_size=12)
series = st.builds(Series, said, values)
axes = st.builds(Axis, said, said)
charts = st.builds(
    Chart,
    kind=st.sampled_from(["bars", "bars-h", "lines", "histogram"]),
    title=said,
    alt=said,
    series=st.lists(series, max_size=4),
    categories=st.lists(said, max_size=12),
    edges=st.lists(st.floats(-1e5, 1e5), max_size=13),
    x=axes,
    y=axes,
    caption=said,
    show_data=st.booleans(),
)
finite = st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.floats(-1e6, 1e6), st.integers(-50, 5000))
instants = st.datetimes(datetime(1000, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
guides = st.lists(
    st.builds(Guide, st.sampled_from(["horizontal", "vertical", "identity", "line"]), finite, finite, said), max_size=3
)
ranges = st.one_of(st.none(), st.tuples(finite, finite))
shared: dict[str, Any] = {"title": said, "alt": said, "caption": said, "show_data": st.booleans()}
graphics = st.one_of(
    st.builds(
        Chart,
        kind=st.sampled_from(["stacked", "area", "histogram", "pareto", "waterfall", "dumbbell", "multiples"]),
        series=st.lists(series, max_size=4),
        categories=st.lists(said, max_size=12),
        edges=st.lists(st.floats(-1e5, 1e5), max_size=13, unique=True).map(sorted),
        x=axes,
        y=axes,
        total=said,
        **shared,
    ),
    st.builds(
        Plot,
        kind=st.sampled_from(["lines", "steps", "scatter"]),
        series=st.lists(
            st.builds(Points, said, st.lists(finite, max_size=9), st.lists(numbers, max_size=9)), max_size=3
        ),
        guides=guides,
        x=axes,
        y=axes,
        x_range=ranges,
        y_range=ranges,
        log=st.lists(st.sampled_from(["x", "y"]), unique=True),
        **shared,
    ),
    st.builds(
        Matrix,
        rows=st.lists(said, max_size=6),
        columns=st.lists(said, max_size=6),
        values=st.lists(st.lists(numbers, max_size=7), max_size=7),
        details=st.lists(st.lists(said, max_size=7), max_size=7),
        x=axes,
        y=axes,
        unit=said,
        diverging=st.booleans(),
        by_row=st.booleans(),
        **shared,
    ),
    st.builds(
        Intervals,
        rows=st.lists(
            st.builds(
                Interval,
                said,
                numbers,
                numbers,
                numbers,
                st.one_of(st.none(), st.tuples(finite, finite)),
                st.lists(finite, max_size=3),
            ),
            max_size=5,
        ),
        x=axes,
        y=axes,
        guides=guides,
        **shared,
    ),
    st.builds(
        TimePlot,
        series=st.lists(st.builds(Moments, said, st.lists(instants, max_size=8).map(sorted), values), max_size=3),
        y=axes,
        bands=st.lists(
            st.builds(Band, said, numbers, numbers, st.sampled_from(["good", "warning", "bad"])), max_size=3
        ),
        guides=guides,
        **shared,
    ),
    st.builds(
        Bullets,
        rows=st.lists(st.builds(Bullet, said, numbers, numbers, st.lists(finite, max_size=5)), max_size=5),
        unit=said,
        **shared,
    ),
    st.builds(
        Timeline,
        lanes=st.lists(
            st.builds(
                Lane, said, st.lists(st.builds(Spell, said, instants, st.one_of(st.none(), instants)), max_size=4)
            ),
            max_size=4,
        ),
        until=st.one_of(st.none(), instants),
        **shared,
    ),
)
leaves = st.one_of(
    graphics,
    st.builds(Heading, st.integers(1, 4), inline),
    st.builds(Paragraph, inline),
    st.builds(Code, said, st.sampled_from(["", "python", "json", "<x>", "no-such-language"])),
    st.just(Rule()),
    st.just(PageBreak()),
    tables,
    st.builds(Tiles, st.lists(st.builds(Tile, said, said, said), max_size=4)),
    charts,
    st.builds(Figure, st.one_of(said, st.sampled_from(PICTURES)), said, said),
)


def _around(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    many = st.lists(inner, max_size=3)
    return st.one_of(
        st.builds(Quote, many, inline),
        st.builds(ListBlock, st.lists(many, max_size=3), ordered=st.booleans(), start=st.integers(0, 12)),
        st.builds(Callout, many, st.sampled_from(["note", "info", "warning", "danger", "success"]), said),
    )


blocks = st.recursive(leaves, _around, max_leaves=6)
metas = st.builds(
    Meta,
    title=said,
    subtitle=said,
    author=said,
    language=st.sampled_from(["en", "de", "el-GR", "zh-Hans", "ja", "ar", "xx-nonsense", ""]),
    created_at=st.just(datetime(2026, 5, 4, 9, 30, tzinfo=UTC)),
    template=said,
    report_id=said,
    notices=st.lists(said, max_size=2),
)
sources = st.builds(Source, st.integers(1, 99), said, said, said, hrefs)
documents = st.builds(Document, meta=metas, blocks=st.lists(blocks, max_size=5), sources=st.lists(sources, max_size=3))
