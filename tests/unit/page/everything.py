# ruff: noqa: RUF001 - scripts other than Latin
"""A document with every kind of block, in four languages: what all renditions must carry."""

from __future__ import annotations

import base64
import io
from datetime import UTC, datetime

import msgspec
from PIL import Image, ImageDraw

from shared.document.blocks import (
    Axis,
    Block,
    Break,
    Callout,
    Chart,
    Cite,
    Code,
    Column,
    Document,
    Figure,
    Heading,
    ListBlock,
    Meta,
    PageBreak,
    Paragraph,
    Quote,
    Rule,
    Series,
    Source,
    Table,
    Text,
    Tile,
    Tiles,
)
from shared.document.design import Design


class Words(msgspec.Struct, frozen=True):
    """What the document says in one language; ``other`` runs the other way or is in another script."""

    title: str
    subtitle: str
    summary: str
    lead: str
    section: str
    part: str
    below: str
    long: str
    item: str
    tile: str
    note: str
    column: str
    row: str
    caption: str
    alt: str
    quote: str
    other: str
    source: str


LANGUAGES = {
    "en": Words(
        "What the harbour moved", "Containers, ships and waiting times in one year", "Executive summary",
        "The harbour moved more than in any year before, and ships waited less. Most of the growth came in the second half.",
        "Throughput", "By month", "What was counted",
        "Every container that crossed the quay was counted once, whichever way it went, and every ship from the hour at "
        "which it asked for a berth. Figures of the three terminals are added up; what was moved between them is left out.",
        "A container is counted where it leaves the ship", "containers", "as of December", "Terminal", "North quay",
        "Containers by terminal", "A blue square over a lighter ground", "A ship that waits earns nothing.",
        "وقد جاء في التقرير أن الميناء أكبر مما كان عليه (2026).", "Harbour authority, yearly figures",
    ),
    "de": Words(
        "Was der Hafen umgeschlagen hat", "Container, Schiffe und Wartezeiten eines Jahres", "Zusammenfassung",
        "Der Hafen hat mehr umgeschlagen als in jedem Jahr zuvor, und die Schiffe mussten kürzer warten. Das Wachstum "
        "entfiel größtenteils auf das zweite Halbjahr.",
        "Umschlagsentwicklung", "Nach Monaten", "Was gezählt wurde",
        "Jeder Container, der über die Kaikante ging, wurde einmal gezählt, gleich in welcher Richtung, und jedes Schiff ab "
        "der Stunde seiner Liegeplatzanforderung. Containerumschlagsleistungen der drei Terminals sind zusammengezählt; "
        "Zwischenterminalverkehre bleiben unberücksichtigt.",
        "Ein Container zählt dort, wo er das Schiff verlässt", "Containerbewegungen", "Stand Dezember", "Umschlaganlage",
        "Nordkai", "Container nach Umschlaganlagen", "Ein blaues Quadrat auf hellerem Grund",
        "Ein Schiff, das wartet, verdient nichts.", "港は前年より大きくなった。", "Hafenbehörde, Jahreszahlen",
    ),
    "ar": Words(
        "ما نقله الميناء في عام", "الحاويات والسفن وأوقات الانتظار", "الملخص التنفيذي",
        "نقل الميناء أكثر مما نقله في أي عام سابق، وانتظرت السفن وقتًا أقل. وجاء معظم النمو في النصف الثاني من السنة.",
        "حجم المناولة", "حسب الشهر", "ما الذي جرى عدّه",
        "عُدّت كل حاوية عبرت الرصيف مرة واحدة أيًّا كان اتجاهها، وعُدّت كل سفينة منذ الساعة التي طلبت فيها مرسى. وجُمعت أرقام "
        "المحطات الثلاث معًا، وتُرك ما نُقل فيما بينها خارج الحساب.",
        "تُعدّ الحاوية حيث تغادر السفينة", "حاويات", "حتى ديسمبر", "المحطة", "الرصيف الشمالي", "الحاويات حسب المحطة",
        "مربع أزرق على خلفية أفتح", "السفينة التي تنتظر لا تكسب شيئًا.", "The harbour grew again in 2026 (see below).",
        "سلطة الميناء، الأرقام السنوية",
    ),
    "ja": Words(
        "港が一年に運んだもの", "コンテナ、船、待ち時間", "要約",
        "港の取扱量はこれまでのどの年よりも多く、船の待ち時間は短くなった。増加の大部分は下半期によるものである。",
        "取扱量", "月別", "数えたもの",
        "岸壁を越えたコンテナは、方向にかかわらず一度だけ数えた。船は、バースを求めた時刻から数えている。三つのターミナルの数字は合計し、"
        "ターミナル間の移動は除いた。年度の途中で集計方法は変わっていない。",
        "コンテナは船を離れた場所で数える", "コンテナ", "十二月現在", "ターミナル", "北埠頭", "ターミナル別コンテナ数",
        "明るい地の上の青い四角", "待つ船は何も稼がない。", "The harbour grew again in 2026 (see below).",
        "港湾局、年間統計",
    ),
}  # fmt: skip

SVG = (
    b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 320 90'><rect width='320' height='90' fill='#dde6ea'/>"
    b"<path d='M0 70 L80 40 L160 52 L240 20 L320 34' fill='none' stroke='#14525e' stroke-width='4'/></svg>"
)


