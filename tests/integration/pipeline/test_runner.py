"""Runs from start to end with the real database, queue and store."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import Any

import pytest

from shared.contracts.states import RunStatus, Stage
from shared.db import runs, steps
from shared.domain.errors import Conflict, Rejected, Unavailable
from shared.domain.fold import fold
from shared.domain.outcome import Done, Fail, Outcome, Request, Retry, Wait, Work
from shared.pipeline import control
from shared.pipeline.answers import resolve
from shared.pipeline.claims import claim
from shared.pipeline.pipeline import Pipeline
from shared.pipeline.recording import record
from tests.integration.pipeline.conftest import Begin, ended, log_of, reached, working
from tests.unit.domain.workflows import edge, node

LONG = "long " * 400


def raw(nodes: list[dict[str, Any]], edges: list[dict[str, Any]] = [], **more: Any) -> dict[str, Any]:  # noqa: B006
    return {"id": "test", "name": "Test", "version": "1", "nodes": nodes, "edges": edges} | more


def report(sections: int = 4) -> dict[str, Any]:
    """outline -> write (sliced) -> print."""
    connected = {"type": "connection", "nodeId": "outline", "outputKey": "sections"}
    written = {"type": "connection", "nodeId": "write", "outputKey": "items"}
    return raw(
        [
            node("outline", config={"count": sections}),
            node("write", "report.write", inputs={"sections": connected}, config={"forEach": "sections"}),
            node("print", "report.render", inputs={"items": written}),
        ],
        [edge("outline", "write"), edge("write", "print")],
    )


class Functions(dict[str, Any]):
    """Node functions that count their calls; override the one under test."""

    def __init__(self, **over: Any) -> None:
        self.calls: Counter[tuple[str, int]] = Counter()
        self.seen: list[Work] = []
        super().__init__(
            {
                "core.noop": self._counted(over.get("noop", _outline)),
                "report.write": self._counted(over.get("write", _write)),
                "report.render": self._counted(over.get("render", _print)),
            }
        )

    def _counted(self, function: Any) -> Any:
        async def call(work: Work) -> Outcome:
            self.calls[work.node_id, work.slice] += 1
            self.seen.append(work)
            return await function(work)

        return call


async def _outline(work: Work) -> Outcome:
    return Done({"sections": [{"title": f"Section {index}", "brief": LONG} for index in range(work.config["count"])]})


async def _write(work: Work) -> Outcome:
    return Done({"text": f"{work.inputs['item']['title']}: {LONG}"})


async def _print(work: Work) -> Outcome:
    return Done({"titles": [item["text"].split(":")[0] for item in work.inputs["items"]]})


async def test_a_report_goes_all_the_way(pipeline: Pipeline, begin: Begin) -> None:
    """Fan-out, join, large values through the database, and a log whose fold is the stored state."""
    functions = Functions()
    async with working(pipeline, functions):
        run = await ended(pipeline, (await begin(report())).id)
    assert run.status is RunStatus.COMPLETED
    assert set(functions.calls.values()) == {1}
    async with pipeline.database.connect() as db:
        state = await runs.state(db, run.id)
        events = await runs.events(db, run.id)
    assert state is not None
    assert state.nodes["print"].outputs == {"titles": [f"Section {index}" for index in range(4)]}
    assert fold(events) == state
    assert (await log_of(pipeline, run.id))[:3] == ["run.started", "node.started:outline", "node.completed:outline"]
    assert all(LONG not in str(event.payload) for event in events)


async def test_the_largest_values_go_through_the_object_store(pipeline: Pipeline, begin: Begin) -> None:
    huge = "x" * 400_000

    async def write(work: Work) -> Outcome:
        return Done({"text": f"{work.inputs['item']['title']}: {huge}"})

    functions = Functions(write=write)
    async with working(pipeline, functions):
        run = await ended(pipeline, (await begin(report(2))).id)
    assert run.status is RunStatus.COMPLETED
    assert functions.seen[-1].inputs["items"][1]["text"] == f"Section 1: {huge}"
    async with pipeline.database.connect() as db:
        assert await db.fetchval("SELECT count(*) FROM results WHERE key IS NOT NULL") == 2


async def test_a_retried_step_runs_again_and_says_so(pipeline: Pipeline, begin: Begin) -> None:
    async def write(work: Work) -> Outcome:
        if work.inputs["index"] == 1 and work.attempt < 3:
            raise Unavailable("the model does not answer")
        return await _write(work)

    functions = Functions(write=write)
    async with working(pipeline, functions):
        run = await ended(pipeline, (await begin(report(3))).id, within_s=30)
    assert run.status is RunStatus.COMPLETED
    assert functions.calls["write", 1] == 3
    assert functions.calls["write", 0] == functions.calls["write", 2] == 1
    assert (await log_of(pipeline, run.id)).count("node.retried:write") == 2


@pytest.mark.parametrize(
    ("raised", "code", "calls"),
    [
        (Rejected("parameters.count: must be a number", code="parameters_invalid"), "parameters_invalid", 1),
        (Retry(code="browser_crashed", message="the browser died", limit=2), "browser_crashed", 2),
        (ZeroDivisionError("oops"), "internal_error", 3),
        (Fail("no_way", "this cannot work"), "no_way", 1),
    ],
)
async def test_a_failure_fails_the_run_with_its_code(
    pipeline: Pipeline, begin: Begin, raised: Any, code: str, calls: int
) -> None:
    """A rejected input is not retried; a crash has its own limit; an unexpected error hides its cause."""

    async def render(_work: Work) -> Outcome:
        if isinstance(raised, Exception):
            raise raised
        return raised

    functions = Functions(render=render)
    async with working(pipeline, functions):
        run = await ended(pipeline, (await begin(report(1))).id, within_s=30)
    async with pipeline.database.connect() as db:
        state = await runs.state(db, run.id)
    assert run.status is RunStatus.FAILED
    assert state is not None
    assert state.error is not None
    assert state.error["code"] == code
    assert "oops" not in state.error["message"]
    assert functions.calls["print", -1] == calls


async def test_an_input_that_no_node_gave_fails_the_run_and_not_the_worker(pipeline: Pipeline, begin: Begin) -> None:
    """A definition of another release may want what the nodes of this one do not give."""
    lacking = {"text": {"type": "connection", "nodeId": "a", "outputKey": "unheard-of"}}
    definition = raw([node("a", "core.noop"), node("b", "core.noop", inputs=lacking)], [edge("a", "b")])

    async def noop(_work: Work) -> Outcome:
        return Done()

    async with working(pipeline, {"core.noop": noop}):
        run = await ended(pipeline, (await begin(definition)).id)
    async with pipeline.database.connect() as db:
        state = await runs.state(db, run.id)
        left = await db.fetchval("SELECT count(*) FROM steps WHERE status IN ('queued', 'running')")
    assert run.status is RunStatus.FAILED
    assert state is not None and state.error is not None  # noqa: PT018
    assert "unheard-of" in state.error["message"]
    assert left == 0


async def test_cancelling_takes_effect_within_a_second_in_the_middle_of_a_slice(
    pipeline: Pipeline, begin: Begin
) -> None:
    aborted: list[float] = []

    async def write(_work: Work) -> Outcome:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            aborted.append(time.monotonic())
            raise
        return Done({"text": "too late"})

    async with working(pipeline, Functions(write=write)):
        run = await begin(report(2))
        await _running(pipeline, Stage.LLM, 2)
        asked = time.monotonic()
        async with pipeline.transaction() as tx:
            assert (await control.cancel(pipeline, tx, run.id, reason="enough")).status is RunStatus.CANCELLED
        async with asyncio.timeout(5):
            while len(aborted) < 2:
                await asyncio.sleep(0.01)
    assert max(aborted) - asked < 1.5
    log = await log_of(pipeline, run.id)
    assert log[-2:] == ["node.cancelled:write", "run.cancelled"]


async def test_cancelled_is_never_overwritten_by_a_late_result(pipeline: Pipeline, begin: Begin) -> None:
    """The result of a step whose run was cancelled meanwhile changes nothing."""
    run = await begin(raw([node("only")]))
    claimed = await claim(pipeline, Stage.TEMPLATE, worker="late", lease_s=30, most=None)
    assert claimed is not None
    async with pipeline.transaction() as tx:
        await control.cancel(pipeline, tx, run.id)
    assert not await record(pipeline, claimed.step, Done({"late": True}))
    assert (await log_of(pipeline, run.id))[-1] == "run.cancelled"


async def test_a_retry_continues_after_the_last_finished_step(pipeline: Pipeline, begin: Begin) -> None:
    """A new run keeps finished nodes and slices: what was paid for is not paid again."""
    broken = {"write": True}

    async def write(work: Work) -> Outcome:
        if work.inputs["index"] == 2 and broken["write"]:
            while len([one for one in functions.seen if one.node_id == "write"]) < 4:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.3)
            return Fail("model_refused", "the model refused")
        return await _write(work)

    functions = Functions(write=write)
    async with working(pipeline, functions):
        first = await ended(pipeline, (await begin(report(4))).id)
        assert first.status is RunStatus.FAILED
        broken["write"] = False
        async with pipeline.transaction() as tx:
            again = await control.retry(pipeline, tx, first, trace_id="1" * 32)
        second = await ended(pipeline, again.id)
    assert second.status is RunStatus.COMPLETED
    assert second.source_run_id == first.id
    assert functions.calls == {
        ("outline", -1): 1,
        ("write", 0): 1,
        ("write", 1): 1,
        ("write", 2): 2,
        ("write", 3): 1,
        ("print", -1): 1,
    }
    with pytest.raises(Conflict):
        async with pipeline.transaction() as tx:
            await control.retry(pipeline, tx, second, trace_id="2" * 32)


async def test_a_gate_waits_and_goes_on_with_the_answer(pipeline: Pipeline, begin: Begin) -> None:
    """An interrupt is durable: no worker holds it, and exactly one answer wins."""

    async def gate(work: Work) -> Outcome:
        if work.resume is None:
            data = {"artifactId": "a", "artifactType": "draft", "title": "Release?", "actions": ["accept", "reject"]}
            return Wait(request=Request(kind="approval", data=data))
        return Done({"decision": work.resume["value"]["action"]})

    async with working(pipeline, {"core.approvalGate": gate}):
        run = await begin(raw([node("gate", "core.approvalGate")]))
        waiting = await reached(pipeline, run.id, RunStatus.WAITING_APPROVAL)
        assert waiting.status is RunStatus.WAITING_APPROVAL
        with pytest.raises(Rejected, match="accept, reject"):
            async with pipeline.transaction() as tx:
                await resolve(pipeline, tx, run.id, "gate", {"action": "dance"}, by="someone")
        async with pipeline.transaction() as tx:
            await resolve(pipeline, tx, run.id, "gate", {"action": "accept"}, by="someone")
        with pytest.raises(Conflict):
            async with pipeline.transaction() as tx:
                await resolve(pipeline, tx, run.id, "gate", {"action": "reject"}, by="other")
        await ended(pipeline, run.id)
    assert await log_of(pipeline, run.id) == [
        "run.started",
        "node.started:gate",
        "interrupt.requested:gate",
        "approval.requested:gate",
        "node.suspended:gate",
        "approval.received:gate",
        "interrupt.resolved:gate",
        "node.resumed:gate",
        "node.completed:gate",
        "run.completed",
    ]


async def test_an_approval_that_nobody_gives_is_a_rejection(pipeline: Pipeline, begin: Begin) -> None:
    async def gate(_work: Work) -> Outcome:
        data = {"artifactId": "a", "artifactType": "draft", "title": "Release?", "actions": ["accept"]}
        return Wait(request=Request(kind="approval", data=data, timeout_s=0.1))

    async with working(pipeline, {"core.approvalGate": gate}):
        run = await ended(pipeline, (await begin(raw([node("gate", "core.approvalGate")]))).id)
    async with pipeline.database.connect() as db:
        state = await runs.state(db, run.id)
    assert run.status is RunStatus.FAILED
    assert state is not None
    assert state.error is not None
    assert state.error["code"] == "approval_rejected"


async def test_a_delay_holds_no_worker_and_ends_on_time(pipeline: Pipeline, begin: Begin) -> None:
    async def delay(work: Work) -> Outcome:
        return Done() if work.resume else Wait(delay_s=1.0)

    async with working(pipeline, {"core.delay": delay}, threads=1):
        began = time.monotonic()
        made = [await begin(raw([node("wait", "core.delay")])) for _ in range(8)]
        for run in made:
            assert (await ended(pipeline, run.id)).status is RunStatus.COMPLETED
        took = time.monotonic() - began
    assert 1.0 <= took < 5


async def test_draining_hands_back_what_takes_too_long(pipeline: Pipeline, begin: Begin) -> None:
    """A stopped worker's step is queued again at once, without waiting for its lease."""

    async def slow(_work: Work) -> Outcome:
        await asyncio.sleep(60)
        return Done()

    async def quick(_work: Work) -> Outcome:
        return Done()

    run = await begin(raw([node("only")]))
    async with working(pipeline, {"core.noop": slow}, sweeping=False):
        await _running(pipeline, Stage.TEMPLATE, 1)
    async with pipeline.database.connect() as db:
        assert await db.fetchval("SELECT status FROM steps WHERE run_id = $1", run.id) == "queued"
    async with working(pipeline, {"core.noop": quick}, sweeping=False):
        await pipeline.bell.ring(Stage.TEMPLATE)
        assert (await ended(pipeline, run.id)).status is RunStatus.COMPLETED


