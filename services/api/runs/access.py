"""Whose run it is. Another owner's run is not there."""

from __future__ import annotations

import re

from services.api.auth.caller import Caller
from services.api.resources import Resources
from shared.contracts.records import Interrupt, Run
from shared.contracts.workflow import Workflow
from shared.db import interrupts, runs
from shared.domain import approvals
from shared.domain.errors import NotFound
from shared.domain.state import RunState

_ID = re.compile(r"[A-Za-z0-9._~-]{1,128}", re.ASCII)


class Seen:
    """A run of the caller's, read in one go."""

    def __init__(self, run: Run, state: RunState, workflow: Workflow, asked: list[Interrupt]) -> None:
        self.run = run
        self.state = state
        self.workflow = workflow
        self.asked = asked
        """Its open interrupts, oldest first."""


async def see(resources: Resources, caller: Caller, run_id: str) -> Seen:
    """Raises ``NotFound`` for an unknown run and for another owner's."""
    check_id(run_id)
    async with resources.pipeline.database.connect() as db:
        found = await runs.with_state(db, run_id)
        if found is None or found[0].principal_id != caller.id:
            raise missing()
        run, state = found
        workflow = await resources.pipeline.workflow(db, run.workflow_digest)
        asked = await interrupts.open_ones(db, run_id) if not state.status.terminal else []
    return Seen(run, state, workflow, asked)


async def owned(resources: Resources, caller: Caller, run_id: str) -> Run:
    """Only the run. Raises ``NotFound`` like ``see``."""
    check_id(run_id)
    async with resources.pipeline.database.connect() as db:
        run = await runs.get(db, run_id)
    if run is None or run.principal_id != caller.id:
        raise missing()
    return run


async def answerable(resources: Resources, caller: Caller, run_id: str, node_id: str) -> None:
    """The caller owns the run, or is named by the gate that waits there. Raises ``NotFound`` otherwise."""
    check_id(run_id)
    check_id(node_id)
    async with resources.pipeline.database.connect() as db:
        run = await runs.get(db, run_id)
        if run is not None and run.principal_id == caller.id:
            return
        asked = await interrupts.latest(db, run_id, node_id) if run else None
    if asked is None or str(caller.id) not in approvals.approvers(asked):
        raise missing()


def check_id(given: str) -> None:
    """Raises ``NotFound`` for what no run, node or workflow is called: the database need not see it."""
    if not _ID.fullmatch(given):
        raise NotFound("there is nothing of this id")


def missing() -> NotFound:
    return NotFound("there is no such run")
