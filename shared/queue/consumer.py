"""The consuming side: Dramatiq's worker in this process, its bells answered on this process's event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable

import dramatiq
import structlog

from shared.contracts.states import Stage

from .broker import WakingBroker
from .connection import BLOCK_S

STOP_S = 5.0
"""How long a cancelled answer may clean up before it is left behind."""

log = structlog.get_logger()


class Consumers:
    """Hears the bells of some stages, and answers at most ``threads`` of each stage at once."""

    def __init__(
        self,
        broker: WakingBroker,
        stages: Iterable[Stage],
        threads: int,
        on_bell: Callable[[Stage], Awaitable[object]],
    ) -> None:
        self._broker = broker
        self._on_bell = on_bell
        self._answering: set[asyncio.Task[None]] = set()
        self._stopping = False
        stages = list(stages)
        for stage in stages:
            self._declare(stage)
        self._worker = dramatiq.Worker(
            broker,
            queues={str(stage) for stage in stages},
            worker_threads=threads * len(stages),
            worker_timeout=int(BLOCK_S * 1000),
        )
        # Fetch no more than can be answered now: a bell must not lie in a busy process while another is
        # idle, and ten slow model calls must not stand before a template's step.
        self._worker.queue_prefetch = threads

    def start(self) -> None:
        """Begin to consume. The running loop is the one that ``on_bell`` runs on: it owns pools and browsers."""
        self._loop = asyncio.get_running_loop()
        self._worker.start()

    async def stop(self, grace_s: float) -> None:
        """Fetch nothing more, let answers finish, cancel those that take longer than ``grace_s``."""
        for consumer in self._worker.consumers.values():
            consumer.stop()
        stopped = asyncio.ensure_future(asyncio.to_thread(self._worker.stop, int((grace_s + STOP_S) * 1000)))
        await asyncio.wait({stopped}, timeout=grace_s)
        self._stopping = True
        for task in self._answering:
            task.cancel()
        await stopped

    def _declare(self, stage: Stage) -> None:
        def heard() -> None:
            asyncio.run_coroutine_threadsafe(self._answer(stage), self._loop).result()

        dramatiq.actor(actor_name=stage, queue_name=stage, broker=self._broker)(heard)

    async def _answer(self, stage: Stage) -> None:
        """Dramatiq sees every bell succeed: what becomes of a step is written in Postgres."""
        task = asyncio.current_task()
        if self._stopping or task is None:
            return
        self._answering.add(task)
        try:
            await self._on_bell(stage)
        except asyncio.CancelledError:
            log.info("bell.cancelled", stage=stage)
        except Exception:
            log.exception("bell.failed", stage=stage)
        finally:
            self._answering.discard(task)