async def test_a_dead_worker_s_step_runs_again_within_five_seconds(pipeline: Pipeline, begin: Begin) -> None:
    """Its lease runs out, the sweeper queues it again, and the dead worker's result is fenced off."""
    run = await begin(raw([node("only")]))
    dead = await claim(pipeline, Stage.TEMPLATE, worker="dead", lease_s=3, most=None)
    assert dead is not None
    began = time.monotonic()

    async def quick(_work: Work) -> Outcome:
        return Done({"by": "the living"})

    async with working(pipeline, {"core.noop": quick}):
        await ended(pipeline, run.id)
        took = time.monotonic() - began
        assert not await record(pipeline, dead.step, Done({"by": "the dead"}))
    assert took < 5
    assert (await log_of(pipeline, run.id)).count("node.completed:only") == 1


async def test_a_lost_bell_is_found_by_the_sweeper(pipeline: Pipeline, begin: Begin) -> None:
    run = await begin(raw([node("only")]))
    pipeline.broker.client.flushall()

    async def quick(_work: Work) -> Outcome:
        return Done()

    async with working(pipeline, {"core.noop": quick}):
        assert (await ended(pipeline, run.id)).status is RunStatus.COMPLETED


async def test_a_stage_never_runs_more_steps_than_its_limit(pipeline: Pipeline, begin: Begin) -> None:
    """And every step gets its turn although bells were refused."""
    at_once, peak = 0, 0

    async def write(work: Work) -> Outcome:
        nonlocal at_once, peak
        at_once += 1
        peak = max(peak, at_once)
        await asyncio.sleep(0.05)
        at_once -= 1
        return await _write(work)

    async with working(pipeline, Functions(write=write), threads=6, most={Stage.LLM: 2}):
        made = [await begin(report(5)) for _ in range(3)]
        for run in made:
            assert (await ended(pipeline, run.id, within_s=40)).status is RunStatus.COMPLETED
    assert peak == 2


async def _running(pipeline: Pipeline, stage: Stage, count: int) -> None:
    async with asyncio.timeout(10):
        while True:
            async with pipeline.database.connect() as db:
                found = await db.fetchval("SELECT count(*) FROM steps WHERE stage = $1 AND status = 'running'", stage)
            if found >= count:
                return
            await asyncio.sleep(0.02)


async def test_overdue_steps_are_what_the_sweeper_rings_for(pipeline: Pipeline, begin: Begin) -> None:
    await begin(raw([node("only")]))
    async with pipeline.database.connect() as db:
        await db.execute("UPDATE steps SET ready_at = now() - interval '1 minute'")
        assert await steps.overdue(db, seconds=1) == {Stage.TEMPLATE: 1}
