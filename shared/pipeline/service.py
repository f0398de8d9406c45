"""A process that works on steps: consumers, leases, sweeper and signs of life, until it is told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence

import structlog

from shared.contracts.states import Stage
from shared.domain.outcome import NodeFunction
from shared.queue.consumer import Consumers

from .pipeline import Pipeline
from .runner import Runner
from .sweeper import Chore, Sweeper

ALIVE_EVERY_S = 3.0
STOP_S = 2.0

log = structlog.get_logger()


async def serve(
    pipeline: Pipeline,
    *,
    service: str,
    stages: Sequence[Stage],
    functions: Mapping[str, NodeFunction],
    threads: int,
    grace_s: float,
    most: Mapping[Stage, int] | None = None,
    beside: Mapping[Stage, Callable[[], Awaitable[bool]]] | None = None,
    chores: Sequence[Chore] = (),
) -> None:
    """Work on these stages until SIGTERM or SIGINT, then finish or hand back what is held.

    Args:
        service: ``worker`` or ``renderer``.
        threads: steps of each stage that this process works on at once.
        grace_s: how long held steps may go on after the signal.
        most: steps of a stage that may run at once over all processes.
        beside: what else a stage's bell may be about; each call does one piece and says whether there was one.
        chores: what the sweeper sees to beside its own.
    """
    beside = beside or {}

    async def on_bell(stage: Stage) -> None:
        await runner.on_bell(stage)
        while stage in beside and await beside[stage]():
            pass

    name = f"{socket.gethostname()}-{os.getpid()}"
    runner = Runner(pipeline, functions=functions, worker=name, most=most)
    consumers = Consumers(pipeline.broker, stages, threads, on_bell)
    background = [
        asyncio.create_task(runner.keep_leases(), name="leases"),
        asyncio.create_task(Sweeper(pipeline, chores).run(), name="sweeper"),
        asyncio.create_task(_stay_alive(pipeline, service, name, threads * len(stages)), name="alive"),
    ]
    told = _listen_to_signals()
    stopping = asyncio.create_task(told.wait())
    consumers.start()
    log.info(f"{service}.ready", stages=[str(stage) for stage in stages], threads=threads)
    try:
        await asyncio.wait([stopping, *background], return_when=asyncio.FIRST_COMPLETED)
        log.info(f"{service}.stopping")
        await asyncio.gather(consumers.stop(grace_s + STOP_S), runner.drain(grace_s))
        await pipeline.stats.gone(service, name, threads * len(stages))
    finally:
        for task in [stopping, *background]:
            task.cancel()
        ended = await asyncio.gather(*background, return_exceptions=True)
    for error in ended:
        if isinstance(error, Exception):
            raise error
    log.info(f"{service}.stopped")


def _listen_to_signals() -> asyncio.Event:
    """Set when the process is told to stop, from this call on."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    return told


async def _stay_alive(pipeline: Pipeline, service: str, name: str, slots: int) -> None:
    while True:
        await pipeline.stats.alive(service, name, slots)
        await asyncio.sleep(ALIVE_EVERY_S)
