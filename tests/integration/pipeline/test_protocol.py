"""Pausing, limiting, nesting, forking and deciding: what OpenWOP v1 adds to a run's life."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.contracts.records import Run
from shared.contracts.states import RunStatus
from shared.db import runs
from shared.domain.errors import Conflict, Rejected
from shared.domain.outcome import Child, Done, Fail, Outcome, Request, Wait, Work
from shared.pipeline import control
from shared.pipeline.answers import resolve
from shared.pipeline.children import cancel_children
from shared.pipeline.forks import fork
from shared.pipeline.pipeline import Pipeline
from tests.integration.pipeline.conftest import Begin, ended, log_of, reached, working
from tests.unit.domain.workflows import edge, node


def chain(*nodes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Nodes one after the other."""
    names = [one["id"] for one in nodes]
    edges = [edge(a, b) for a, b in itertools.pairwise(names)]
    return {"id": "test", "name": "Test", "version": "1", "nodes": list(nodes), "edges": edges} | more


async def noop(_work: Work) -> Outcome:
    return Done()


async def brief_sleep(_work: Work) -> Outcome:
    await asyncio.sleep(0.4)
    return Done()


def gate(**data: Any) -> Any:
    async def function(work: Work) -> Outcome:
        if work.resume is None:
            asked = {"artifactId": "a", "artifactType": "draft", "title": "?", "actions": ["accept", "reject"]} | data
            return Wait(request=Request(kind="approval", data=asked))
        return Done({"action": work.resume["value"]["action"]})

    return function


async def cancel(pipeline: Pipeline, run: Run) -> None:
    async with pipeline.transaction() as tx:
        await control.cancel(pipeline, tx, run.id)
    await cancel_children(pipeline, run.id)


async def test_a_draining_pause_lets_the_node_finish_first(pipeline: Pipeline, begin: Begin) -> None:
    async with working(pipeline, {"core.noop": brief_sleep}):
        run = await begin(chain(node("a"), node("b")))
        await reached(pipeline, run.id, RunStatus.RUNNING)
        async with pipeline.transaction() as tx:
            await control.pause(pipeline, tx, run.id)
        await reached(pipeline, run.id, RunStatus.PAUSED)
        assert (await log_of(pipeline, run.id))[-2:] == ["node.completed:a", "run.paused"]
        with pytest.raises(Conflict):
            async with pipeline.transaction() as tx:
                await control.pause(pipeline, tx, run.id)
        await asyncio.sleep(0.5)
        assert (await log_of(pipeline, run.id))[-1] == "run.paused"
        async with pipeline.transaction() as tx:
            await control.unpause(pipeline, tx, run.id)
        assert (await ended(pipeline, run.id)).status is RunStatus.COMPLETED


async def test_a_draining_pause_parks_even_behind_the_last_node(pipeline: Pipeline, begin: Begin) -> None:
    async with working(pipeline, {"core.noop": brief_sleep}):
        run = await begin(chain(node("a")))
        await reached(pipeline, run.id, RunStatus.RUNNING)
        async with pipeline.transaction() as tx:
            await control.pause(pipeline, tx, run.id)
        await reached(pipeline, run.id, RunStatus.PAUSED)
        assert (await log_of(pipeline, run.id))[-2:] == ["node.completed:a", "run.paused"]
        async with pipeline.transaction() as tx:
            await control.unpause(pipeline, tx, run.id)
        assert (await ended(pipeline, run.id)).status is RunStatus.COMPLETED


async def test_an_immediate_pause_aborts_the_node_and_starts_it_again(pipeline: Pipeline, begin: Begin) -> None:
    begun: list[int] = []

    async def long(_work: Work) -> Outcome:
        begun.append(1)
        await asyncio.sleep(60 if len(begun) == 1 else 0)
        return Done()

    async with working(pipeline, {"core.noop": long}):
        run = await begin(chain(node("a")))
        await reached(pipeline, run.id, RunStatus.RUNNING)
        async with pipeline.transaction() as tx:
            assert (await control.pause(pipeline, tx, run.id, drain=False)).status is RunStatus.PAUSED
        async with pipeline.transaction() as tx:
            await control.unpause(pipeline, tx, run.id)
        assert (await ended(pipeline, run.id)).status is RunStatus.COMPLETED
    assert len(begun) == 2


