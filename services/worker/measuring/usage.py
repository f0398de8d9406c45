"""Usage analytics: what was asked for, by whom, downloads, sizes, tokens."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from shared.contracts.states import Priority
from shared.db.insight import usage as rows
from shared.db.insight.usage import Demand, File, Tokens, Use
from shared.db.insight.view import View
from shared.db.pool import Connection
from shared.document.blocks import Block
from shared.domain.span import Asked

from . import parts
from .rules import Finding, stands_out
from .values import NONE, count, percent, share, size, size_unit

_SHOWN = 20
_LINES = 5
_TOP = 0.6
_UNREAD = 0.5
_OWNER = 0.5
_GROWTH = 0.5
_AGAIN = 0.1
_FEW = 10


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the report is made from."""

    total: Use | None
    templates: list[Use]
    priorities: list[Use]
    formats: list[Use]
    hours: list[Use]
    owners: list[Use]
    """Empty when only one owner's reports are looked at."""
    demand: list[Demand]
    tokens: list[Tokens]
    files: list[File]


async def read(db: Connection, view: View) -> Usage:
    """The rows, within the caller's transaction."""
    total = await rows.uses(db, view, "nothing")
    return Usage(
        total=total[0] if total else None,
        templates=await rows.uses(db, view, "template"),
        priorities=await rows.uses(db, view, "priority"),
        formats=await rows.uses(db, view, "format"),
        hours=await rows.uses(db, view, "hour"),
        owners=await rows.uses(db, view, "owner") if view.owner is None else [],
        demand=await rows.demand(db, view),
        tokens=await rows.tokens(db, view),
        files=await rows.files(db, view),
    )


def blocks(data: Usage, asked: Asked) -> list[Block]:
    """The report's content. Pure."""
    if data.total is None:
        return []
    return [
        parts.heading("At a glance"),
        _tiles(data, data.total),
        *stands_out(findings(data, data.total, asked)),
        parts.heading("Demand over the period"),
        *_demand(data, asked),
        parts.heading("Templates"),
        *_uses("Template", data.templates, data.total),
        parts.heading("Priorities and formats"),
        *_small("Priority", _ordered(data.priorities, [str(each) for each in Priority]), data.total),
        *_small("Format", data.formats, data.total),
        parts.heading("Hours of the day"),
        *_hours(data),
        *_owners(data, data.total),
        *_files(data),
        *_tokens(data),
        parts.heading("How this was measured"),
        parts.notes(_METHOD),
    ]


def headline(data: Usage) -> dict[str, int | float | None]:
    """The figures that stand for the report where it is listed."""
    total = data.total
    if total is None:
        return {"reports": 0, "downloads": 0, "bytes": 0, "tokens": 0}
    return {"reports": total.asked, "downloads": total.downloads, "bytes": total.bytes, "tokens": _used(data)}


def findings(data: Usage, total: Use, asked: Asked) -> list[Finding]:
    """What stands out, by rule."""
    return [_top(data, total), _unread(total), _growth(data, asked), _largest(data, total), _again(total)]


def _tiles(data: Usage, total: Use) -> Block:
    return parts.tiles(
        ("Reports", count(total.asked), f"{count(total.completed)} completed, {count(total.failed)} failed"),
        ("Downloads", count(total.downloads), f"{count(total.unread)} completed reports never downloaded"),
        ("Size of files", size(total.bytes), f"{count(sum(one.files for one in data.files))} files"),
        ("Tokens", count(_used(data)), f"{count(sum(one.calls for one in data.tokens))} answers of models"),
        ("Cost", _cost(data), "of answers with a known price"),
    )


def _demand(data: Usage, asked: Asked) -> list[Block]:
    names = [one.name for one in data.templates]
    shown = names[:_LINES]
    series: dict[str, list[float | None]] = {
        name: [] for name in [*shown, *(["Others"] if len(names) > _LINES else [])]
    }
    by = {(one.at, one.template): one.asked for one in data.demand}
    for at in asked.parts:
        for name in shown:
            series[name].append(by.get((at, name), 0))
        if "Others" in series:
            series["Others"].append(sum(by.get((at, name), 0) for name in names[_LINES:]))
    others = f" Others: {count(len(names) - _LINES)} templates with fewer reports." if len(names) > _LINES else ""
    return parts.lines(
        f"Reports asked for by {asked.grouping} and template",
        [asked.label(at) for at in asked.parts],
        series,
        x="UTC",
        y="Reports",
        caption=others.strip(),
    )


