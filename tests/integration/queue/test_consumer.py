"""Bells and the consumers that hear them."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from structlog.testing import capture_logs

from shared.contracts.states import Stage
from shared.queue import bell as bells

from .conftest import consuming


async def test_every_bell_is_heard_once(bell, heard, fresh_redis_url):
    """However many processes listen."""
    async with consuming(fresh_redis_url, heard), consuming(fresh_redis_url, heard):
        assert await bell.ring(Stage.TEMPLATE, times=40)
        await heard.count(40)
        await asyncio.sleep(0.2)

    assert heard.stages == [Stage.TEMPLATE] * 40
    assert await bell.waiting(Stage.TEMPLATE) == 0


async def test_bells_that_nobody_hears_yet_are_counted(bell):
    """The sweeper tops up from this."""
    await bell.ring(Stage.LLM, times=3)
    await bell.ring(Stage.RENDER)

    assert await bell.waiting(Stage.LLM) == 3
    assert await bell.waiting(Stage.RENDER) == 1
    assert await bell.waiting(Stage.DELIVER) == 0


async def test_one_call_rings_a_limited_number_of_times(bell):
    """A sweep over a hundred thousand steps must not hold the bell for minutes."""
    assert await bell.ring(Stage.LLM, times=100_000)

    assert 100 <= await bell.waiting(Stage.LLM) <= 1000


async def test_bells_of_the_same_moment_are_rung_together_and_none_is_lost(bell, broker):
    """The first goes at once, the others follow in one call, each of its own stage."""
    calls = []
    ring = broker.enqueue_all
    broker.enqueue_all = lambda messages: calls.append(1) or ring(messages)

    told = await asyncio.gather(
        *(bell.ring(stage, times) for stage in (Stage.LLM, Stage.RENDER) for times in (1, 2, 7))
    )

    assert told == [True] * 6
    assert [await bell.waiting(stage) for stage in (Stage.LLM, Stage.RENDER, Stage.DELIVER)] == [10, 10, 0]
    assert len(calls) <= 2


async def test_a_caller_that_gives_up_takes_no_bell_with_it(bell):
    """Whoever was taken along by its call is told all the same."""
    given_up = asyncio.create_task(bell.ring(Stage.LLM))
    other = asyncio.create_task(bell.ring(Stage.LLM))
    await asyncio.sleep(0)
    given_up.cancel()

    assert await other
    assert await bell.waiting(Stage.LLM) == 2


async def test_a_long_ringing_holds_nobody_up(bell, monkeypatch):
    """Who waits for it goes on after a while; the bells are rung all the same, and nobody takes it for an outage."""
    monkeypatch.setattr(bells, "PATIENCE_S", 0.01)

    assert await bell.ring(Stage.LLM, times=400) is False
    monkeypatch.undo()

    assert await bell.waiting(Stage.LLM) == 400


async def test_answers_run_on_the_loop_that_started_the_consumers(bell, fresh_redis_url):
    """So they may use its pools and browsers."""
    where = asyncio.get_running_loop().create_future()

    async def on_bell(stage):
        where.set_result((stage, asyncio.get_running_loop(), threading.current_thread()))

    async with consuming(fresh_redis_url, on_bell):
        await bell.ring(Stage.TEMPLATE)
        async with asyncio.timeout(5):
            found = await where

    assert found == (Stage.TEMPLATE, asyncio.get_running_loop(), threading.current_thread())


async def test_a_stage_is_answered_by_so_many_at_once(bell, heard, fresh_redis_url):
    """What does not fit stays in Redis, where another process finds it."""
    running, most, go = 0, 0, asyncio.Event()

    async def on_bell(stage):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await go.wait()
        running -= 1
        await heard(stage)

    async with consuming(fresh_redis_url, on_bell, threads=3):
        await bell.ring(Stage.TEMPLATE, times=8)
        await asyncio.sleep(0.4)
        assert (running, await bell.waiting(Stage.TEMPLATE)) == (3, 5)
        go.set()
        await heard.count(8)

    assert most == 3


async def test_a_busy_stage_does_not_hold_up_another(bell, fresh_redis_url):
    """Slow model calls must not stand before a template's step in the same process."""
    go, quick = asyncio.Event(), asyncio.Event()

    async def on_bell(stage):
        if stage is Stage.LLM:
            await go.wait()
        else:
            quick.set()

    async with consuming(fresh_redis_url, on_bell, stages=(Stage.LLM, Stage.TEMPLATE), threads=2):
        await bell.ring(Stage.LLM, times=10)
        await asyncio.sleep(0.3)
        await bell.ring(Stage.TEMPLATE)
        async with asyncio.timeout(1):
            await quick.wait()
        go.set()