async def test_a_paused_run_is_answered_when_it_goes_on(pipeline: Pipeline, begin: Begin) -> None:
    """Nobody could act on an earlier answer, and it would be lost."""

    async def slow(work: Work) -> Outcome:
        await asyncio.sleep(0.4 if work.resume is None else 0)
        return await gate()(work)

    async with working(pipeline, {"core.approvalGate": slow}):
        run = await begin(chain(node("gate", "core.approvalGate")))
        await reached(pipeline, run.id, RunStatus.RUNNING)
        async with pipeline.transaction() as tx:
            await control.pause(pipeline, tx, run.id, reason="lunch")
        await reached(pipeline, run.id, RunStatus.PAUSED)
        with pytest.raises(Conflict):
            async with pipeline.transaction() as tx:
                await resolve(pipeline, tx, run.id, "gate", {"action": "accept"}, by="someone")
        async with pipeline.transaction() as tx:
            assert (await control.unpause(pipeline, tx, run.id)).status is RunStatus.WAITING_APPROVAL
        async with pipeline.transaction() as tx:
            await resolve(pipeline, tx, run.id, "gate", {"action": "accept"}, by="someone")
        assert (await ended(pipeline, run.id)).status is RunStatus.COMPLETED


async def test_the_run_that_starts_one_node_too_many_ends(pipeline: Pipeline, begin: Begin) -> None:
    """OpenWOP v1: one breach, no start of the node over the limit, then the failure."""
    async with working(pipeline, {"core.noop": noop}):
        raw = chain(*(node(name) for name in "abcdef"))
        run = await ended(pipeline, (await begin(raw, configurable={"recursionLimit": 3})).id)
    log = await log_of(pipeline, run.id)
    assert [entry for entry in log if entry.startswith("node.started")] == [f"node.started:{name}" for name in "abc"]
    assert log[-2:] == ["cap.breached:d", "run.failed"]


async def test_a_run_past_its_deadline_is_ended(pipeline: Pipeline, begin: Begin) -> None:
    async def long(_work: Work) -> Outcome:
        await asyncio.sleep(60)
        return Done()

    async with working(pipeline, {"core.noop": long}):
        run = await begin(chain(node("a")), configurable={"runTimeoutMs": 1000}, limited=True)
        run = await ended(pipeline, run.id)
    async with pipeline.database.connect() as db:
        (breach,) = [event for event in await runs.events(db, run.id) if event.type == "cap.breached"]
    assert breach.payload["observed"] > breach.payload["limit"]
    assert (await log_of(pipeline, run.id))[-1] == "run.failed"


async def test_what_a_reviewer_takes_is_not_the_workflow_s_running_time(pipeline: Pipeline, begin: Begin) -> None:
    """A gate that waits for longer than the whole time-out; the node behind it has the time that was left."""

    async def long(_work: Work) -> Outcome:
        await asyncio.sleep(60)
        return Done()

    raw = chain(node("g", "core.approvalGate"), node("a"), settings={"timeout": 1500})
    async with working(pipeline, {"core.approvalGate": gate(), "core.noop": long}):
        run = await begin(raw, limited=True)
        await reached(pipeline, run.id, RunStatus.WAITING_APPROVAL)
        async with pipeline.database.begin() as db:
            await db.execute("UPDATE runs SET deadline_at = now() - interval '1 s' WHERE id = $1", run.id)
        await asyncio.sleep(2.5)  # two rounds of the sweeper, and more than the time-out
        assert (await reached(pipeline, run.id, RunStatus.WAITING_APPROVAL)).deadline_at > datetime.now(UTC)
        async with pipeline.transaction() as tx:
            await resolve(pipeline, tx, run.id, "g", {"action": "accept"}, by="someone")
        async with pipeline.database.begin() as db:
            await db.execute("UPDATE runs SET deadline_at = now() WHERE id = $1", run.id)
        assert (await ended(pipeline, run.id)).status is RunStatus.FAILED
    async with pipeline.database.connect() as db:
        log = await runs.events(db, run.id)
    (breach,) = [event for event in log if event.type == "cap.breached"]
    assert 1500 < breach.payload["observed"] < 4000
    assert "node.completed" in {event.type for event in log if event.node_id == "g"}


async def test_a_quorum_decides_by_votes(pipeline: Pipeline, begin: Begin) -> None:
    async with working(pipeline, {"core.approvalGate": gate(requiredApprovals=3)}):
        run = await begin(chain(node("gate", "core.approvalGate")))
        await reached(pipeline, run.id, RunStatus.WAITING_APPROVAL)
        for voter in ("one", "two", "two"):
            async with pipeline.transaction() as tx:
                told = await resolve(pipeline, tx, run.id, "gate", {"action": "accept", "voter": voter}, by="key")
            assert told.status is RunStatus.WAITING_APPROVAL
        async with pipeline.transaction() as tx:
            await resolve(pipeline, tx, run.id, "gate", {"action": "accept", "voter": "three"}, by="key")
        assert (await ended(pipeline, run.id)).status is RunStatus.COMPLETED


