"""Runs that start runs: what a parent gets of its child, what it shows, and what it takes down."""

from __future__ import annotations

import asyncio

from tests.contract.openwop.talk import begin, ended, log, refused, snapshot, until


async def test_a_parent_gets_what_its_child_came_to(http):
    run_id = await begin(http, "subworkflow-parent")
    snap = await ended(http, run_id)
    assert snap["status"] == "completed"
    assert snap["variables"]["childOutcome"] == "child-completed"
    completed = next(one for one in await log(http, run_id) if one["type"] == "node.completed")
    assert completed["nodeId"] == "subwf-call"
    outputs = completed["payload"]["outputs"]
    assert outputs["childStatus"] == "completed"
    child = await snapshot(http, outputs["childRunId"])
    assert (child["parentRunId"], child["parentNodeId"]) == (run_id, "subwf-call")
    assert (child["workflowId"], child["status"]) == ("conformance-subworkflow-child", "completed")
    assert snap["childRuns"] == [{"runId": outputs["childRunId"], "status": "completed"}]


async def test_a_parent_shows_what_its_child_waits_for(http):
    run_id = await begin(http, "interrupt-parent-child-cancel")
    snap = await until(http, run_id, "waiting-approval")
    ((child),) = snap["childRuns"]
    assert child["status"] == "waiting-approval"
    accept = {"resumeValue": {"action": "accept"}}
    assert (await http.post(f"/v1/runs/{child['runId']}/interrupts/child-gate", json=accept)).status_code == 200
    assert (await ended(http, run_id))["status"] == "completed"
    assert (await snapshot(http, child["runId"]))["status"] == "completed"


async def test_a_child_that_fails_fails_its_parent(http):
    run_id = await begin(http, "interrupt-parent-child-cancel")
    ((child),) = (await until(http, run_id, "waiting-approval"))["childRuns"]
    reject = {"resumeValue": {"action": "reject"}}
    await http.post(f"/v1/runs/{child['runId']}/interrupts/child-gate", json=reject)
    assert (await ended(http, run_id))["status"] == "failed"


async def test_a_parent_s_end_is_its_child_s(http, nobody):
    """And nobody can answer afterwards what the child had asked."""
    run_id = await begin(http, "interrupt-parent-child-cancel")
    ((child),) = (await until(http, run_id, "waiting-approval"))["childRuns"]
    token = (await snapshot(http, child["runId"]))["interrupt"]["interruptToken"]
    before = (await http.get(f"/v1/runs/{run_id}")).headers["etag"]
    assert (await http.post(f"/v1/runs/{run_id}/cancel")).json()["status"] == "cancelled"
    assert (await ended(http, child["runId"], within_s=5))["status"] == "cancelled"
    last = (await log(http, child["runId"]))[-1]
    assert last["type"] == "run.cancelled"
    assert last["payload"] == {"reason": "parent-cancelled", "parentRunId": run_id}
    accept = {"resumeValue": {"action": "accept"}}
    late = await http.post(f"/v1/runs/{child['runId']}/interrupts/child-gate", json=accept)
    refused(late, 410, "interrupt_gone")
    refused(await nobody.post(f"/v1/interrupts/{token}", json=accept), 410, "interrupt_gone")
    assert (await snapshot(http, run_id))["childRuns"] == [{"runId": child["runId"], "status": "cancelled"}]
    assert (await http.get(f"/v1/runs/{run_id}")).headers["etag"] != before


async def test_a_branch_of_a_waiting_parent_starts_a_child_of_its_own(http):
    """And neither is stuck with the other's."""
    run_id = await begin(http, "interrupt-parent-child-cancel")
    ((child),) = (await until(http, run_id, "waiting-approval"))["childRuns"]
    last = (await log(http, run_id))[-1]["sequence"]
    for at in (1, last):
        made = await http.post(f"/v1/runs/{run_id}:fork", json={"mode": "branch", "fromSeq": at})
        fork = made.json()["runId"]
        snap = await until(http, fork, lambda snap: snap["status"] == "waiting-approval" and "childRuns" in snap)
        ((own),) = snap["childRuns"]
        assert own["runId"] != child["runId"]
        await until(http, own["runId"], "waiting-approval")
        await http.post(f"/v1/runs/{own['runId']}/interrupts/child-gate", json={"resumeValue": {"action": "accept"}})
        assert (await ended(http, fork))["status"] == "completed"
    assert (await snapshot(http, run_id))["status"] == "waiting-approval"
    await http.post(f"/v1/runs/{run_id}/cancel")


async def test_replays_of_a_parent_start_no_children_and_are_alike(http):
    run_id = await begin(http, "subworkflow-parent")
    await ended(http, run_id)
    logs = []
    for _ in range(2):
        made = await http.post(f"/v1/runs/{run_id}:fork", json={"mode": "replay"})
        snap = await ended(http, made.json()["runId"])
        assert snap["status"] == "completed"
        assert "childRuns" not in snap
        logs.append([(one["type"], one.get("nodeId"), one["payload"]) for one in await log(http, snap["runId"])])
    assert logs[0] == logs[1]


async def test_bulk_and_cascade_at_once_end_well(http):
    parents = [await begin(http, "interrupt-parent-child-cancel") for _ in range(3)]
    children = []
    for run_id in parents:
        snap = await until(http, run_id, "waiting-approval")
        children += [child["runId"] for child in snap["childRuns"]]
    await asyncio.gather(
        http.post("/v1/runs:bulk-cancel", json={"runIds": parents}),
        http.post("/v1/runs:bulk-cancel", json={"runIds": children}),
    )
    for run_id in parents + children:
        assert (await ended(http, run_id, within_s=5))["status"] in {"cancelled", "failed"}
