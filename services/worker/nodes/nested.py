"""``core.subWorkflow``: a run of another workflow inside this one."""

from __future__ import annotations

from shared.contracts.states import RunStatus
from shared.domain.errors import Rejected
from shared.domain.outcome import Child, Done, Fail, Outcome, Wait, Work


async def sub_workflow(work: Work) -> Outcome:
    """Start ``config.workflowId`` with this node's inputs and wait for its end.

    ``config.outputMapping`` names, per output of this node, a variable of the child.
    """
    workflow_id = work.config.get("workflowId")
    if not isinstance(workflow_id, str):
        raise Rejected(f"config.workflowId of node '{work.node_id}' must name a workflow")
    waiting = Wait(child=Child(workflow_id=workflow_id, inputs=_inputs(work)))
    child = work.resume.get("child") if isinstance(work.resume, dict) else None
    if child is None or not RunStatus(child["status"]).terminal:
        return waiting
    if child["status"] != RunStatus.COMPLETED:
        return Fail("sub_workflow_failed", f"the run '{child['runId']}' of '{workflow_id}' is {child['status']}")
    variables = child.get("variables") or {}
    mapped = {name: variables.get(source) for name, source in (work.config.get("outputMapping") or {}).items()}
    return Done(outputs={"childRunId": child["runId"], "childStatus": child["status"], **mapped})


def _inputs(work: Work) -> dict[str, object]:
    mapping = work.config.get("inputMapping")
    if not isinstance(mapping, dict):
        return dict(work.inputs)
    return {name: work.inputs.get(source) for name, source in mapping.items()}
