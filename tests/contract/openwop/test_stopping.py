"""Ending and halting runs: cancel, bulk cancel, races, pause and resume."""

from __future__ import annotations

import asyncio
import secrets

import pytest

from tests.contract.openwop.talk import begin, ended, log, ran, refused, snapshot, types, until


async def test_a_cancelled_run_ends_at_once(http):
    run_id = await begin(http, "cancellable")
    await until(http, run_id, "running")
    told = await http.post(f"/v1/runs/{run_id}/cancel", json={"reason": "changed my mind"})
    assert (told.status_code, told.json()) == (200, {"runId": run_id, "status": "cancelled"})
    assert (await ended(http, run_id, within_s=5))["status"] == "cancelled"
    events = await log(http, run_id)
    assert types(events)[-2:] == ["node.cancelled", "run.cancelled"]
    assert events[-2]["nodeId"] == "wait"
    assert events[-1]["payload"]["reason"] == "changed my mind"
    assert events[-1]["payload"]["cancelledBy"]


async def test_cancelling_again_changes_nothing(http):
    run_id = await begin(http, "cancellable")
    for _ in range(3):
        assert (await http.post(f"/v1/runs/{run_id}/cancel")).json()["status"] == "cancelled"
    assert types(await log(http, run_id)).count("run.cancelled") == 1


@pytest.mark.parametrize(("workflow", "status"), [("noop", "completed"), ("failure", "failed")])
async def test_a_run_that_has_ended_keeps_its_status(http, workflow, status):
    run_id = await ran(http, workflow)
    told = await http.post(f"/v1/runs/{run_id}/cancel", json={})
    assert (told.status_code, told.json()["status"]) == (200, status)


async def test_what_cannot_be_cancelled(http):
    refused(await http.post("/v1/runs/run-unknown/cancel"), 404, "not_found")
    run_id = await begin(http, "cancellable")
    refused(await http.post(f"/v1/runs/{run_id}/cancel", json={"reason": 7}), 400, "validation_error")
    refused(await http.post(f"/v1/runs/{run_id}/cancel", content=b"{"), 400, "validation_error")
    assert (await snapshot(http, run_id))["status"] != "cancelled"
    await http.post(f"/v1/runs/{run_id}/cancel")


async def test_a_suspended_run_cancels_and_its_question_with_it(http):
    run_id = await begin(http, "approval")
    token = (await until(http, run_id, "waiting-approval"))["interrupt"]["interruptToken"]
    assert (await http.post(f"/v1/runs/{run_id}/cancel")).json()["status"] == "cancelled"
    accept = {"resumeValue": {"action": "accept"}}
    refused(await http.post(f"/v1/runs/{run_id}/interrupts/gate", json=accept), 422, "interrupt_cancelled")
    refused(await http.post(f"/v1/interrupts/{token}", json=accept), 410, "interrupt_gone")
    assert "interrupt" not in await snapshot(http, run_id)


async def test_a_cancel_and_an_answer_at_once_end_in_one_way(http):
    for _ in range(5):
        run_id = await begin(http, "approval")
        await until(http, run_id, "waiting-approval")
        cancelled, answered = await asyncio.gather(
            http.post(f"/v1/runs/{run_id}/cancel"),
            http.post(f"/v1/runs/{run_id}/interrupts/gate", json={"resumeValue": {"action": "accept"}}),
        )
        assert cancelled.status_code == 200
        assert answered.status_code in {200, 422}
        snap = await ended(http, run_id)
        if answered.status_code == 422:
            assert snap["status"] == "cancelled"
        events = types(await log(http, run_id))
        assert sum(name in {"run.completed", "run.cancelled", "run.failed"} for name in events) == 1
        assert events[-1] == f"run.{snap['status']}"


async def test_a_cancel_beside_an_address_of_an_older_draft_still_works(http):
    run_id = await begin(http, "approval")
    await until(http, run_id, "waiting-approval")
    cancelled, old = await asyncio.gather(
        http.post(f"/v1/runs/{run_id}/cancel"),
        http.post(f"/v1/runs/{run_id}/approvals/gate", json={"action": "accept"}),
    )
    assert cancelled.status_code == 200
    refused(old, 404, "not_found")
    assert (await ended(http, run_id))["status"] == "cancelled"


async def test_many_are_cancelled_each_for_itself_and_in_order(http, stranger):
    going, over = await begin(http, "cancellable"), await ran(http, "noop")
    foreign = await begin(stranger, "cancellable")
    again = await begin(http, "cancellable")
    await http.post(f"/v1/runs/{again}/cancel")
    asked = [going, "run-unknown", over, foreign, again, "%%", going]
    told = await http.post("/v1/runs:bulk-cancel", json={"runIds": asked, "reason": "tidy"})
    assert told.status_code == 200
    results = told.json()["results"]
    assert [one["runId"] for one in results] == asked
    assert [one["ok"] for one in results] == [True, False, False, False, True, False, True]
    codes = [one["error"]["code"] for one in results if not one["ok"]]
    assert codes == ["not_found", "run_terminal", "not_found", "not_found"]
    assert all(set(one["error"]) == {"code", "message"} for one in results if not one["ok"])
    assert {one["status"] for one in results if one["ok"]} == {"cancelled"}
    assert (await snapshot(stranger, foreign))["status"] != "cancelled"
    await stranger.post(f"/v1/runs/{foreign}/cancel")


async def test_the_same_bulk_again_is_ok_again(http):
    body = {"runIds": [await begin(http, "cancellable") for _ in range(3)]}
    for _ in range(2):
        results = (await http.post("/v1/runs%3Abulk-cancel", json=body)).json()["results"]
        assert [(one["ok"], one["status"]) for one in results] == [(True, "cancelled")] * 3


