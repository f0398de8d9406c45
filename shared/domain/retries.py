"""What a retry keeps of the run that it continues. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from .fold import REVISED, SLICE_COMPLETED, Entry
from .state import Draft

_FINISHED = frozenset({"node.completed", "node.skipped"})


def kept(log: Sequence[Entry]) -> list[Draft]:
    """The part of a log that is worth keeping, in its order.

    That is finished nodes with what was released and made there, the finished slices of the others, and what a reviewer
    sent back: without that, the text that he did not want would be the newest again.
    """
    finished = {event.node_id for event in log if event.type in _FINISHED}
    sliced = {event.node_id for event in log if event.type == SLICE_COMPLETED}
    keep = {
        "node.started": finished | sliced,
        SLICE_COMPLETED: sliced,
        "artifact.created": finished,
        "approval.received": finished,
    }
    return [
        Draft(event.type, event.payload, event.node_id)
        for event in log
        if event.type in {*_FINISHED, REVISED} or event.node_id in keep.get(event.type, ())
    ]
