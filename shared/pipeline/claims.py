"""Takes a step and gathers what its node's function may look at."""

from __future__ import annotations

from typing import Any

from shared.contracts.records import Run, Step
from shared.contracts.states import Stage
from shared.contracts.workflow import Node
from shared.db import steps
from shared.domain import record as said
from shared.domain.decide import WHOLE
from shared.domain.outcome import Work
from shared.domain.values import resolve

from .advance import advance, lock
from .pipeline import Pipeline
from .results import load


class Claim:
    """A step in this process's hands."""

    def __init__(self, pipeline: Pipeline, step: Step, run: Run, node: Node, inputs: dict[str, Any]) -> None:
        self._pipeline = pipeline
        self._run = run
        self._node = node
        self._inputs = inputs
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
            resume=self.step.resume,
        )


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
        drafts = said.claimed(locked.state, step.node_id, step.slice, step.type_id)
        if drafts is None:  # the run ended between our claim and our lock
            await steps.finish(tx.db, step, "cancelled")
            return None
        locked = await advance(tx, locked, drafts) if drafts else locked
        node = locked.workflow.node(step.node_id)
        return Claim(pipeline, step, locked.run, node, resolve(node, locked.state, locked.known))
