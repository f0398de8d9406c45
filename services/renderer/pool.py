"""Slots for work on one engine, which is replaced when it is old or sick. It knows no browser.

Work that brings an engine down takes its neighbours with it, and nobody can tell whose fault it
was. So neighbours are worked on again by the pool itself: at once if it was the pool that killed
the engine over somebody's deadline, and alone if it died by itself. Only who kills an engine alone
is to blame.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

import msgspec
import structlog

from shared.domain.errors import PressrunError, Unavailable

from .engine import Engine, EngineDied, Tab, TabDied

START_S = 30.0
WEIGH_EVERY = 16
"""Weighing an engine's processes takes milliseconds, so not every piece of work pays for it."""

T = TypeVar("T")

log = structlog.get_logger()


class Crashed(PressrunError):
    """This work brought its tab or its engine down."""

    code = "browser_crashed"


class TooSlow(PressrunError):
    """This work did not end by its deadline; its engine was killed."""

    code = "render_timeout"


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    slots: int = 2
    waiting: int = 64
    """How many may wait for a slot; one more is turned away."""
    renders: int = 500
    megabytes: float = 1500
    """An engine that did so much, or grew so large, is replaced when it is idle."""


class _Life(Generic[Tab]):
    """One engine from start to stop."""

    def __init__(self, engine: Engine[Tab]) -> None:
        self.engine = engine
        self.idle: list[Tab] = []
        self.served = 0
        self.end: str | None = None
        """Why it is not to be used any more: ``worn``, ``deadline``, ``died``, ``died-alone``, ``closed``."""


class Pool(Generic[Tab]):
    """At most ``slots`` pieces of work at once on one engine, started when it is first needed."""

    def __init__(self, make: Callable[[], Engine[Tab]], limits: Limits) -> None:
        self._make = make
        self._limits = limits
        self._life: _Life[Tab] | None = None
        self._active = 0
        self._waiting = 0
        self._recluses = 0
        """How many wait to be alone, or are."""
        self._alone = False
        self._replacing = False
        self._closed = False
        self._changed = asyncio.Event()
        self._stopping: set[asyncio.Task[None]] = set()

    async def run(self, work: Callable[[Tab], Awaitable[T]], *, deadline_s: float) -> T:
        """Do the work on a tab of its own. It may be done again if another brought the engine down.

        Raises:
            Crashed: this work killed its tab or the engine.
            TooSlow: it did not end within ``deadline_s``, the waiting not counted.
            Unavailable: too many wait already, the engine does not start, or the pool is closed.
        """
        alone = False
        while True:
            async with self._slot(alone=alone) as life:
                try:
                    return await self._work(life, work, deadline_s)
                except EngineDied as error:
                    alone = alone or life.end == "died"
                    if life.end == "died-alone":
                        raise Crashed("the report's pages brought the browser down") from error
            log.info("print.repeated", alone=alone)

    async def close(self) -> None:
        """End the engine for good, whoever works on it."""
        self._closed = True
        self._wake()
        await self._retire()
        await asyncio.gather(*self._stopping)

    @asynccontextmanager
    async def _slot(self, *, alone: bool) -> AsyncIterator[_Life[Tab]]:
        self._recluses += alone
        try:
            await self._wait(alone=alone)
            try:
                yield await self._fresh()
            finally:
                self._active -= 1
                self._alone = False
        finally:
            self._recluses -= alone
            self._wake()

    async def _wait(self, *, alone: bool) -> None:
        """Return holding a slot."""
        if not self._may_enter(alone=alone):
            if self._waiting >= self._limits.waiting:
                raise Unavailable("too many reports wait for a browser; try again", code="renderer_busy")
            self._waiting += 1
            try:
                while not self._closed and not self._may_enter(alone=alone):
                    await self._changed.wait()
            finally:
                self._waiting -= 1
        if self._closed:
            raise Unavailable("this renderer is stopping", code="renderer_stopping")
        self._active += 1
        self._alone = alone

    def _may_enter(self, *, alone: bool) -> bool:
        if self._alone or self._replacing:
            return False
        if alone or not self._usable():
            return self._active == 0
        return self._recluses == 0 and self._active < self._limits.slots

    def _usable(self) -> bool:
        return self._life is not None and self._life.end is None and self._life.engine.healthy()

    async def _fresh(self) -> _Life[Tab]:
        """The engine in use; a new one, if it is worn or gone. Only an idle pool gets here without one."""
        if self._life is not None and self._usable():
            return self._life
        self._replacing = True
        try:
            await self._retire()
            self._life = await self._begin()
        finally:
            self._replacing = False
            self._wake()
        return self._life

    async def _begin(self) -> _Life[Tab]:
        life = _Life(self._make())
        began = asyncio.get_running_loop().time()
        try:
            await asyncio.wait_for(life.engine.start(), START_S)
        except BaseException as error:
            await self._stop(life.engine)
            if isinstance(error, Exception):
                log.exception("engine.failed")
                raise Unavailable("the browser does not start", code="browser_unavailable") from error
            raise
        log.info("engine.started", seconds=round(asyncio.get_running_loop().time() - began, 3))
        return life

    async def _retire(self) -> None:
        life, self._life = self._life, None
        if life is not None:
            self._end(life, "closed")
            await self._stop(life.engine)

    async def _stop(self, engine: Engine[Tab]) -> None:
        """Stop it even if who waits for that is cancelled."""
        task = asyncio.create_task(engine.stop())
        self._stopping.add(task)
        task.add_done_callback(self._stopping.discard)
        await asyncio.shield(task)

    async def _work(self, life: _Life[Tab], work: Callable[[Tab], Awaitable[T]], deadline_s: float) -> T:
        tab: Tab | None = None
        clean = False
        try:
            async with asyncio.timeout(deadline_s) as limit:
                tab = life.idle.pop() if life.idle else await life.engine.open()
                result = await work(tab)
            clean = True
        except TimeoutError as error:
            if not limit.expired():
                raise
            self._end(life, "deadline")
            life.engine.kill()
            raise TooSlow(f"the report's pages took longer than {deadline_s:g} s") from error
        except TabDied as error:
            raise Crashed("the report's pages brought their browser tab down") from error
        except EngineDied:
            blamed = tab is not None and self._active == 1
            self._end(life, "died-alone" if blamed else "died")
            raise
        finally:
            await self._give_back(life, tab, clean=clean)
        return result

    async def _give_back(self, life: _Life[Tab], tab: Tab | None, *, clean: bool) -> None:
        life.served += 1
        if life.end is not None or tab is None:
            return
        if clean:
            life.idle.append(tab)
            self._weigh(life)
            return
        try:
            await life.engine.discard(tab)
        except EngineDied:
            self._end(life, "died")
        except asyncio.CancelledError:
            self._end(life, "worn")  # a tab is left in it
            raise

    def _weigh(self, life: _Life[Tab]) -> None:
        heavy = life.served % WEIGH_EVERY == 0 and life.engine.megabytes() > self._limits.megabytes
        if heavy or life.served >= self._limits.renders:
            self._end(life, "worn")

    def _end(self, life: _Life[Tab], why: str) -> None:
        if life.end in {None, "worn"}:
            life.end = why
            log.info("engine.ended", why=why, served=life.served)

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
