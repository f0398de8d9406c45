"""An engine without a browser: its tabs are numbers, and a test decides what happens to it."""

from __future__ import annotations

import asyncio

from services.renderer.engine import EngineDied


class Tab:
    def __init__(self, engine: FakeEngine, number: int) -> None:
        self.engine = engine
        self.number = number
        self.open = True

    async def work(self, result: object, *, until: asyncio.Event | None = None) -> object:
        """Work that ends when the event comes, or when the engine dies."""
        if until is not None:
            waits = [asyncio.create_task(until.wait()), asyncio.create_task(self.engine.dead.wait())]
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()
        else:
            await asyncio.sleep(0)
        if self.engine.dead.is_set():
            raise EngineDied
        return result


class FakeEngine:
    def __init__(self, world: World) -> None:
        self.world = world
        self.dead = asyncio.Event()
        self.running = False
        self.tabs: list[Tab] = []
        self.memory = 100.0
        self.stuck = False
        world.engines.append(self)

    async def start(self) -> None:
        await self.world.start()
        self.running = True

    async def stop(self) -> None:
        await asyncio.sleep(self.world.stop_s)
        self.kill()

    def kill(self) -> None:
        self.running = False
        self.dead.set()

    def healthy(self) -> bool:
        return self.running

    def megabytes(self) -> float:
        return self.memory

    async def open(self) -> Tab:
        if not self.running:
            raise EngineDied
        self.tabs.append(Tab(self, len(self.tabs)))
        return self.tabs[-1]

    async def discard(self, tab: Tab) -> None:
        if self.stuck:
            raise EngineDied
        tab.open = False


class World:
    """All engines that a pool made, and how the next ones start."""

    def __init__(self) -> None:
        self.engines: list[FakeEngine] = []
        self.start_s = 0.0
        self.stop_s = 0.0
        self.refuse = False

    def make(self) -> FakeEngine:
        return FakeEngine(self)

    async def start(self) -> None:
        await asyncio.sleep(self.start_s)
        if self.refuse:
            raise OSError("no such program")

    @property
    def running(self) -> list[FakeEngine]:
        return [engine for engine in self.engines if engine.running]