def png(width: int = 480, height: int = 200) -> str:
    """Return a picture as a ``data:`` address."""
    drawn = Image.new("RGB", (width, height), "#dde6ea")
    ImageDraw.Draw(drawn).rectangle((width // 4, height // 4, width // 2, height * 3 // 4), fill="#3c7dbf")
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return f"data:image/png;base64,{base64.b64encode(out.getvalue()).decode()}"


def everything(language: str = "en", *, design: Design | None = None) -> Document:
    """Return a report of every kind of block, as long as three or four pages after its contents."""
    words = LANGUAGES[language]
    return Document(
        meta=Meta(
            title=words.title,
            subtitle=words.subtitle,
            author="M. Okafor",
            language=language,
            created_at=datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
            template=words.section,
            report_id="rpt-everything",
            notices=[words.note],
            design=design or Design(classification="confidential", watermark="DRAFT"),
        ),
        blocks=[*_summary(words), *_figures(words), *_prose(words), *_tables(words), *_pictures(words)],
        sources=[
            Source(1, words.source, words.quote, "2026", "https://harbour.example/figures"),
            Source(2, "Terminal operating system, export"),
        ],
    )


def _summary(words: Words) -> list[Block]:
    return [
        Heading(1, [Text(words.summary)], numbered=False),
        Paragraph([Text(words.lead), Cite(1), Cite(2)]),
        Tiles(
            [Tile(words.tile, "1,284,020", words.note), Tile(words.below, "96.4 %"), Tile(words.row, "7.5 h", "−12 %")]
        ),
        Paragraph([Text(words.long)]),
    ]


def _figures(words: Words) -> list[Block]:
    months = ["01", "02", "03", "04", "05", "06", "07", "08"]
    first, second = [52.0, 55, 61, 58, 66, 71, 79, 83], [41.0, 44, None, 47, 46, 52, 55, 57]
    both = [Series(words.row, first), Series(words.column, second)]
    axis = Axis(words.tile, "1000")
    return [
        Heading(1, [Text(words.section)]),
        Heading(2, [Text(words.part)]),
        Paragraph([Text(words.long), Cite(1)]),
        Chart(kind="bars", title=words.caption, alt=words.alt, categories=months, series=both, y=axis, caption=words.note),
        Chart(kind="lines", title=words.part, alt=words.alt, categories=months, series=both, y=axis, show_data=True),
        Chart(kind="bars-h", title=words.below, alt=words.alt, categories=[words.item, words.row], series=[Series("", [46.0, 24])]),
        Chart(kind="histogram", title=words.tile, alt=words.alt, series=[Series("", [2.0, 9, 24, 11, 3])], edges=[0, 2, 4, 6, 8, 10]),
    ]  # fmt: skip


def _prose(words: Words) -> list[Block]:
    marked = [
        Text(words.row, ["strong"]), Text(" "), Text(words.column, ["emphasis"]), Text(" "), Text("berth_id", ["code"]),
        Text(" "), Text("2025", ["strike"]), Break(), Text(words.source, href="https://harbour.example/figures"), Text("."),
    ]  # fmt: skip
    code = 'def waiting(ships: list[Ship]) -> float:\n    """Hours, as a median."""\n    return median(ship.hours for ship in ships)  # all'
    return [
        Heading(1, [Text(words.below)]),
        Paragraph(marked),
        Paragraph([Text(words.other)]),
        ListBlock([[Paragraph([Text(words.item)])], [Paragraph([Text(words.lead)])]], ordered=True, start=3),
        ListBlock([[Paragraph([Text(words.row)]), ListBlock([[Paragraph([Text(words.other)])]])]]),
        Heading(2, [Text(words.quote)]),
        Quote([Paragraph([Text(words.quote)])], [Text(words.source)]),
        Code(code, "python"),
        Code("plain <text> & nothing else"),
        Heading(3, [Text(words.item)]),
        *(
            Callout([Paragraph([Text(words.lead)])], tone, words.note)
            for tone in ("note", "info", "warning", "danger", "success")
        ),
        Rule(),
        Paragraph([Text(words.long)]),
    ]


def _tables(words: Words) -> list[Block]:
    header = [Column([Text(words.column)]), *(Column([Text(f"Q{place}")]) for place in range(1, 5))]
    rows = [
        [[Text(f"{words.row} {row}")], *([Text(f"{row * place * 137:,}")] for place in range(1, 5))]
        for row in range(1, 25)
    ]
    months = [Column([Text(words.column)]), *(Column([Text(f"Month {place:02}")]) for place in range(1, 19))]
    wide = [
        [[Text(f"{words.row} {row}")], *([Text(f"{row * place * 1371:,}")] for place in range(1, 19))]
        for row in range(1, 5)
    ]
    return [
        PageBreak(),
        Heading(1, [Text(words.caption)]),
        Table(header, rows, caption=words.caption, note=words.note),
        Table(months, wide, caption=words.part),
        Table([Column([Text(words.column)]), Column([Text(words.source)])], [[[Text("x" * 120)], [Text(words.long)]]]),
    ]  # fmt: skip


def _pictures(words: Words) -> list[Block]:
    drawing = f"data:image/svg+xml;base64,{base64.b64encode(SVG).decode()}"
    return [
        Heading(1, [Text(words.alt)]),
        Figure(png(), words.alt, words.caption),
        Figure(drawing, words.alt),
        Figure("", words.below, words.part),
    ]
