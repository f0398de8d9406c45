"""A replay beside the run that it repeats: what it takes from it, where they part, where it ends like it. Pure.

OpenWOP v1, replay: a divergence is said in the log (``replay.diverged``) and the replay goes on; it comes to the
same end as its source.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from shared.contracts.records import Event

from .decide import WHOLE, Planned, cancel_nodes
from .fold import SLICE_COMPLETED, WAITS_AS, Entry, fold
from .state import Draft, RunState

OUTCOMES = ("node.completed", "node.failed", "node.skipped")
ENDS = ("run.completed", "run.failed", "run.cancelled")
BREACH = "cap.breached"
WRITTEN = "channel.written"
PROGRESS = (*OUTCOMES, SLICE_COMPLETED, "node.started", "interrupt.requested", "interrupt.resolved")
LOOKED_AT = (*PROGRESS, *ENDS, BREACH, WRITTEN)
"""The events of both logs that are looked at; nothing else is read."""


def follow(
    source: Sequence[Event], before: Sequence[Event], entries: Sequence[Draft], state: RunState, *, idle: bool
) -> list[Draft]:
    """What a replay appends: the entries, a word behind each that is not as in the source, and the source's end.

    Args:
        source: of the source's log, the events of ``LOOKED_AT`` types.
        before: the same of the replay's log so far.
        entries: what is about to be appended.
        state: the replay's, before the entries.
        idle: no node can go on by itself behind the entries.
    """
    said = [draft for entry in _with_notes(source, before, entries) for draft in entry]
    after = fold(said, state)
    if after.status.terminal or not _all_there(source, [*before, *entries]):
        return said
    return [*said, *_ended_from_outside(source, after, idle=idle)]


def recorded(source: Sequence[Event], before: Sequence[Event], node_id: str, index: int) -> Event | None:
    """What the source came to at a node, or at one of its slices, the same time round as the replay now.

    A node that a reviewer sent back has been here several times. ``node.completed``, ``node.failed`` or, of a
    slice, ``SLICE_COMPLETED``; None where the source never came to an outcome.
    """
    then, now = _results(source, node_id, index), _results(before, node_id, index)
    if len(now) < len(then):
        return then[len(now)]
    if index == WHOLE:
        return None
    whole = recorded(source, before, node_id, WHOLE)  # a slice that fails takes its node along
    return whole if whole is not None and whole.type == "node.failed" else None


def one_at_a_time(
    source: Sequence[Event], so_far: Iterable[Entry], steps: Sequence[Planned], state: RunState
) -> list[Planned]:
    """Of steps that could be done side by side, the one that was done first in the source: logs come out alike.

    Nodes under way come first, since an answer may have woken them.
    """
    under_way = [step for step in steps if step.slice == WHOLE and step.node_id in state.nodes]
    if under_way or len(steps) < 2:
        return under_way or list(steps)
    done = Counter(_place(entry) for entry in so_far if entry.type in _RESULTS)
    when: dict[tuple[str | None, int], int] = {}
    for event in source:
        if event.type in _RESULTS:
            place = _place(event)
            if done[place]:
                done[place] -= 1
            else:
                when.setdefault(place, event.sequence)
    last = source[-1].sequence + 1 if source else 0
    return [min(steps, key=lambda step: when.get((step.node_id, step.slice), last))]


def written_at(source: Sequence[Event], before: Sequence[Event], node_id: str) -> int | None:
    """When the source wrote to a channel at this node, the same time round as the replay now: ``_ts`` of the write."""
    then, now = [[one for one in log if (one.type, one.node_id) == (WRITTEN, node_id)] for log in (source, before)]
    return int(then[len(now)].payload["_ts"]) if len(now) < len(then) else None


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


def _ended_from_outside(source: Sequence[Event], state: RunState, *, idle: bool) -> list[Draft]:
    """The source's last words, where its time was up, or where it was cancelled and nobody answered its question.

    A node that was cancelled in the source can go on in a replay, which shows what it would have come to; a
    question that nobody answered would be waited for.
    """
    end = source[-1] if source else None
    breach = next((event for event in reversed(source) if event.type == BREACH), None)
    if end is None or end.type not in ENDS:
        return []
    if end.type == "run.cancelled" and idle and state.status in WAITS_AS.values():
        return [*cancel_nodes(state), Draft(end.type, end.payload)]
    if end.type == "run.failed" and breach is not None and breach.payload.get("kind") == "run-duration":
        return [Draft(breach.type, breach.payload), *cancel_nodes(state), Draft(end.type, end.payload)]
    return []


_RESULTS = ("node.completed", "node.failed", SLICE_COMPLETED)


def _results(log: Iterable[Event], node_id: str, index: int) -> list[Event]:
    types = _RESULTS[:2] if index == WHOLE else (SLICE_COMPLETED,)
    return [one for one in log if one.type in types and _place(one) == (node_id, index)]


def _place(entry: Entry) -> tuple[str | None, int]:
    return entry.node_id, entry.payload["slice"] if entry.type == SLICE_COMPLETED else WHOLE


def _plain(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))