@pytest.mark.parametrize("body", [{}, {"runIds": []}, {"runIds": "run-x"}, {"runIds": [1]}, {"runIds": None}])
async def test_a_bulk_without_runs_is_refused(http, body):
    refused(await http.post("/v1/runs:bulk-cancel", json=body), 400, "validation_error")


async def test_a_bulk_over_the_limit_says_the_limit(http):
    answer = await http.post("/v1/runs:bulk-cancel", json={"runIds": ["run-x"] * 101})
    assert refused(answer, 400, "validation_error")["maxRunIds"] == 100


async def test_a_draining_pause_comes_after_the_node_that_is_under_way(http):
    """Also when it sleeps, and when it is the last one: the run parks before its end."""
    run_id = await begin(http, "delay", {"delayMs": 700})
    await until(http, run_id, "running")
    told = await http.post(f"/v1/runs/{run_id}:pause", json={"reason": "lunch"})
    assert told.status_code == 202
    assert (told.json()["runId"], told.json()["status"]) == (run_id, "paused")
    assert told.json()["pausedAt"].endswith("Z")
    await until(http, run_id, "paused")
    events = await log(http, run_id)
    assert types(events) == ["run.started", "node.started", "node.completed", "run.paused"]
    assert events[-1]["payload"] == {"reason": "lunch", "drainPolicy": "drain-current-node"}
    resumed = await http.post(f"/v1/runs/{run_id}:resume", json={"reason": "back"})
    assert resumed.status_code == 202
    assert (resumed.json()["runId"], resumed.json()["status"]) == (run_id, "running")
    assert resumed.json()["resumedAt"]
    assert (await ended(http, run_id))["status"] == "completed"
    assert types(await log(http, run_id))[-2:] == ["run.resumed", "run.completed"]


async def test_an_immediate_pause_aborts_the_node_and_starts_it_again(http):
    run_id = await begin(http, "delay", {"delayMs": 900})
    await until(http, run_id, "running")
    told = await http.post(f"/v1/runs/{run_id}:pause", json={"drainPolicy": "immediate"})
    assert told.status_code == 202
    assert (await snapshot(http, run_id))["status"] == "paused"
    await asyncio.sleep(1.2)
    events = await log(http, run_id)
    assert types(events) == ["run.started", "node.started", "run.paused"]
    assert events[-1]["payload"] == {"drainPolicy": "immediate"}
    began = asyncio.get_running_loop().time()
    await http.post(f"/v1/runs/{run_id}:resume")
    assert (await ended(http, run_id))["status"] == "completed"
    assert asyncio.get_running_loop().time() - began > 0.8


async def test_a_paused_run_says_so_when_it_is_paused_again(http):
    for body in ({}, {"drainPolicy": "immediate"}):
        run_id = await begin(http, "cancellable")
        await until(http, run_id, "running")
        first = (await http.post(f"/v1/runs/{run_id}:pause", json=body)).json()
        details = refused(await http.post(f"/v1/runs/{run_id}:pause"), 409, "conflict")
        assert details == {"runStatus": "paused", "pausedAt": first["pausedAt"]}
        assert (await http.post(f"/v1/runs/{run_id}:resume")).status_code == 202
        refused(await http.post(f"/v1/runs/{run_id}:resume"), 409, "conflict")
        assert (await http.post(f"/v1/runs/{run_id}/cancel")).json()["status"] == "cancelled"


async def test_a_paused_run_can_be_cancelled(http):
    run_id = await begin(http, "cancellable")
    await http.post(f"/v1/runs/{run_id}:pause", json={"drainPolicy": "immediate"})
    assert (await http.post(f"/v1/runs/{run_id}/cancel")).json()["status"] == "cancelled"
    refused(await http.post(f"/v1/runs/{run_id}:resume"), 409, "run_terminal")


async def test_the_same_key_gets_the_same_pause(http):
    run_id = await begin(http, "cancellable")
    await until(http, run_id, "running")
    headers = {"Idempotency-Key": secrets.token_hex(8)}
    first = await http.post(f"/v1/runs/{run_id}:pause", json={"drainPolicy": "immediate"}, headers=headers)
    again = await http.post(f"/v1/runs/{run_id}:pause", json={"drainPolicy": "immediate"}, headers=headers)
    assert (first.status_code, first.headers["openwop-idempotent-replay"]) == (202, "false")
    assert (again.status_code, again.headers["openwop-idempotent-replay"]) == (202, "true")
    assert again.json() == first.json()
    await http.post(f"/v1/runs/{run_id}/cancel")


async def test_what_cannot_be_paused_says_what_it_is(http):
    waiting = await begin(http, "approval")
    await until(http, waiting, "waiting-approval")
    assert refused(await http.post(f"/v1/runs/{waiting}:pause"), 409)["runStatus"] == "waiting-approval"
    assert refused(await http.post(f"/v1/runs/{waiting}:resume"), 409)["runStatus"] == "waiting-approval"
    over = await ran(http, "noop")
    for verb in ("pause", "resume"):
        assert refused(await http.post(f"/v1/runs/{over}:{verb}"), 409, "run_terminal")["runStatus"] == "completed"
        refused(await http.post(f"/v1/runs/run-unknown:{verb}"), 404, "not_found")
    refused(await http.post(f"/v1/runs/{waiting}:pause", json={"drainPolicy": "now"}), 400, "validation_error")
    await http.post(f"/v1/runs/{waiting}/cancel")