async def sub(work: Work) -> Outcome:
    child = work.resume["child"] if work.resume else None
    if child is None or child["status"] not in {"completed", "failed", "cancelled"}:
        return Wait(child=Child(workflow_id="inner", inputs={"word": "hello"}))
    return Done({"status": child["status"], "word": child["variables"]["word"]})


INNER = chain(node("inside"), id="inner", variables=[{"name": "word", "type": "string", "defaultValue": "none"}])


async def test_a_parent_waits_for_its_child_and_reads_its_variables(pipeline: Pipeline, begin: Begin) -> None:
    await begin(INNER)
    async with working(pipeline, {"core.noop": noop, "core.subWorkflow": sub}):
        run = await ended(pipeline, (await begin(chain(node("call", "core.subWorkflow")))).id)
        async with pipeline.database.connect() as db:
            state = await runs.state(db, run.id)
            (child,) = await runs.children(db, run.id)
    assert run.status is RunStatus.COMPLETED
    assert state is not None
    assert state.nodes["call"].outputs == {"status": "completed", "word": "hello"}
    assert (child.parent_run_id, child.parent_node_id) == (run.id, "call")


async def test_a_child_of_an_unknown_workflow_fails_its_parent_by_name(pipeline: Pipeline, begin: Begin) -> None:
    async def nested(_work: Work) -> Outcome:
        return Wait(child=Child(workflow_id="nowhere", inputs={}))

    async with working(pipeline, {"core.subWorkflow": nested}):
        run = await ended(pipeline, (await begin(chain(node("call", "core.subWorkflow")))).id)
    async with pipeline.database.connect() as db:
        log = await runs.events(db, run.id)
    (failed,) = [event.payload["error"] for event in log if event.type == "node.failed"]
    assert (failed["code"], "'nowhere'" in failed["message"]) == ("validation_error", True)
    assert "node.retried" not in {event.type for event in log}


async def test_a_parent_shows_what_its_child_waits_for_and_takes_it_down(pipeline: Pipeline, begin: Begin) -> None:
    await begin(chain(node("inside", "core.approvalGate"), id="inner"))
    async with working(pipeline, {"core.approvalGate": gate(), "core.subWorkflow": sub}):
        run = await begin(chain(node("call", "core.subWorkflow")))
        await reached(pipeline, run.id, RunStatus.WAITING_APPROVAL)
        async with pipeline.database.connect() as db:
            (child,) = await runs.children(db, run.id)
        await cancel(pipeline, run)
        assert (await ended(pipeline, child.id)).status is RunStatus.CANCELLED
        async with pipeline.database.connect() as db:
            last = (await runs.events(db, child.id))[-1]
    assert last.payload == {"reason": "parent-cancelled", "parentRunId": run.id}


async def test_a_child_outlives_no_crash_of_its_parent_s_canceller(pipeline: Pipeline, begin: Begin) -> None:
    """Killed between the parent's end and the child's: the sweeper carries it over."""
    await begin(chain(node("inside", "core.approvalGate"), id="inner"))
    async with working(pipeline, {"core.approvalGate": gate(), "core.subWorkflow": sub}):
        run = await begin(chain(node("call", "core.subWorkflow")))
        await reached(pipeline, run.id, RunStatus.WAITING_APPROVAL)
        async with pipeline.transaction() as tx:
            await control.cancel(pipeline, tx, run.id)
        async with pipeline.database.connect() as db:
            (child,) = await runs.children(db, run.id)
        assert (await ended(pipeline, child.id)).status is RunStatus.CANCELLED


async def forked(pipeline: Pipeline, source: Run, mode: str, at: int, **overlay: Any) -> Run:
    async with pipeline.transaction() as tx:
        return await fork(
            pipeline, tx, source, mode=mode, from_sequence=at, trace_id="2" * 32, overlay={"configurable": overlay}
        )


