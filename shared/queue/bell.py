"""Bells: "there is work in this stage", and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from dramatiq import Message

from shared.contracts.states import Stage

from .broker import WakingBroker

PATIENCE_S = 1.0
"""The longest that a caller waits."""
AT_ONCE = 500
"""The most bells of one call. More wake nobody sooner; the sweeper tops up what is missing."""

T = TypeVar("T")


class Bell:
    """Rings for a stage's consumers. One ready step, one bell; too many or too few of them do no harm."""

    def __init__(self, broker: WakingBroker) -> None:
        self._broker = broker
        # Dramatiq's client blocks. A thread of its own: nothing slow of others may stand before a bell.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bell")

    async def ring(self, stage: Stage, times: int = 1) -> bool:
        """Wake consumers of this stage. Never raises: False when Redis is away or slow; the sweeper makes sure."""
        return await self._ask(self._ring, stage, times) is not None

    async def waiting(self, stage: Stage) -> int:
        """Bells that no consumer has heard yet; 0 when Redis is away."""
        return await self._ask(self._broker.waiting, stage) or 0

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _ask(self, call: Callable[..., T], *args: object) -> T | None:
        if self._broker.outage.skip():
            return None
        answer = asyncio.get_running_loop().run_in_executor(self._thread, self._guarded, call, *args)
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):  # wait_for loses cancellations on Python 3.11
                return await answer
        return None

    def _guarded(self, call: Callable[..., T], *args: object) -> T | None:
        with self._broker.outage.guard():
            return call(*args)
        return None

    def _ring(self, stage: Stage, times: int) -> int:
        times = min(times, AT_ONCE)
        for _ in range(times):
            self._broker.enqueue(Message(queue_name=stage, actor_name=stage, args=(), kwargs={}, options={}))
        return times
