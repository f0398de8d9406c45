"""User activity: who did what, from the audit log, and whether the log itself holds."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shared.contracts.audit import Verification
from shared.db import audit
from shared.db.insight import activity as rows
from shared.db.insight.activity import Acts, Day, Entry, Filter
from shared.db.insight.view import View
from shared.db.pool import Connection
from shared.document.blocks import Block, Callout
from shared.domain.span import Asked

from . import parts
from .rules import Finding, stands_out
from .values import NONE, count, counted, instant, percent, share

FAILED = r"^[a-z_]+\.([a-z_]+_)?(failed|refused|rejected|denied|locked)$"
"""Actions that tell of a login or a right that was refused."""
KEYS = r"^(api_)?key\."
CHECKED = 200_000
"""As many entries are verified at most, the latest ones."""

_SHOWN = 25
_LINES = 6
_REFUSED = 5
_ONE = 0.8
_FEW = 20
_DETAILS = 160


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the report is made from."""

    actors: list[Acts]
    actions: list[Acts]
    days: list[Day]
    latest: list[Entry]
    refused: int
    refusals: list[Entry]
    key_changes: int
    changes: list[Entry]
    loose: int
    verification: Verification | None
    """None: the period has no chained entry."""
    signed: bool
    """Whether this worker has a key to check signatures with."""

    @property
    def entries(self) -> int:
        return sum(each.entries for each in self.actions)


async def read(db: Connection, view: View, asked: Asked, keys: Sequence[Ed25519PublicKey]) -> Activity:
    """The rows, within the caller's transaction."""
    limit = asked.parameters.get("entries")
    filter_ = Filter(actors=asked.parameters.get("actors") or [], actions=asked.parameters.get("actions") or [])
    first, last, loose = await rows.span(db, view)
    verification = await audit.verify(db, max(first, last - CHECKED + 1), last, keys=keys) if last else None
    return Activity(
        actors=await rows.actors(db, view, filter_),
        actions=await rows.actions(db, view, filter_),
        days=await rows.days(db, view, filter_),
        latest=await rows.latest(db, view, filter_, limit=50 if limit is None else limit),
        refused=await rows.total(db, view, filter_, like=FAILED),
        refusals=await rows.latest(db, view, filter_, like=FAILED, limit=_SHOWN),
        key_changes=await rows.total(db, view, filter_, like=KEYS),
        changes=await rows.latest(db, view, filter_, like=KEYS, limit=_SHOWN),
        loose=loose,
        verification=verification,
        signed=bool(keys),
    )


def blocks(data: Activity, asked: Asked) -> list[Block]:
    """The report's content. Pure."""
    if not data.entries:
        return []
    return [
        parts.heading("At a glance"),
        _tiles(data),
        *stands_out(findings(data)),
        *_chain(data),
        *_by_day(data, asked),
        *_acts("Who acted", ("Actor", "Role", "Entries", "Share", "Actions", "Last"), data.actors, data.entries),
        *_acts("What was done", ("Action", "Entries", "Share", "Actors", "Last"), data.actions, data.entries),
        *_entries("Refused logins and rights", data.refusals, data.refused),
        *_entries("Changes of keys", data.changes, data.key_changes),
        *_entries("Latest entries", data.latest, data.entries),
        parts.heading("How this was measured"),
        parts.notes(_METHOD),
    ]


def headline(data: Activity) -> dict[str, int | float | bool | None]:
    """The figures that stand for the report where it is listed."""
    valid = data.verification.chain_valid if data.verification else None
    return {"entries": data.entries, "actors": len(data.actors), "refused": data.refused, "chain_valid": valid}


def findings(data: Activity) -> list[Finding]:
    """What stands out, by rule."""
    return [_broken(data), _refused(data), _one(data), _changed(data)]


def _tiles(data: Activity) -> Block:
    found = data.verification
    state = NONE if found is None else "holds" if found.chain_valid else "broken"
    checked = "nothing chained" if found is None else f"entries {count(found.from_seq)} to {count(found.to_seq)}"
    return parts.tiles(
        ("Entries", count(data.entries), f"{count(len(data.actions))} actions"),
        ("Actors", count(len(data.actors)), "people, agents and the system"),
        ("Refused", count(data.refused), "logins and rights"),
        ("Chain", state, checked),
    )


def _chain(data: Activity) -> list[Block]:
    found = data.verification
    head = parts.heading("Does the log hold")
    loose = f" {count(data.loose)} entries of the period are not chained yet." if data.loose else ""
    if found is None:
        return [head, parts.say(f"No entry of the period is chained yet.{loose}")]
    if not found.chain_valid:
        places = ", ".join(count(one.at_seq) for one in found.anomalies[:10])
        text = f"The chain is broken at {counted(len(found.anomalies), 'place')}: {places}. Entries were changed or removed."
        return [head, Callout([parts.say(text)], tone="danger", title="The log was changed")]
    signed = f"{count(len(found.checkpoints))} signed checkpoints were checked with this server's key."
    if not data.signed:
        signed = "Signatures were not checked: this worker has no audit key (PRESSRUN_AUDIT_KEY)."
    elif not found.checkpoints_valid:
        signed = "At least one checkpoint is not signed with this server's key."
    text = f"Every entry from {count(found.from_seq)} to {count(found.to_seq)} carries the hash of the one before. {signed}{loose}"
    return [head, Callout([parts.say(text)], tone="success", title="The chain holds")]


