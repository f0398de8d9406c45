"""Takes a step and gathers what its node's function may look at."""

from __future__ import annotations

from typing import Any

import msgspec

from shared.contracts.records import Run, Step
from shared.contracts.states import Stage
from shared.contracts.workflow import Node
from shared.db import runs, steps
from shared.db.pool import Connection
from shared.domain import record as said
from shared.domain import replays
from shared.domain.decide import WHOLE
from shared.domain.errors import Rejected, Unavailable
from shared.domain.outcome import Fail, Recorded, Work
from shared.domain.stages import MAX_NODE_EXECUTIONS, RECORDED
from shared.domain.values import assigned, resolve, variables

from .advance import advance, lock
from .pipeline import Pipeline
from .results import load, load_outputs


class Claim:
    """A step in this process's hands."""

    def __init__(
        self, pipeline: Pipeline, step: Step, run: Run, node: Node, inputs: dict[str, Any], note: str | None
    ) -> None:
        self._pipeline = pipeline
        self._run = run
        self._node = node
        self._inputs = inputs
        self._note = note
        self.step = step

    @property
    def trace_id(self) -> str:
        return self._run.trace_id

    async def work(self) -> Work:
        """The step's input, with stored values read.

        Raises:
            Unavailable: the database or the store does not answer.
        """
        async with self._pipeline.database.connect() as db:
            inputs = await load(db, self._pipeline.store, self._run.id, self._node, self._inputs)
            resume = await self._resume(db)
        if self.step.slice != WHOLE:
            inputs = inputs | {"item": inputs[self._node.config["forEach"]][self.step.slice], "index": self.step.slice}
        return Work(
            run_id=self._run.id,
            node_id=self._node.id,
            type_id=self._node.type_id,
            slice=self.step.slice,
            attempt=self.step.attempt,
            config=self._node.config,
            inputs=inputs,
            configurable=self._run.configurable,
            started_at=self._run.created_at,
            resume=resume,
            note=self._note,
            replaying=self._run.mode == "replay",
            root_run_id=self._run.root_run_id,
        )

    async def _resume(self, db: Connection) -> Any:
        """What the step was woken with; a child run as it is now, not as it was when it rang."""
        resume = self.step.resume
        if not isinstance(resume, dict) or "child" not in resume:
            return resume
        found = await runs.with_state(db, resume["child"]["runId"])
        if found is None:
            raise Unavailable("the child run is gone")
        child, state = found
        workflow = await self._pipeline.workflow(db, child.workflow_digest)
        made = await load_outputs(db, self._pipeline.store, child.id, assigned(workflow, state))
        known = variables(workflow, child.inputs) | made
        return {"child": {"runId": child.id, "status": str(child.status), "variables": known}}

    async def recorded(self) -> Recorded | Fail | None:
        """In a replay, what the source run came to at a node with effects; None where the node runs live."""
        source_run_id, node_id = self._run.source_run_id, self._node.id
        if self._run.mode != "replay" or self._node.type_id not in RECORDED or source_run_id is None:
            return None
        async with self._pipeline.database.connect() as db:
            source = await runs.events(db, source_run_id, types=replays.LOOKED_AT)
            before = await runs.events(db, self._run.id, types=replays.LOOKED_AT)
        found = replays.recorded(source, before, node_id, self.step.slice)
        if found is None:
            return Fail("replay_source_missing", f"the source run has no recorded outcome of node '{node_id}'")
        if found.type == "node.failed":
            return msgspec.convert(found.payload["error"], Fail)
        return Recorded(found.payload.get("outputs") or {})


async def claim(pipeline: Pipeline, stage: Stage, *, worker: str, lease_s: float, most: int | None) -> Claim | None:
    """Take the best ready step of a stage and say in the run's log that its node has started.

    Raises:
        Unavailable: the database does not answer; nothing was taken.
    """
    async with pipeline.transaction() as tx:
        step = await steps.claim(tx.db, stage, worker=worker, lease_s=lease_s, most=most)
        if step is None:
            return None
        locked = await lock(pipeline, tx, step.run_id)
        most = min(MAX_NODE_EXECUTIONS, locked.run.configurable.get("recursionLimit") or MAX_NODE_EXECUTIONS)
        taken = said.claimed(locked.state, step.node_id, step.slice, step.type_id, most=most)
        if not taken.go:  # the run ended or was paused between our claim and our lock, or this is one node too many
            await steps.drop(tx.db, step)
        locked = await advance(tx, locked, taken.drafts) if taken.drafts else locked
        if not taken.go or locked.run.status.terminal:
            return None
        node = locked.workflow.node(step.node_id)
        try:
            inputs = resolve(node, locked.state, locked.known)
        except Rejected as error:  # its step would be claimed, and break, for ever
            await steps.finish(tx.db, step, "failed")
            lacking = Fail(error.code, error.message)
            await advance(tx, locked, said.failed(locked.state, step.node_id, step.slice, lacking))
            return None
        note = locked.state.notes.get(node.id, {}).get(step.slice)
        return Claim(pipeline, step, locked.run, node, inputs, note)
