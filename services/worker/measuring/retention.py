"""Privacy and retention status: what is stored until when, what guards it, and how old the keys are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from shared.db.insight import retention as rows
from shared.db.insight.retention import Expiry, Found, Kept, Key, Removal, Risk, Sealed, Stored
from shared.db.insight.view import View
from shared.db.pool import Connection
from shared.document.blocks import Block
from shared.domain.span import Asked, floor

from . import parts
from .retention_rules import findings
from .rules import stands_out
from .values import NONE, count, day, duration, instant, percent, share, size, size_unit

_SHOWN = 40
_SOON = 7
_AGES = (
    ("up to 7 days", 7),
    ("8 to 30 days", 30),
    ("31 to 90 days", 90),
    ("91 to 365 days", 365),
    ("over a year", 10**6),
)


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the report is made from."""

    now: datetime
    soon: int
    """Days."""
    stored: list[Stored]
    kept: list[Kept]
    expiries: list[Expiry]
    overdue: int
    removals: list[Removal]
    found: list[Found]
    risks: list[Risk]
    keys: list[Key]
    sealed: list[Sealed]

    @property
    def reports(self) -> int:
        return sum(each.reports for each in self.kept)

    @property
    def expiring(self) -> int:
        return sum(each.count for each in self.expiries)

    @property
    def usable(self) -> list[Key]:
        """Keys that open something now."""
        return [one for one in self.keys if not one.revoked_at and not (one.expires_at and one.expires_at <= self.now)]


async def read(db: Connection, view: View, asked: Asked) -> Retention:
    """The rows, within the caller's transaction."""
    soon = asked.parameters.get("expiring_days") or _SOON
    return Retention(
        now=asked.now,
        soon=soon,
        stored=await rows.stored(db, view),
        kept=await rows.kept(db, view),
        expiries=await rows.expiries(db, view, asked.now, soon),
        overdue=await rows.overdue(db, view, asked.now),
        removals=await rows.removals(db, view),
        found=await rows.found(db, view),
        risks=await rows.risks(db, view),
        keys=await rows.keys(db, view),
        sealed=await rows.sealed(db, view),
    )


def blocks(data: Retention, asked: Asked) -> list[Block]:
    """The report's content. Pure."""
    if not data.stored and not data.keys:
        return []
    return [
        parts.heading("At a glance"),
        _tiles(data),
        *stands_out(findings(data)),
        *_stored(data),
        *_expiring(data),
        *_removed(data, asked),
        *_protection(data),
        *_found(data),
        *_keys(data),
        *_sealed(data),
        parts.heading("How this was measured"),
        parts.notes(_METHOD),
    ]


def headline(data: Retention) -> dict[str, int | float | None]:
    """The figures that stand for the report where it is listed."""
    return {"reports": data.reports, "expiring": data.expiring, "overdue": data.overdue, "keys": len(data.usable)}


def _tiles(data: Retention) -> Block:
    scrambled = sum(each.scrambled for each in data.kept)
    oldest = min((one.created_at for one in data.usable), default=None)
    return parts.tiles(
        ("Reports stored", count(data.reports), size(sum(each.bytes for each in data.kept))),
        ("Expiring soon", count(data.expiring), f"within {data.soon} days"),
        (
            "With scrambling",
            percent(share(scrambled, data.reports)),
            f"{count(scrambled)} of {count(data.reports)} reports",
        ),
        ("Usable keys", count(len(data.usable)), f"oldest: {day(oldest)}"),
    )


def _stored(data: Retention) -> list[Block]:
    lines = [
        (one.kind, count(one.count), NONE if one.bytes is None else size(one.bytes), day(one.oldest), day(one.until))
        for one in data.stored
    ]
    sizes = [each for each in data.kept if each.bytes]
    unit = size_unit(each.bytes for each in sizes)
    return [
        parts.heading("What is stored"),
        *parts.table(
            ("Kind", "Number", "Size", "Oldest", "Last expiry"),
            lines,
            caption="What is stored, by kind",
            note="A dash below the size: these are rows of the database, which are not weighed. A dash below the last "
            "expiry: it goes with what it belongs to, or is kept.",
        ),
        *parts.bars(
            "Size of stored files by template",
            [each.template for each in sizes],
            {"Size": unit.values([each.bytes for each in sizes])},
            y="Size",
            unit=unit.name,
            sideways=True,
        ),
    ]


def _expiring(data: Retention) -> list[Block]:
    said = parts.say(
        f"{count(data.expiring)} of {count(data.reports)} reports expire within {data.soon} days. "
        + (
            f"{count(data.overdue)} have expired and are still there."
            if data.overdue
            else "None is kept beyond its expiry."
        )
    )
    first = floor(data.now, "day")
    found = {each.at: each.count for each in data.expiries}
    all_days = [first + timedelta(days=place) for place in range(data.soon + 1)]
    chart = parts.bars(
        "Reports by the day on which they expire",
        [f"{at:%-d %b}" for at in all_days],
        {"Reports": [found.get(at, 0) for at in all_days]},
        x="Day (UTC)",
        y="Reports",
    )
    return [parts.heading("What expires soon"), said, *chart]