def _by_day(data: Activity, asked: Asked) -> list[Block]:
    totals: dict[str, int] = {}
    for each in data.days:
        totals[each.kind] = totals.get(each.kind, 0) + each.entries
    kinds = sorted(totals, key=lambda kind: (-totals[kind], kind))
    by = {(each.at, each.kind): each.entries for each in data.days}
    series = {kind: [by.get((at, kind), 0) for at in asked.parts] for kind in kinds[:_LINES]}
    left = f"Left out: {count(len(kinds) - _LINES)} rarer kinds." if len(kinds) > _LINES else ""
    return [
        parts.heading("Over the period"),
        *parts.lines(
            f"Entries by {asked.grouping} and kind of object",
            [asked.label(at) for at in asked.parts],
            series,
            x="UTC",
            y="Entries",
            caption=left,
        ),
    ]


def _acts(title: str, heads: Sequence[str], found: Sequence[Acts], entries: int) -> list[Block]:
    shown, rest = found[:_SHOWN], found[_SHOWN:]
    left = f"Left out: {count(len(rest))} more with {count(sum(one.entries for one in rest))} entries." if rest else ""
    people = "Role" in heads
    lines = [
        (
            one.name,
            *([one.role or NONE] if people else []),
            count(one.entries),
            percent(share(one.entries, entries)),
            count(one.others),
            instant(one.last_at),
        )
        for one in shown
    ]
    names, values = [one.name for one in shown], [one.entries for one in shown]
    return [
        parts.heading(title),
        *parts.table(heads, lines, caption=f"Entries by {heads[0].lower()}", note=left, texts=2 if people else 1),
        *parts.bars(f"Entries by {heads[0].lower()}", names, {"Entries": values}, y="Entries", sideways=True),
    ]


def _entries(title: str, found: Sequence[Entry], total: int) -> list[Block]:
    if not total:
        return [parts.heading(title), parts.say("None in the period.")]
    lines = [
        (
            instant(one.at).removesuffix(" UTC"),
            one.actor,
            one.action,
            f"{one.object_kind} {one.object_id}",
            _details(one.details),
        )
        for one in found
    ]
    left = f"The latest {count(len(found))} of {count(total)}." if len(found) < total else ""
    table = parts.table(
        ("When (UTC)", "Actor", "Action", "Object", "Details"), lines, caption=title, note=left, texts=5
    )
    return [parts.heading(title), *(table or [parts.say(f"{count(total)} in the period; none is listed, as asked.")])]


def _details(text: str) -> str:
    if text == "{}":
        return NONE
    return text if len(text) <= _DETAILS else f"{text[:_DETAILS]} …"


def _broken(data: Activity) -> Finding:
    found = data.verification
    broken = found is not None and not found.chain_valid
    return Finding(
        rule="Broken chain",
        threshold="any entry does not carry the hash of the one before it",
        measured="" if found is None else counted(len(found.anomalies), "place"),
        text=f"The log was changed at {counted(len(found.anomalies), 'place')}." if found and broken else "",
    )


def _refused(data: Activity) -> Finding:
    return Finding(
        rule="Many refusals",
        threshold=f"at least {_REFUSED} logins or rights were refused",
        measured=count(data.refused),
        text=f"{count(data.refused)} logins or rights were refused in the period." if data.refused >= _REFUSED else "",
    )


def _one(data: Activity) -> Finding:
    first = data.actors[0] if data.entries >= _FEW and len(data.actors) > 1 else None
    part = share(first.entries, data.entries) if first else None
    found = first is not None and part is not None and part >= _ONE
    return Finding(
        rule="One actor",
        threshold=f"one of several actors made at least {percent(_ONE)} of {_FEW} or more entries",
        measured="" if part is None else percent(part),
        text=f"{first.name} made {percent(part)} of the entries." if first and found else "",
    )


def _changed(data: Activity) -> Finding:
    return Finding(
        rule="Keys changed",
        threshold="any key was made, changed or revoked",
        measured=count(data.key_changes),
        text=f"{counted(data.key_changes, 'change')} of keys; the latest are listed below." if data.key_changes else "",
    )


_METHOD = [
    ("Entries", "Of the audit log, written in the same transaction as what they tell of. Reading leaves no entry."),
    ("Actors", "Principals by name where they still exist, else what acted: an id, “system” or a token."),
    ("The chain", f"Each entry holds the hash of the one before. At most the latest {CHECKED:,} entries are verified."),
    ("Left out", "Details beyond 160 characters, and everything that the parameters of this report exclude."),
]