def _uses(head: str, found: Sequence[Use], total: Use) -> list[Block]:
    shown, rest = found[:_SHOWN], found[_SHOWN:]
    left = f"Left out: {count(len(rest))} more with {count(sum(one.asked for one in rest))} reports." if rest else ""
    heads = (head, "Reports", "Share", "Completed", "Failed", "Downloads", "Never downloaded", "Size")
    lines = [
        (
            one.name,
            count(one.asked),
            percent(share(one.asked, total.asked)),
            count(one.completed),
            count(one.failed),
            count(one.downloads),
            count(one.unread),
            size(one.bytes),
        )
        for one in shown
    ]
    return [
        *parts.table(heads, lines, caption=f"Reports by {head.lower()}", note=left),
        *parts.bars(
            f"Reports by {head.lower()}",
            [one.name for one in shown],
            {"Completed": [one.completed for one in shown], "Failed": [one.failed for one in shown]},
            y="Reports",
            sideways=True,
        ),
    ]


def _small(head: str, found: Sequence[Use], total: Use) -> list[Block]:
    lines = [
        (one.name, count(one.asked), percent(share(one.asked, total.asked)), count(one.downloads), size(one.bytes))
        for one in found
    ]
    return [
        *parts.table((head, "Reports", "Share", "Downloads", "Size"), lines, caption=f"Reports by {head.lower()}"),
        *parts.bars(f"Reports by {head.lower()}", [one.name for one in found], {"Reports": [one.asked for one in found]},
                    x=head, y="Reports"),
    ]  # fmt: skip


def _hours(data: Usage) -> list[Block]:
    by = {int(one.name): one.asked for one in data.hours}
    values = [by.get(hour, 0) for hour in range(24)]
    best = max(range(24), key=values.__getitem__)
    return [
        parts.say(
            f"Most reports are asked for between {best:02}:00 and {(best + 1) % 24:02}:00 UTC: {count(values[best])}."
        ),
        *parts.bars(
            "Reports asked for by hour of the day",
            [f"{hour:02}" for hour in range(24)],
            {"Reports": values},
            x="Hour of the day (UTC)",
            y="Reports",
        ),
    ]


def _owners(data: Usage, total: Use) -> list[Block]:
    return [parts.heading("People and agents"), *_uses("Owner", data.owners, total)] if data.owners else []


def _files(data: Usage) -> list[Block]:
    unit = size_unit(one.bytes for one in data.files)
    lines = [
        (one.format, count(one.files), size(one.bytes), size(share(one.bytes, one.files)), size(one.largest))
        for one in data.files
    ]
    found = parts.table(
        ("Format", "Files", "Size", "Mean size", "Largest"),
        lines,
        caption="Files by format",
        note="Of the reports' current runs. Every report is kept in all formats, whichever was asked for.",
    )
    sizes = {"Size": unit.values([one.bytes for one in data.files])}
    found += parts.bars(
        "Size of files by format", [one.format for one in data.files], sizes, y="Size", unit=unit.name, sideways=True
    )
    return [parts.heading("Files"), *found] if found else []


def _tokens(data: Usage) -> list[Block]:
    said = [parts.heading("Language models")]
    if not data.tokens:
        return [*said, parts.say("No answer of a language model was recorded in the period.")]
    lines = [
        (
            one.model or NONE,
            count(one.calls),
            count(one.prompt),
            count(one.completion),
            f"{one.cost:,.2f} {one.currency}" if one.currency else "not priced",
        )
        for one in data.tokens
    ]
    return [
        *said,
        *parts.table(
            ("Model", "Answers", "Tokens read", "Tokens written", "Cost"),
            lines,
            caption="Tokens and cost by model",
            note="An answer that was used again in a retry is counted once. Costs are at the prices that were "
            "configured when the answer was given; answers without a price are listed apart.",
        ),
        *parts.bars(
            "Tokens by model",
            [f"{one.model or NONE} {one.currency}".rstrip() for one in data.tokens],
            {"Read": [one.prompt for one in data.tokens], "Written": [one.completion for one in data.tokens]},
            y="Tokens",
            sideways=True,
        ),
    ]


