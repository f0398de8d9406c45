"""A run without a database: a log, a set of steps, and outcomes that arrive in any order."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from shared.contracts.records import Interrupt
from shared.contracts.workflow import Workflow
from shared.domain import approvals, record, revisions
from shared.domain.decide import Planned, cancel_nodes, decide
from shared.domain.fold import fold
from shared.domain.outcome import Done, Fail, Request, Retry
from shared.domain.retries import kept
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
        self.resumes: dict[str, Any] = {}
        self.data: dict[str, Any] = {}
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

    def fork(self, at: int) -> Model:
        """A branch that begins with the first ``at`` entries of this log."""
        return self._with(self.log[:at], [one for one in self.log[:at] if one.type == "node.suspended"])

    def retry(self) -> Model:
        """A run that goes on where this one failed."""
        return self._with([self.log[0], *kept(self.log)], [])

    def suspend(self, node_id: str, data: dict[str, Any]) -> None:
        """The node asks for an approval, if it may still."""
        key = f"{node_id}:{len(self.log)}"
        drafts = record.suspended(self.state, node_id, key, Request(kind="approval", data=data))
        if drafts:
            self.data = data
            self.asked[node_id] = interrupt(node_id, key, data)
        self._append(drafts)

    def answer(self, node_id: str, value: dict[str, Any], by: str = "someone") -> None:
        """Somebody answers; sending back forgets the steps that are to run again."""
        if not self._waits(node_id):
            return
        asked = self.asked[node_id]
        if approvals.wants_quorum(asked) and value["action"] in approvals.VOTES:
            votes = approvals.with_vote(asked, value, by)
            self.asked[node_id] = asked = replace(asked, votes=votes)
            self._append([approvals.voted(asked, votes, value["action"])])
            verdict = approvals.verdict(asked, votes)
            if verdict is None:
                return
            value = approvals.decided(verdict, votes, value)
        drafts = approvals.answered(asked, value, by)
        if value["action"] == "refine":
            drafts.append(revisions.revision(self.workflow, self.state, asked, value))
            for name, slices in drafts[-1].payload["nodes"].items():
                for key in [key for key in self.steps if key[0] == name and (slices is None or key[1] in slices)]:
                    del self.steps[key]
        else:
            self.resumes[node_id] = {"value": value, "by": by}
        del self.asked[node_id]
        self._append(drafts)

    def expire(self, node_id: str) -> None:
        """Nobody answered in time."""
        if self._waits(node_id):
            self._append(approvals.timed_out(self.asked.pop(node_id)))

    def _waits(self, node_id: str) -> bool:
        known = self.state.nodes.get(node_id)
        return node_id in self.asked and known is not None and known.status == "waiting"

    def _with(self, history: list[Draft], asked: list[Draft]) -> Model:
        """Another run with this log; questions that are open in it are asked anew, without the votes so far."""
        made = Model.__new__(Model)
        made.workflow, made.known, made.log, made.state = self.workflow, self.known, [], RunState()
        made.steps, made.resumes = {}, {}
        made.asked = {
            one.node_id: interrupt(one.node_id, one.payload["key"], self.data) for one in asked if one.node_id
        }
        made.data = self.data
        made._append(history)
        return made

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