def _removed(data: Retention, asked: Asked) -> list[Block]:
    lines = [(one.action, count(one.count), instant(one.last_at)) for one in data.removals]
    return [
        parts.heading("What was removed"),
        *(
            parts.table(("Action", "Times", "Last"), lines, caption=f"Removals from {asked.said}")
            or [parts.say(f"The audit log tells of no removal from {asked.said}.")]
        ),
    ]


def _protection(data: Retention) -> list[Block]:
    lines = [
        (
            one.template,
            "yes" if one.demands else "no",
            count(one.reports),
            count(one.scrambled),
            count(one.plain),
            day(one.next_expiry),
        )
        for one in data.kept
    ]
    return [
        parts.heading("Scrambling"),
        parts.say(
            "With scrambling on, personal data that is found is replaced by tokens before any text reaches a language "
            "model, and put back afterwards."
        ),
        *parts.table(
            ("Template", "Asked for by it", "Reports", "On", "Off", "Next expiry"), lines, caption="Scrambling by template",
            texts=2,
        ),
        *parts.bars(
            "Reports with and without scrambling by template",
            [one.template for one in data.kept],
            {"On": [one.scrambled for one in data.kept], "Off": [one.plain for one in data.kept]},
            y="Reports",
            sideways=True,
        ),
    ]  # fmt: skip


def _found(data: Retention) -> list[Block]:
    head = parts.heading("Private values that were found")
    if not data.risks:
        return [head, parts.say("No report with scrambling has been made, or what it found is removed with it.")]
    lines = [(one.kind, count(one.values), count(one.reports)) for one in data.found]
    risky = [(one.risk, count(one.reports), count(one.forgotten)) for one in data.risks]
    return [
        head,
        *parts.table(
            ("Kind", "Values", "Reports"),
            lines,
            caption="Private values by kind",
            note="Only these numbers are kept in the open; the values are sealed until their report is complete.",
        ),
        *parts.bars(
            "Private values by kind",
            [one.kind for one in data.found],
            {"Values": [one.values for one in data.found]},
            y="Values",
            sideways=True,
        ),
        *parts.table(("Risk", "Reports", "Values deleted"), risky, caption="Reports by the risk of what was found"),
    ]


def _keys(data: Retention) -> list[Block]:
    if not data.keys:
        return [parts.heading("Keys"), parts.say("There is no API key.")]
    ages = [_age(one.created_at, data.now) for one in data.usable]
    used = [NONE if one.last_used_at is None else _age(one.last_used_at, data.now) for one in data.usable]
    names = [name for name, _ in _AGES]
    shown, rest = data.keys[:_SHOWN], data.keys[_SHOWN:]
    left = f" Left out: {count(len(rest))} younger keys." if rest else ""
    lines = [
        (
            f"{one.prefix}…",
            one.owner,
            one.name or NONE,
            ", ".join(one.scopes),
            _state(one, data.now),
            day(one.created_at),
            day(one.last_used_at) if one.last_used_at else "never",
        )
        for one in shown
    ]
    return [
        parts.heading("Keys"),
        *parts.bars(
            "Usable keys by age and by last use",
            [*names, "never"],
            {
                "Made": [ages.count(name) for name in [*names, "never"]],
                "Last used": [used.count(name) for name in names] + [used.count(NONE)],
            },
            x="How long ago",
            y="Keys",
        ),
        *parts.table(
            ("Key", "Owner", "Name", "Scopes", "State", "Made", "Last used"),
            lines,
            caption="API keys, oldest first",
            note=f"A key's beginning tells it apart and opens nothing. Last use is noted about once a minute.{left}",
            texts=5,
        ),
    ]


def _sealed(data: Retention) -> list[Block]:
    lines = [(one.kind, one.how, count(one.sealed)) for one in data.sealed]
    found = parts.table(("Secret", "How it is kept", "Number"), lines, caption="Secrets and how they are kept", texts=2)
    return [parts.heading("Secrets"), *found] if found else []


def _age(at: datetime, now: datetime) -> str:
    days = (now - at).total_seconds() / 86_400
    return next(name for name, most in _AGES if days <= most)


def _state(key: Key, now: datetime) -> str:
    if key.revoked_at:
        return f"revoked {day(key.revoked_at)}"
    if key.expires_at is None:
        return "never expires"
    left = (key.expires_at - now).total_seconds()
    return f"expired {day(key.expires_at)}" if left <= 0 else f"expires in {duration(left)}"


_METHOD: Sequence[tuple[str, str]] = [
    ("Stored", "Counted in the database when this report was made; sizes are those of files in the object store."),
    ("Expiry", "A report's own date. Its files, runs, events and outputs go with it."),
    ("Removed", "Entries of the audit log whose action deletes, expires or purges; the log itself is never shortened."),
    ("Left out", "Contents. This report counts rows and reads no text, no parameter and no secret."),
]
