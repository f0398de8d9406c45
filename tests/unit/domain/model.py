"""A run without a database: a log, a set of steps, and outcomes that arrive in any order."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shared.contracts.records import Interrupt
from shared.contracts.workflow import Workflow
from shared.domain import approvals, record, revisions
from shared.domain.decide import Planned, cancel_nodes, decide
from shared.domain.fold import fold
from shared.domain.outcome import Done, Fail, Request, Retry
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
        self.asked: dict[str, Interrupt] = {}
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

    def suspend(self, node_id: str, data: dict[str, Any]) -> None:
        """The node asks for an approval, if it may still."""
        request = Request(kind="approval", data=data)
        drafts = record.suspended(self.state, node_id, f"{node_id}:{len(self.log)}", request)
        if drafts:
            self.asked[node_id] = interrupt(node_id, f"{node_id}:{len(self.log)}", data)
        self._append(drafts)

    def answer(self, node_id: str, value: dict[str, Any]) -> None:
        """Somebody answers; sending back forgets the steps that are to run again."""
        known = self.state.nodes.get(node_id)
        if node_id not in self.asked or known is None or known.status != "waiting":
            return
        asked = self.asked.pop(node_id)
        drafts = approvals.answered(asked, value, "someone")
        if value["action"] == "refine":
            drafts.append(revisions.revision(self.workflow, self.state, asked, value))
            for name, slices in drafts[-1].payload["nodes"].items():
                for key in [key for key in self.steps if key[0] == name and (slices is None or key[1] in slices)]:
                    del self.steps[key]
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


def interrupt(node_id: str, key: str, data: dict[str, Any]) -> Interrupt:
    return Interrupt(
        id=UUID(int=0),
        run_id="run-x",
        node_id=node_id,
        kind="approval",
        key=key,
        data=data,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