async def test_an_exception_is_logged_and_its_bell_is_gone(bell, broker, heard, fresh_redis_url):
    """Nothing is retried or dead-lettered by Dramatiq: the step's row decides what happens next."""

    async def on_bell(stage):
        await heard(stage)
        raise ValueError("broken")

    with capture_logs() as logs:
        async with consuming(fresh_redis_url, on_bell):
            await bell.ring(Stage.TEMPLATE, times=2)
            await heard.count(2)
            await asyncio.sleep(0.3)

    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["bell.failed"] * 2
    assert len(heard.stages) == 2
    left = {key.decode() for key in broker.client.keys("dramatiq:template*")}
    assert left == set()


async def test_stopping_waits_for_running_answers(bell, fresh_redis_url):
    """SIGTERM finishes a short step instead of repeating it elsewhere."""
    began, finished = asyncio.Event(), asyncio.Event()

    async def on_bell(stage):
        began.set()
        await asyncio.sleep(0.4)
        finished.set()

    async with consuming(fresh_redis_url, on_bell):
        await bell.ring(Stage.TEMPLATE)
        await began.wait()

    assert finished.is_set()


async def test_stopping_cancels_what_takes_too_long(bell, fresh_redis_url):
    """An answer may hand back its step while it is cancelled, and then the process ends."""
    began, handed_back = asyncio.Event(), asyncio.Event()

    async def on_bell(stage):
        began.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(0.05)
            handed_back.set()
            raise

    with capture_logs() as logs:
        async with consuming(fresh_redis_url, on_bell, grace_s=0.3) as consumers:
            await bell.ring(Stage.TEMPLATE)
            await began.wait()
            stopping = time.monotonic()
            await consumers.stop(0.3)
            took = time.monotonic() - stopping

    assert handed_back.is_set()
    assert 0.3 <= took < 1.5
    assert [line["event"] for line in logs] == ["bell.cancelled"]


async def test_a_stopping_process_takes_no_bell_with_it(bell, heard, fresh_redis_url):
    """What it did not answer is in the queue again, or never left it, and another process goes on."""
    go = asyncio.Event()

    async def on_bell(stage):
        await heard(stage)
        await go.wait()

    async with consuming(fresh_redis_url, on_bell, threads=2) as consumers:
        await bell.ring(Stage.TEMPLATE, times=9)
        await heard.count(2)
        stopping = asyncio.create_task(consumers.stop(5))
        await asyncio.sleep(0.8)
        go.set()
        await stopping

    assert len(heard.stages) == 2
    assert await bell.waiting(Stage.TEMPLATE) == 7


async def test_a_stopping_process_leaves_new_bells_to_others(bell, heard, fresh_redis_url):
    """While it finishes what it has, it fetches nothing that would have to wait for its end."""
    go = asyncio.Event()

    async def on_bell(stage):
        await heard(stage)
        await go.wait()

    async with consuming(fresh_redis_url, on_bell, threads=4) as consumers:
        await bell.ring(Stage.TEMPLATE)
        await heard.count(1)
        stopping = asyncio.create_task(consumers.stop(5))
        await asyncio.sleep(0.8)
        await bell.ring(Stage.TEMPLATE, times=3)
        await asyncio.sleep(0.3)
        assert await bell.waiting(Stage.TEMPLATE) == 3
        go.set()
        await stopping


@pytest.mark.parametrize("rounds", range(3))
async def test_an_idle_process_stops_within_a_second(rounds, fresh_redis_url, heard):
    """Its consumers are blocked in Redis, and nobody waits for them."""
    others = _listeners()
    async with consuming(fresh_redis_url, heard, stages=tuple(Stage), threads=8) as consumers:
        await asyncio.sleep(0.2)
        began = time.monotonic()
        await consumers.stop(5)
        assert time.monotonic() - began < 1

    assert _listeners() <= others


def _listeners() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if "Consumer" in type(thread).__name__}
