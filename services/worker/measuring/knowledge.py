"""Knowledge base summary: documents, kinds, sizes, passages, terms, failures, queries."""

from __future__ import annotations

from uuid import UUID

import msgspec

from shared.db.insight import knowledge as rows
from shared.db.insight.knowledge import MOST_PASSAGES, Added, Base, Failed, Kind, Term
from shared.db.insight.view import View
from shared.db.pool import Connection
from shared.document.blocks import Block
from shared.domain.errors import Rejected
from shared.domain.span import Asked

from . import parts
from .rules import Finding, stands_out
from .values import NONE, count, counted, day, duration, percent, share, size, size_unit

_SHOWN = 25
_TERMS = 20
_FAILED = 0.05
_BROAD = 0.5
_SLOW_MS = 500.0


class Knowledge(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the report is made from."""

    bases: list[Base]
    kinds: list[Kind]
    states: dict[str, int]
    failures: list[Failed]
    added: list[Added]
    terms: list[Term]

    @property
    def documents(self) -> int:
        return sum(each.documents for each in self.bases)

    @property
    def passages(self) -> int:
        return sum(each.passages for each in self.bases)

    @property
    def queries(self) -> int:
        return sum(each.query_count for each in self.bases)


async def read(db: Connection, view: View, asked: Asked) -> Knowledge:
    """The rows, within the caller's transaction."""
    only = _only(asked)
    return Knowledge(
        bases=await rows.bases(db, view, only),
        kinds=await rows.kinds(db, view, only),
        states=await rows.states(db, view, only),
        failures=await rows.failures(db, view, only),
        added=await rows.added(db, view, only),
        terms=await rows.terms(db, view, only, limit=_TERMS),
    )


def blocks(data: Knowledge, asked: Asked) -> list[Block]:
    """The report's content. Pure."""
    if not data.bases:
        return [
            parts.heading("Nothing to report"),
            parts.warn("No knowledge base", "There is no knowledge base among those that were asked for."),
        ]
    return [
        parts.heading("At a glance"),
        _tiles(data),
        *stands_out(findings(data)),
        *_bases(data),
        *_kinds(data),
        *_added(data, asked),
        *_terms(data),
        *_failures(data),
        *_queries(data),
        parts.heading("How this was measured"),
        parts.notes(_METHOD),
    ]


def headline(data: Knowledge) -> dict[str, int | float | None]:
    """The figures that stand for the report where it is listed."""
    return {"bases": len(data.bases), "documents": data.documents, "passages": data.passages, "queries": data.queries}


def findings(data: Knowledge) -> list[Finding]:
    """What stands out, by rule."""
    return [_failing(data), _waiting(data), _empty(data), _unasked(data), _broad(data), _slow(data)]


def _only(asked: Asked) -> list[UUID]:
    try:
        return [UUID(each) for each in asked.parameters.get("honey_jars") or []]
    except ValueError:
        field = "parameters.honey_jars"
        raise Rejected(f"{field} must hold ids of knowledge bases", details={"field": field}) from None


def _tiles(data: Knowledge) -> Block:
    words = sum(each.words for each in data.bases)
    mean = share(sum(each.query_ms for each in data.bases), data.queries)
    return parts.tiles(
        (
            "Knowledge bases",
            count(len(data.bases)),
            f"{count(sum(one.status == 'active' for one in data.bases))} active",
        ),
        ("Documents", count(data.documents), size(sum(each.bytes for each in data.bases))),
        ("Passages", count(data.passages), f"{count(words)} words"),
        ("Queries", count(data.queries), f"mean {duration(None if mean is None else mean / 1000)}"),
    )


def _bases(data: Knowledge) -> list[Block]:
    shown, rest = data.bases[:_SHOWN], data.bases[_SHOWN:]
    left = f"Left out: {counted(len(rest), 'smaller one')}." if rest else ""
    lines = [
        (
            one.name,
            one.owner,
            one.type,
            one.status,
            count(one.documents),
            count(one.passages),
            size(one.bytes),
            day(one.updated_at),
        )
        for one in shown
    ]
    heads = ("Knowledge base", "Owner", "Type", "Status", "Documents", "Passages", "Size", "Changed")
    return [
        parts.heading("Knowledge bases"),
        *parts.table(heads, lines, caption="Knowledge bases by number of documents", note=left, texts=4),
        *parts.bars(
            "Passages by knowledge base",
            [one.name for one in shown],
            {"Passages": [one.passages for one in shown]},
            y="Passages",
            sideways=True,
        ),
    ]


def _kinds(data: Knowledge) -> list[Block]:
    if not data.kinds:
        return [parts.heading("Documents"), parts.say("There is no document yet.")]
    unit = size_unit(one.bytes for one in data.kinds)
    lines = [
        (one.kind, count(one.documents), size(one.bytes), size(one.largest), count(one.passages), count(one.words))
        for one in data.kinds
    ]
    names = [one.kind for one in data.kinds]
    states = ", ".join(f"{count(number)} {state}" for state, number in data.states.items())
    return [
        parts.heading("Documents"),
        parts.say(f"Of {counted(data.documents, 'document')} {states}."),
        *parts.table(
            ("Kind", "Documents", "Size", "Largest", "Passages", "Words"), lines, caption="Documents by kind of file"
        ),
        *parts.bars("Documents by kind of file", names, {"Documents": [one.documents for one in data.kinds]}, x="Kind",
                    y="Documents"),
        *parts.bars("Size of documents by kind of file", names, {"Size": unit.values([one.bytes for one in data.kinds])},
                    x="Kind", y="Size", unit=unit.name),
    ]  # fmt: skip


def _added(data: Knowledge, asked: Asked) -> list[Block]:
    by = {one.at: one.documents for one in data.added}
    total = sum(by.values())
    return [
        parts.heading("What was added"),
        parts.say(f"{counted(total, 'document')} of those that are there now came from {asked.said}."),
        *parts.lines(
            f"Documents added by {asked.grouping}",
            [asked.label(at) for at in asked.parts],
            {"Documents": [by.get(at, 0) for at in asked.parts]},
            x="UTC",
            y="Documents",
        ),
    ]


def _terms(data: Knowledge) -> list[Block]:
    if not data.terms:
        return []
    most = data.terms[0]
    return [
        parts.heading("Most used terms"),
        parts.say(
            f"“{most.term}” stands in {counted(most.passages, 'passage')}, {percent(share(most.passages, data.passages))} "
            "of all."
        ),
        *parts.bars(
            "Terms by the passages that have them",
            [one.term for one in data.terms],
            {"Passages": [one.passages for one in data.terms]},
            y="Passages",
            sideways=True,
            caption="Stems of words of four letters and more, as the full text index keeps them; words without meaning "
            "of their own are left out.",
        ),
    ]


def _failures(data: Knowledge) -> list[Block]:
    lines = [(one.code, one.message or NONE, day(one.last_at), count(one.documents)) for one in data.failures]
    table = parts.table(
        ("Code", "Last message", "Last on", "Documents"), lines, caption="Documents that could not be read", texts=3
    )
    return [parts.heading("What could not be read"), *(table or [parts.say("Every document could be read.")])]


def _queries(data: Knowledge) -> list[Block]:
    asked = sorted((one for one in data.bases if one.query_count), key=lambda one: -one.query_count)[:_SHOWN]
    if not asked:
        return [parts.heading("Queries"), parts.say("Nothing was looked up yet.")]
    means = [one.query_ms / one.query_count for one in asked]
    lines = [(one.name, count(one.query_count), duration(mean / 1000)) for one, mean in zip(asked, means, strict=True)]
    return [
        parts.heading("Queries"),
        *parts.table(
            ("Knowledge base", "Queries", "Mean time"), lines, caption="Queries by knowledge base, since it was made"
        ),
        *parts.bars(
            "Mean time of a query by knowledge base",
            [one.name for one in asked],
            {"Mean time": [round(mean, 1) for mean in means]},
            y="Mean time",
            unit="ms",
            sideways=True,
        ),
    ]


def _failing(data: Knowledge) -> Finding:
    failed = sum(one.documents for one in data.failures)
    part = share(failed, data.documents)
    found = part is not None and part >= _FAILED
    return Finding(
        rule="Unreadable documents",
        threshold=f"at least {percent(_FAILED)} of the documents could not be read",
        measured="" if part is None else percent(part),
        text=f"{count(failed)} of {counted(data.documents, 'document')} could not be read." if found else "",
    )


def _waiting(data: Knowledge) -> Finding:
    waiting = data.states.get("pending", 0) + data.states.get("processing", 0)
    return Finding(
        rule="Not read yet",
        threshold="any document is still to be read",
        measured=count(waiting) if data.documents else "",
        text=f"{counted(waiting, 'document')} still to be read." if waiting else "",
    )


def _empty(data: Knowledge) -> Finding:
    empty = [one.name for one in data.bases if not one.passages]
    return Finding(
        rule="Without passages",
        threshold="any knowledge base has nothing to find",
        measured=f"{count(len(empty))} of {count(len(data.bases))}",
        text=f"Nothing can be found in {', '.join(empty[:5])}{' and others' if len(empty) > 5 else ''}."
        if empty
        else "",
    )


def _unasked(data: Knowledge) -> Finding:
    idle = [one.name for one in data.bases if one.passages and not one.query_count]
    return Finding(
        rule="Never asked",
        threshold="any knowledge base with passages was never looked into",
        measured=f"{count(len(idle))} of {count(len(data.bases))}",
        text=f"Never looked into: {', '.join(idle[:5])}{' and others' if len(idle) > 5 else ''}." if idle else "",
    )


def _broad(data: Knowledge) -> Finding:
    first = data.terms[0] if data.terms else None
    part = share(first.passages, min(data.passages, MOST_PASSAGES)) if first else None
    text = ""
    if first and part is not None and part >= _BROAD:
        text = f"“{first.term}” stands in {percent(part)} of the passages: a query for it finds nothing in particular."
    return Finding(
        rule="A term everywhere",
        threshold=f"a term stands in at least {percent(_BROAD)} of the passages",
        measured="" if part is None else percent(part),
        text=text,
    )


def _slow(data: Knowledge) -> Finding:
    slow = [one for one in data.bases if one.query_count and one.query_ms / one.query_count >= _SLOW_MS]
    mean = share(sum(one.query_ms for one in data.bases), data.queries)
    return Finding(
        rule="Slow queries",
        threshold=f"the mean time of a knowledge base is {_SLOW_MS:.0f} ms or more",
        measured="" if mean is None else f"{duration(mean / 1000)} over all",
        text=f"Slow to look into: {', '.join(one.name for one in slow[:5])}." if slow else "",
    )


_METHOD = [
    ("Documents", "As they are stored now. Removed ones leave no trace here."),
    ("Passages", "Pieces into which documents are cut along their headings, and which a query finds."),
    ("Terms", f"Of at most {MOST_PASSAGES:,} passages."),
    ("Queries", "Counted per knowledge base since it was made; their words are not stored."),
]
