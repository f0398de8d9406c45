"""A run without a database: a log, a set of steps, and outcomes that arrive in any order."""

from __future__ import annotations

from typing import Any

from shared.contracts.workflow import Workflow
from shared.domain import record
from shared.domain.decide import Planned, cancel_nodes, decide
from shared.domain.fold import fold
from shared.domain.outcome import Done, Fail, Retry
from shared.domain.state import Draft, RunState
from shared.domain.values import variables


class Model:
    """Every method is what one transaction does."""

    def __init__(self, workflow: Workflow, inputs: dict[str, Any] | None = None) -> None:
        self.workflow = workflow
        self.known = variables(workflow, inputs or {})
        self.log: list[Draft] = []
        self.state = RunState()
        self.steps: dict[tuple[str, int], Planned] = {}
        self._append([Draft("run.started", {"workflowId": workflow.id})])

    def claim(self, step: Planned) -> None:
        self._append(record.claimed(self.state, step.node_id, step.slice, step.type_id).drafts)

    def finish(self, step: Planned, outcome: Done | Fail | Retry) -> None:
        match outcome:
            case Done():
                drafts = record.done(self.state, step.node_id, step.slice, outcome, [])
            case Fail():
                drafts = record.failed(self.state, step.node_id, step.slice, outcome)
            case Retry():
                drafts = record.retried(self.state, step.node_id, step.slice, outcome)
        self._append(drafts)

    def cancel(self) -> None:
        if not self.state.status.terminal:
            self._append([*cancel_nodes(self.state), Draft("run.cancelled")])

    def _append(self, drafts: list[Draft]) -> None:
        decision = decide(self.workflow, fold(drafts, self.state), self.known)
        self.log += [*drafts, *decision.events]
        self.state = decision.state
        for step in decision.steps:
            self.steps.setdefault((step.node_id, step.slice), step)
