"""Bells: "there is work in this stage", and nothing else."""

from __future__ import annotations

import asyncio
from collections import Counter
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
"""The most bells of one call for one stage. More wake nobody sooner; the sweeper tops up what is missing."""

T = TypeVar("T")


class Bell:
    """Rings for a stage's consumers. One ready step, one bell; too many or too few of them do no harm."""

    def __init__(self, broker: WakingBroker) -> None:
        self._broker = broker
        # Dramatiq's client blocks. A thread of its own: nothing slow of others may stand before a bell.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bell")
        self._due: Counter[Stage] = Counter()
        """What is to be rung by the next call."""
        self._next: asyncio.Task[bool] | None = None
        """The next call, as long as it waits for the one before it."""
        self._last: asyncio.Task[bool] | None = None

    async def ring(self, stage: Stage, times: int = 1) -> bool:
        """Wake consumers of this stage. Never raises: False when Redis is away or slow; the sweeper makes sure.

        One call is on its way at a time: whoever rings meanwhile is taken along by the next.
        """
        self._due[stage] += times
        if self._next is None:
            self._next = self._last = asyncio.create_task(self._ring_after(self._last))
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):  # wait_for loses cancellations on Python 3.11
                return await asyncio.shield(self._next)
        return False

    async def waiting(self, stage: Stage) -> int:
        """Bells that no consumer has heard yet; 0 when Redis is away."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_S):
                return await self._ask(self._broker.waiting, stage) or 0
        return 0

    def close(self) -> None:
        if self._last is not None:
            self._last.cancel()
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _ring_after(self, before: asyncio.Task[bool] | None) -> bool:
        if before is not None:
            await asyncio.wait({before})
        due, self._due, self._next = self._due, Counter(), None
        return await self._ask(self._ring, due) is not None

    async def _ask(self, call: Callable[..., T], *args: object) -> T | None:
        if self._broker.outage.skip():
            return None
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._guarded, call, *args)

    def _guarded(self, call: Callable[..., T], *args: object) -> T | None:
        with self._broker.outage.guard():
            return call(*args)
        return None

    def _ring(self, due: Counter[Stage]) -> int:
        stages = [stage for stage, times in due.items() for _ in range(min(times, AT_ONCE))]
        self._broker.enqueue_all(
            Message(queue_name=stage, actor_name=stage, args=(), kwargs={}, options={}) for stage in stages
        )
        return len(stages)
