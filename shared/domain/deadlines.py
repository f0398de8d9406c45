"""When a run must have ended. Pure.

There are two clocks. The host's limit and a client's ``runTimeoutMs`` count from the run's beginning, whatever happens.
A workflow's ``settings.timeout`` counts running time alone: neither the queue before nor the weeks that a reviewer takes.
So a deadline is when to look whether time is up, and is put off by what was waited.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from shared.contracts.records import Event, Run
from shared.contracts.states import RunStatus
from shared.contracts.workflow import Workflow

from .fold import fold
from .stages import MAX_RUN_DURATION_MS
from .state import RunState

WAITING_MS = 60_000
"""A run that waits is not looked at more often; afterwards it may run longer than its time by so much."""


class Over(msgspec.Struct, frozen=True):
    """Time is up, in milliseconds."""

    limit: int
    observed: int


def first(workflow: Workflow, configurable: Mapping[str, Any], now: datetime, *, mode: str = "new") -> datetime:
    """The deadline of a run that begins now."""
    limits = [_on_the_wall(configurable, mode), *_running(workflow, mode)]
    return now + timedelta(milliseconds=min(limits))


def look(run: Run, workflow: Workflow, log: Sequence[Event], now: datetime) -> Over | datetime:
    """Whether the run's time is up, or the next deadline.

    Args:
        log: the whole of it.
    """
    begun = log[0].timestamp if log else run.created_at
    limit, passed = _on_the_wall(run.configurable, run.mode), _ms(now - begun)
    if passed >= limit:
        return Over(limit, max(passed, limit + 1))
    left = limit - passed
    for most in _running(workflow, run.mode):
        spent, status = _spent(log, now)
        if status is RunStatus.RUNNING and spent >= most:
            return Over(most, max(spent, most + 1))
        rest = most - spent
        left = min(left, rest if status is RunStatus.RUNNING else max(rest, WAITING_MS))
    return now + timedelta(milliseconds=left)


def _on_the_wall(configurable: Mapping[str, Any], mode: str) -> int:
    """A replay ends like its source, and is not measured by the time that it takes itself."""
    asked = configurable.get("runTimeoutMs") if mode != "replay" else None
    return min(MAX_RUN_DURATION_MS, asked or MAX_RUN_DURATION_MS)


def _running(workflow: Workflow, mode: str) -> list[int]:
    return [workflow.settings.timeout] if workflow.settings.timeout > 0 and mode != "replay" else []


def _spent(log: Sequence[Event], now: datetime) -> tuple[int, RunStatus]:
    """Milliseconds for which the run was running, and its status now."""
    state, since, spent = RunState(), now, timedelta()
    for event in log:
        if state.status is RunStatus.RUNNING:
            spent += event.timestamp - since
        state, since = fold([event], state), event.timestamp
    if state.status is RunStatus.RUNNING:
        spent += now - since
    return _ms(spent), state.status


def _ms(span: timedelta) -> int:
    return round(span.total_seconds() * 1000)