async def test_two_replays_of_one_point_have_the_same_log_and_call_no_model(pipeline: Pipeline, begin: Begin) -> None:
    """Recorded outcomes stand in for effects: text that was paid for is not written again."""
    calls: list[str] = []

    async def write(work: Work) -> Outcome:
        calls.append(work.run_id)
        return Done({"text": f"text number {len(calls)} " * 100})

    async with working(pipeline, {"core.noop": noop, "report.write": write, "core.approvalGate": gate()}):
        run = await begin(chain(node("a"), node("write", "report.write"), node("gate", "core.approvalGate"), node("z")))
        await reached(pipeline, run.id, RunStatus.WAITING_APPROVAL)
        async with pipeline.transaction() as tx:
            await resolve(pipeline, tx, run.id, "gate", {"action": "accept"}, by="someone")
        source = await ended(pipeline, run.id)
        logs = []
        for at in (0, 0, 3, 3):
            replay = await ended(pipeline, (await forked(pipeline, source, "replay", at)).id)
            assert replay.status is RunStatus.COMPLETED
            async with pipeline.database.connect() as db:
                logs.append([(e.type, e.node_id, e.payload) for e in await runs.events(db, replay.id)])
        async with pipeline.database.connect() as db:
            original = [(e.type, e.node_id, e.payload) for e in await runs.events(db, source.id)]
    assert calls == [source.id]
    assert all(log == original for log in logs)


@pytest.mark.parametrize("type_id", ["report.collect", "report.measure", "ml.load"])
async def test_what_was_read_may_be_gone_when_it_is_replayed(pipeline: Pipeline, begin: Begin, type_id: str) -> None:
    """A replay reads nothing again; what failed for good fails again by the same code, and is not called missing."""
    there = {"found": "y" * 600}

    async def read_it(_work: Work) -> Outcome:
        return Done({"it": there["found"]}) if there else Fail("gone", "it was deleted")

    async with working(pipeline, {type_id: read_it}):
        sources = [await ended(pipeline, (await begin(chain(node("a", type_id)))).id)]
        there.clear()
        sources.append(await ended(pipeline, (await begin(chain(node("a", type_id)))).id))
        there["found"] = "another"
        replays = []
        for source in sources:
            async with pipeline.transaction() as tx:
                made = await fork(pipeline, tx, source, mode="replay", from_sequence=0, trace_id="0" * 32)
            replays.append(await ended(pipeline, made.id))
    assert [run.status for run in replays] == [RunStatus.COMPLETED, RunStatus.FAILED]
    async with pipeline.database.connect() as db:
        for source, replay in zip(sources, replays, strict=True):
            logs = [[(one.type, one.payload) for one in await runs.events(db, run.id)] for run in (source, replay)]
            assert logs[0] == logs[1]


async def test_a_replay_without_a_record_of_an_effect_says_so(pipeline: Pipeline, begin: Begin) -> None:
    async def never(_work: Work) -> Outcome:
        await asyncio.sleep(60)
        return Done()

    async with working(pipeline, {"core.conformance.side-effect": never, "core.noop": noop}):
        run = await begin(chain(node("a"), node("effect", "core.conformance.side-effect")))
        await reached(pipeline, run.id, RunStatus.RUNNING)
        replay = await ended(pipeline, (await forked(pipeline, run, "replay", 0)).id)
        async with pipeline.database.connect() as db:
            state = await runs.state(db, replay.id)
        await cancel(pipeline, run)
    assert state is not None
    assert state.nodes["effect"].error is not None
    assert state.nodes["effect"].error["code"] == "replay_source_missing"


async def test_a_branch_goes_on_from_its_point_with_its_overlay(pipeline: Pipeline, begin: Begin) -> None:
    seen: list[tuple[str, str, Any]] = []

    async def write(work: Work) -> Outcome:
        seen.append((work.run_id, work.node_id, work.configurable.get("model")))
        return Done()

    async with working(pipeline, {"core.noop": noop, "report.write": write}):
        run = await begin(
            chain(node("a"), node("b", "report.write"), node("c", "report.write")), configurable={"model": "one"}
        )
        source = await ended(pipeline, run.id)
        log = await log_of(pipeline, source.id)
        at = log.index("node.started:c")
        branch = await ended(pipeline, (await forked(pipeline, source, "branch", at, model="two")).id)
    assert branch.status is RunStatus.COMPLETED
    assert [(node_id, model) for run_id, node_id, model in seen if run_id == branch.id] == [("c", "two")]
    assert await log_of(pipeline, branch.id) == log


async def test_a_fork_beyond_the_log_is_refused(pipeline: Pipeline, begin: Begin) -> None:
    async with working(pipeline, {"core.noop": noop}):
        source = await ended(pipeline, (await begin(chain(node("a")))).id)
    with pytest.raises(Rejected):
        await forked(pipeline, source, "replay", 99999)
