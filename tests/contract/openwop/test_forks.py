"""New runs from old ones: replays that repeat, branches that go another way, and forks that cannot be."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.contract.openwop.talk import begin, ended, keep, log, ran, refused, snapshot, types, until


async def forked(http: httpx.AsyncClient, run_id: str, mode: str, at: int | None = None, **overlay: Any) -> str:
    """The id of a fork, once it has ended."""
    body: dict[str, Any] = {"mode": mode} | ({} if at is None else {"fromSeq": at})
    made = await http.post(f"/v1/runs/{run_id}:fork", json=body | ({"runOptionsOverlay": overlay} if overlay else {}))
    assert made.status_code == 201, made.text
    told = made.json()
    assert (told["sourceRunId"], told["mode"], told["fromSeq"]) == (run_id, mode, at or 0)
    assert told["runId"] != run_id
    assert told["eventsUrl"] == f"/v1/runs/{told['runId']}/events"
    assert told["status"] not in {"completed", "failed", "cancelled"}
    await ended(http, told["runId"])
    return told["runId"]


def told(events: list[dict[str, Any]]) -> list[tuple[str, str | None, Any]]:
    return [(one["type"], one.get("nodeId"), one["payload"]) for one in events]


@pytest.mark.parametrize(("mode", "at"), [("replay", 0), ("replay", None), ("branch", 0), ("branch", 1)])
async def test_a_finished_run_can_be_forked(http, mode, at):
    run_id = await ran(http, "noop")
    before = await log(http, run_id)
    fork = await forked(http, run_id, mode, at)
    snap = await snapshot(http, fork)
    assert (snap["status"], snap["workflowId"]) == ("completed", "conformance-noop")
    assert snap["owner"] == (await snapshot(http, run_id))["owner"]
    events = await log(http, fork)
    assert types(events) == ["run.started", "node.started", "node.completed", "run.completed"]
    assert {one["runId"] for one in events} == {fork}
    assert not {one["eventId"] for one in events} & {one["eventId"] for one in before}
    assert await log(http, run_id) == before


async def test_two_replays_of_one_point_are_alike(http):
    run_id = await ran(http, "multi-node")
    source = await log(http, run_id)
    after_b = next(one["sequence"] for one in source if one["type"] == "node.completed" and one["nodeId"] == "b") + 1
    for at in (0, after_b, source[-1]["sequence"]):
        one, two = [told(await log(http, await forked(http, run_id, "replay", at))) for _ in range(2)]
        assert one == two == told(source)


async def test_a_replay_comes_to_the_same_end(http):
    for workflow, status in [("failure", "failed"), ("capability-missing", "failed")]:
        run_id = await ran(http, workflow)
        fork = await forked(http, run_id, "replay", 0)
        assert (await snapshot(http, fork))["status"] == status
        assert told(await log(http, fork)) == told(await log(http, run_id))


async def test_a_replay_has_its_source_s_inputs_and_options(http):
    payload = {"payload": {"a": [1, 2]}}
    run_id = await ran(http, "identity", payload, configurable={"recursionLimit": 7}, tags=["x"])
    snap = await snapshot(http, await forked(http, run_id, "replay"))
    assert snap["variables"] == payload
    assert (snap["configurable"], snap["tags"]) == ({"recursionLimit": 7}, ["x"])


async def test_a_replay_answers_what_was_answered(http):
    run_id = await begin(http, "approval")
    await until(http, run_id, "waiting-approval")
    await http.post(f"/v1/runs/{run_id}/interrupts/gate", json={"resumeValue": {"action": "accept", "feedback": "ok"}})
    await ended(http, run_id)
    for at in (0, 5):
        fork = await forked(http, run_id, "replay", at)
        assert told(await log(http, fork)) == told(await log(http, run_id))
    # In the middle of its question the node begins anew: not like the source, but alike.
    one, two = [told(await log(http, await forked(http, run_id, "replay", 3))) for _ in range(2)]
    assert one == two
    assert one[-1][0] == "run.completed"


async def test_a_branch_of_a_waiting_run_asks_again(http):
    run_id = await begin(http, "approval")
    await until(http, run_id, "waiting-approval")
    last = (await log(http, run_id))[-1]["sequence"]
    for at in (1, last):
        made = await http.post(f"/v1/runs/{run_id}:fork", json={"mode": "branch", "fromSeq": at})
        fork = made.json()["runId"]
        await until(http, fork, "waiting-approval")
        accept = {"resumeValue": {"action": "accept"}}
        assert (await http.post(f"/v1/runs/{fork}/interrupts/gate", json=accept)).status_code == 200
        assert (await ended(http, fork))["status"] == "completed"
    assert (await snapshot(http, run_id))["status"] == "waiting-approval"
    await http.post(f"/v1/runs/{run_id}/cancel")


async def test_a_branch_goes_on_with_its_overlay(http):
    run_id = await ran(
        http, "cap-breach", configurable={"model": "one", "maxTokens": 5}, tags=["old"], metadata={"a": 1}
    )
    overlay = {"configurable": {"recursionLimit": 4, "model": "two"}, "tags": ["new"], "metadata": {"b": 2}}
    events = await log(http, run_id)
    at = next(one["sequence"] for one in events if one.get("nodeId") == "n3")
    fork = await forked(http, run_id, "branch", at, **overlay)
    snap = await snapshot(http, fork)
    assert snap["configurable"] == {"model": "two", "maxTokens": 5, "recursionLimit": 4}
    assert (snap["tags"], snap["metadata"]) == (["new"], {"a": 1, "b": 2})
    assert snap["error"]["code"] == "recursion_limit_exceeded"
    assert told(await log(http, fork))[:at] == told(events)[:at]


async def test_an_empty_overlay_is_none(http):
    run_id = await ran(http, "noop")
    for mode in ("branch", "replay"):
        for overlay in ({}, {"configurable": {}, "tags": []}, None):
            body = {"mode": mode, "fromSeq": 0, "runOptionsOverlay": overlay}
            made = await http.post(f"/v1/runs/{run_id}:fork", json=body)
            assert made.status_code == 201
            assert (await ended(http, made.json()["runId"]))["status"] == "completed"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"mode": "unheard-of", "fromSeq": 0}, 400),
        ({"mode": None, "fromSeq": 0}, 400),
        ({"mode": "branch"}, 400),
        ({"mode": "replay", "fromSeq": -1}, 400),
        ({"mode": "branch", "fromSeq": -1}, 400),
        ({"mode": "branch", "fromSeq": "1"}, 400),
        ({"mode": "branch", "fromSeq": 1.5}, 400),
        ({"mode": "branch", "fromSeq": True}, 400),
        ({"mode": "replay", "fromSeq": 0, "runOptionsOverlay": {"tags": ["x"]}}, 400),
        ({"mode": "replay", "fromSeq": 0, "runOptionsOverlay": {"configurable": {"model": "x"}}}, 400),
        ({"mode": "branch", "fromSeq": 0, "runOptionsOverlay": {"configurable": {"maxTokens": 0}}}, 400),
        ({"mode": "branch", "fromSeq": 0, "runOptionsOverlay": {"metadata": {"x": "y" * 9000}}}, 400),
        ({"mode": "branch", "fromSeq": 0, "runOptionsOverlay": []}, 400),
        ({"mode": "replay", "fromSeq": 4}, 422),
        ({"mode": "branch", "fromSeq": 99999}, 422),
        ({"mode": "branch", "fromSeq": 2**62}, 422),
        ({"mode": "branch", "fromSeq": 10**30}, 400),
    ],
)
async def test_a_fork_that_cannot_be_is_refused(http, body, status):
    run_id = await ran(http, "noop")
    refused(await http.post(f"/v1/runs/{run_id}:fork", json=body), status, "validation_error")


async def test_a_branch_s_options_must_be_as_good_as_a_new_run_s(host, http):
    """A schema of the workflow's, a mock provider for whom it is, and the words that a report's nodes act on."""
    run_id = await ran(http, "configurable-schema", configurable={"recursionLimit": 3})
    body: dict[str, Any] = {"mode": "branch", "fromSeq": 0}

    def overlaid(**options: Any) -> dict[str, Any]:
        return body | {"runOptionsOverlay": {"configurable": options}}

    address = f"/v1/runs/{run_id}:fork"
    assert refused(await http.post(address, json=overlaid(tags="x")), 400, "validation_error") == {"key": "tags"}
    refused(await http.post(address, json=overlaid(surplus=1)), 400, "validation_error")
    assert (await http.post(address, json=overlaid(tags=["x"]))).status_code == 201
    run_id = await ran(http, "stream-text", configurable={"mockProvider": {"id": "stream-text"}})
    owner = (await snapshot(http, run_id))["owner"]["tenant"]
    async with host.http(await host.key(test=False, owner=UUID(owner))) as live:
        refused(await live.post(f"/v1/runs/{run_id}:fork", json=body), 403, "mock_provider_forbidden")
    refused(
        await http.post(f"/v1/runs/{run_id}:fork", json=overlaid(mockProvider={"id": "x"})),
        400,
        "unsupported_mock_provider",
    )
    for wrong in ({"nowhere": "x"}, {"ai": 5}, {"ai": ""}):
        refused(
            await http.post(f"/v1/runs/{run_id}:fork", json=overlaid(promptOverrides=wrong)), 400, "validation_error"
        )


async def test_a_branch_has_a_time_of_its_own(http):
    run_id = await begin(http, "cancellable", {"delayMs": 30_000}, configurable={"runTimeoutMs": 500})
    assert (await ended(http, run_id))["error"]["code"] == "run_timeout"
    fork = await forked(http, run_id, "branch", 0)
    assert (await snapshot(http, fork))["error"]["code"] == "run_timeout"


async def test_what_is_not_there_cannot_be_forked(http, stranger):
    body = {"mode": "replay", "fromSeq": 0}
    refused(await http.post("/v1/runs/run-unknown:fork", json=body), 404, "not_found")
    run_id = await ran(http, "noop")
    refused(await stranger.post(f"/v1/runs/{run_id}:fork", json=body), 404, "not_found")


async def test_an_effect_without_a_record_is_not_performed_in_a_replay(http):
    run_id = await begin(http, "replay-side-effect")
    await until(http, run_id, "running")
    fork = await forked(http, run_id, "replay", 0)
    snap = await snapshot(http, fork)
    assert (snap["status"], snap["error"]["code"]) == ("failed", "replay_source_missing")
    events = await log(http, fork)
    (failed,) = [one for one in events if one["type"] == "node.failed"]
    assert (failed["nodeId"], failed["payload"]["error"]["code"]) == ("effect", "replay_source_missing")
    assert "effect" not in [one["nodeId"] for one in events if one["type"] == "node.completed"]
    await http.post(f"/v1/runs/{run_id}/cancel")


async def test_a_model_s_text_is_taken_from_the_record_in_a_replay(http):
    mock = {"id": "stream-text", "config": {"chunks": ["one", "two"], "delayMs": 800}}
    run_id = await ran(http, "stream-text", configurable={"mockProvider": mock})
    began = asyncio.get_running_loop().time()
    fork = await forked(http, run_id, "replay", 0)
    assert asyncio.get_running_loop().time() - began < 0.8
    assert (await snapshot(http, fork))["nodeStates"]["ai"] == (await snapshot(http, run_id))["nodeStates"]["ai"]


async def test_a_fork_of_a_paused_run_and_of_a_cancelled_one(http):
    run_id = await begin(http, "delay", {"delayMs": 300})
    await until(http, run_id, "running")
    await http.post(f"/v1/runs/{run_id}:pause", json={"drainPolicy": "immediate"})
    assert (await snapshot(http, await forked(http, run_id, "branch", 2)))["status"] == "completed"
    await http.post(f"/v1/runs/{run_id}/cancel")
    assert (await snapshot(http, await forked(http, run_id, "branch", 2)))["status"] == "completed"
    assert types(await log(http, run_id))[-1] == "run.cancelled"


async def test_a_replay_of_a_cancelled_run_shows_what_it_would_have_come_to(http):
    run_id = await begin(http, "delay", {"delayMs": 1500})
    await until(http, run_id, lambda snap: bool(snap["nodeStates"]))
    await http.post(f"/v1/runs/{run_id}/cancel", json={"reason": "not needed"})
    one, two = [told(await log(http, await forked(http, run_id, "replay", 0))) for _ in range(2)]
    assert one == two
    assert one[-1][0] == "run.completed"


async def test_a_replay_of_a_run_that_was_cancelled_at_a_question_is_cancelled_there(http):
    run_id = await begin(http, "approval")
    await until(http, run_id, "waiting-approval")
    await http.post(f"/v1/runs/{run_id}/cancel", json={"reason": "not needed"})
    source = await log(http, run_id)
    for at in (0, 5):
        one, two = [told(await log(http, await forked(http, run_id, "replay", at))) for _ in range(2)]
        assert one == two == told(source)
        assert one[-1][0] == "run.cancelled"


async def test_a_replay_of_a_question_whose_time_was_up_does_not_wait_for_it(host, http):
    config = {"timeoutMs": 60_000, "artifactId": "a", "title": "?"}
    raw = {
        "id": "conformance-timed", "name": "A question with a time", "version": "1", "edges": [],
        "nodes": [{"id": "gate", "typeId": "core.approvalGate", "config": config}],
    }  # fmt: skip
    await keep(host, raw)
    run_id = await begin(http, "timed")
    await until(http, run_id, "waiting-approval")
    async with host.resources.pipeline.database.begin() as db:
        await db.execute("UPDATE interrupts SET expires_at = now() WHERE run_id = $1", run_id)
    late = await http.post(f"/v1/runs/{run_id}/interrupts/gate", json={"resumeValue": {"action": "accept"}})
    refused(late, 410, "interrupt_expired")
    assert (await ended(http, run_id))["error"]["code"] == "approval_rejected"
    source = told(await log(http, run_id))
    assert ("approval.received", "gate", {"nodeId": "gate", "action": "timeout"}) in source
    for at in (0, 5):
        assert told(await log(http, await forked(http, run_id, "replay", at))) == source


async def test_a_branch_has_its_own_time_to_answer(host, http):
    config = {"timeoutMs": 5_000, "artifactId": "a", "title": "?"}
    raw = {
        "id": "conformance-timed-branch", "name": "A question with a time", "version": "1", "edges": [],
        "nodes": [{"id": "gate", "typeId": "core.approvalGate", "config": config}],
    }  # fmt: skip
    await keep(host, raw)
    run_id = await begin(http, "timed-branch")
    await until(http, run_id, "waiting-approval")
    async with host.resources.pipeline.database.begin() as db:
        await db.execute(
            "UPDATE interrupts SET created_at = now() - interval '6 s', expires_at = now() - interval '1 s' WHERE run_id = $1",
            run_id,
        )
    await ended(http, run_id)
    body = {"mode": "branch", "fromSeq": 5}
    branch = (await http.post(f"/v1/runs/{run_id}:fork", json=body)).json()["runId"]
    accept = {"resumeValue": {"action": "accept"}}
    assert (await http.post(f"/v1/runs/{branch}/interrupts/gate", json=accept)).status_code == 200
    assert (await ended(http, branch))["status"] == "completed"


async def test_an_effect_without_a_record_is_not_performed_even_if_the_run_was_cancelled_at_once(http):
    run_id = await begin(http, "replay-side-effect")
    await http.post(f"/v1/runs/{run_id}/cancel", json={})
    made = await http.post(f"/v1/runs/{run_id}:fork", json={"mode": "replay"})
    events = await log(http, (await ended(http, made.json()["runId"]))["runId"])
    (failed,) = [one for one in events if one["type"] == "node.failed"]
    assert (failed["nodeId"], failed["payload"]["error"]["code"]) == ("effect", "replay_source_missing")
    assert "effect" not in [one["nodeId"] for one in events if one["type"] == "node.completed"]


async def test_a_replay_s_channel_holds_what_its_source_s_held(http):
    run_id = await ran(http, "channel-ttl")
    source = await snapshot(http, run_id)
    one, two = [await forked(http, run_id, "replay", 0) for _ in range(2)]
    assert told(await log(http, one)) == told(await log(http, two)) == told(await log(http, run_id))
    assert (await snapshot(http, one))["channels"] == source["channels"]
    assert [entry["value"] for entry in source["channels"]["events"]] == ["d"]


async def test_a_replay_of_a_run_whose_time_was_up_ends_like_it(http):
    run_id = await ran(http, "run-duration-breach", configurable={"runTimeoutMs": 500})
    source = await log(http, run_id)
    assert source[-1]["payload"]["error"]["code"] == "run_timeout"
    fork = await forked(http, run_id, "replay", 0)
    snap = await snapshot(http, fork)
    assert (snap["status"], snap["error"]["code"]) == ("failed", "run_timeout")
    assert [one[0] for one in told(await log(http, fork))] == [one[0] for one in told(source)]


async def test_a_replay_says_where_it_parts_from_its_source(host, http):
    run_id = await ran(http, "multi-node")
    source = await log(http, run_id)
    b = next(one for one in source if one["type"] == "node.completed" and one["nodeId"] == "b")
    async with host.resources.pipeline.database.begin() as db:
        await db.execute(
            "UPDATE events SET payload = payload || $3 WHERE run_id = $1 AND sequence = $2",
            run_id, b["sequence"], {"outputs": {"told": "otherwise"}},
        )  # fmt: skip
    fork = await log(http, await forked(http, run_id, "replay", 0))
    (said,) = [one for one in fork if one["type"] == "replay.diverged"]
    assert said["nodeId"] == "b"
    assert said["payload"] == {
        "sourceRunId": run_id,
        "atSequence": b["sequence"],
        "originalEventId": b["eventId"],
        "divergenceKind": "output",
    }
    assert fork[said["sequence"] - 1]["type"] == "node.completed"
    assert types(fork)[-1] == "run.completed"
    assert [one["sequence"] for one in fork] == list(range(len(fork)))
