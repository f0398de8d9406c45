"""A replay beside the run that it repeats: where they part, and where the source was ended from outside. Pure.

OpenWOP v1, replay: a divergence is said in the log (``replay.diverged``) and the replay goes on; it comes to the
same end as its source.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from shared.contracts.records import Event

from .decide import cancel_nodes
from .fold import Entry, fold
from .state import Draft, RunState

OUTCOMES = ("node.completed", "node.failed", "node.skipped")
ENDS = ("run.completed", "run.failed", "run.cancelled")
BREACH = "cap.breached"
PROGRESS = (*OUTCOMES, "node.started", "interrupt.requested")
LOOKED_AT = (*PROGRESS, *ENDS, BREACH)
"""The events of both logs that are compared; nothing else is read."""


def follow(source: Sequence[Event], before: Sequence[Event], entries: Sequence[Draft], state: RunState) -> list[Draft]:
    """What a replay appends: the entries, a word behind each that is not as in the source, and the source's end.

    Args:
        source: of the source's log, the events of ``LOOKED_AT`` types.
        before: the same of the replay's log so far.
        entries: what is about to be appended.
        state: the replay's, before the entries.
    """
    said = [draft for entry in _with_notes(source, before, entries) for draft in entry]
    after = fold(said, state)
    if after.status.terminal or not _all_there(source, [*before, *entries]):
        return said
    return [*said, *_ended_from_outside(source, after)]


def _with_notes(
    source: Sequence[Event], before: Sequence[Event], entries: Sequence[Draft]
) -> Iterator[tuple[Draft, ...]]:
    """Each entry with what is to be said beside it: behind an outcome, before an end."""
    expected = _by_place(source)
    seen: Counter[str | None] = Counter(event.node_id for event in before if event.type in OUTCOMES)
    ended = bool(source) and source[-1].type in ENDS
    for entry in entries:
        if entry.type in ENDS:
            missing = [event for (node, place), event in expected.items() if place >= seen[node]]
            yield (*(_diverged(event, "missing") for event in missing), entry)
        elif entry.type not in OUTCOMES:
            yield (entry,)
        else:
            same = expected.get((entry.node_id, seen[entry.node_id]))
            seen[entry.node_id] += 1
            yield entry, *_parted(same, entry, source[-1] if ended else None)


def _parted(same: Event | None, entry: Draft, end: Event | None) -> list[Draft]:
    if same is None:
        return [_diverged(end, "extra")] if end else []
    if same.type != entry.type:
        return [_diverged(same, "type-mismatch")]
    return [] if same.payload == _plain(entry.payload) else [_diverged(same, "output")]


def _diverged(original: Event, kind: str) -> Draft:
    payload = {"sourceRunId": original.run_id, "atSequence": original.sequence, "divergenceKind": kind}
    return Draft("replay.diverged", payload | {"originalEventId": str(original.event_id)}, original.node_id)


def _by_place(source: Iterable[Event]) -> dict[tuple[str | None, int], Event]:
    """A node may have several outcomes, when a reviewer sent it back: each by its node and its place among them."""
    seen: Counter[str | None] = Counter()
    found = {}
    for event in source:
        if event.type in OUTCOMES:
            found[event.node_id, seen[event.node_id]] = event
            seen[event.node_id] += 1
    return found


def _all_there(source: Sequence[Event], entries: Iterable[Entry]) -> bool:
    """Whether the replay has come as far as the source ever did."""
    return not _progress(source) - _progress(entries)


def _progress(entries: Iterable[Entry]) -> Counter[tuple[str, str | None]]:
    return Counter((entry.type, entry.node_id) for entry in entries if entry.type in PROGRESS)


def _ended_from_outside(source: Sequence[Event], state: RunState) -> list[Draft]:
    """The source's last words, where somebody cancelled it or its time was up: nothing that the nodes would repeat."""
    end = source[-1] if source else None
    breach = next((event for event in reversed(source) if event.type == BREACH), None)
    if end is None or end.type not in ENDS:
        return []
    if end.type == "run.cancelled":
        return [*cancel_nodes(state), Draft(end.type, end.payload)]
    if end.type == "run.failed" and breach is not None and breach.payload.get("kind") == "run-duration":
        return [Draft(breach.type, breach.payload), *cancel_nodes(state), Draft(end.type, end.payload)]
    return []


def _plain(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))