def _cost(data: Usage) -> str:
    """The costs, one sum per currency; currencies are not added up."""
    sums: dict[str, Decimal] = {}
    for one in data.tokens:
        if one.currency:
            sums[one.currency] = sums.get(one.currency, Decimal(0)) + one.cost
    return ", ".join(f"{value:,.2f} {currency}" for currency, value in sums.items()) or NONE


def _used(data: Usage) -> int:
    return sum(one.prompt + one.completion for one in data.tokens)


def _ordered(found: Sequence[Use], order: Sequence[str]) -> list[Use]:
    return sorted(found, key=lambda one: order.index(one.name))


def _top(data: Usage, total: Use) -> Finding:
    first = data.templates[0]
    part = share(first.asked, total.asked) if total.asked >= _FEW and len(data.templates) > 1 else None
    found = part is not None and part >= _TOP
    return Finding(
        rule="One template leads",
        threshold=f"a template has at least {percent(_TOP)} of {_FEW} or more reports",
        measured=f"{percent(part)} {first.name}" if part is not None else "",
        text=f"{percent(part)} of the reports are made by “{first.name}”." if found else "",
    )


def _unread(total: Use) -> Finding:
    part = share(total.unread, total.completed) if total.completed >= _FEW else None
    found = part is not None and part >= _UNREAD
    return Finding(
        rule="Never downloaded",
        threshold=f"at least {percent(_UNREAD)} of {_FEW} or more completed reports",
        measured=percent(part) if part is not None else "",
        text=f"{count(total.unread)} of {count(total.completed)} completed reports were never downloaded."
        if found
        else "",
    )


def _growth(data: Usage, asked: Asked) -> Finding:
    middle = asked.start + (asked.end - asked.start) / 2
    before = sum(one.asked for one in data.demand if one.at < middle)
    after = sum(one.asked for one in data.demand if one.at >= middle)
    change = share(after - before, before) if before + after >= _FEW else None
    text = ""
    if change is not None and abs(change) >= _GROWTH:
        way = "more" if change > 0 else "fewer"
        text = f"In the second half of the period {percent(abs(change))} {way} reports were asked for: {count(after)} after {count(before)}."
    return Finding(
        rule="Growth or decline",
        threshold=f"the halves of the period differ by at least {percent(_GROWTH)}, of {_FEW} or more reports",
        measured="" if change is None else f"{count(before)}, then {count(after)}",
        text=text,
    )


def _largest(data: Usage, total: Use) -> Finding:
    first = data.owners[0] if len(data.owners) > 1 else None
    part = share(first.asked, total.asked) if first and total.asked >= _FEW else None
    found = first is not None and part is not None and part >= _OWNER
    return Finding(
        rule="One owner leads",
        threshold=f"an owner asked for at least {percent(_OWNER)} of {_FEW} or more reports of several owners",
        measured=percent(part) if part is not None else "",
        text=f"{first.name} asked for {percent(part)} of the reports." if first and found else "",
    )


def _again(total: Use) -> Finding:
    part = share(total.retries, total.asked) if total.asked >= _FEW else None
    found = part is not None and part >= _AGAIN
    return Finding(
        rule="Retried by hand",
        threshold=f"at least {percent(_AGAIN)} retries per report, of {_FEW} or more",
        measured=percent(part) if part is not None else "",
        text=f"Owners asked {count(total.retries)} times for another try of {count(total.asked)} reports."
        if found
        else "",
    )


_METHOD = [
    (
        "Reports",
        "Reports that were asked for in the period, by how their current run stands now. Removed ones are missing.",
    ),
    ("Downloads", "How often a report was downloaded until now, whenever that was."),
    ("Size", "Of the files of a report's current run; those of its earlier runs are not counted."),
    ("Tokens", "Of answers that models gave in the period, whether or not their report was asked for in it."),
]
