"""A process's hold on the engine: transactions whose effects happen after they are committed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import structlog

from shared.contracts.states import Priority, RunStatus, Stage
from shared.contracts.workflow import Workflow
from shared.db import runs
from shared.db.pool import Connection, Database
from shared.domain.definition import read
from shared.domain.errors import NotFound
from shared.queue.bell import Bell
from shared.queue.broker import WakingBroker
from shared.queue.channel import Channel
from shared.queue.stats import Stats, StatsDelta
from shared.storage.store import Store
from shared.templates.registry import Registry

log = structlog.get_logger()


class Transaction:
    """One database transaction and what to do once it is committed."""

    def __init__(self, db: Connection) -> None:
        self.db = db
        self.rings: Counter[Stage] = Counter()
        self.messages: list[tuple[str, dict[str, Any]]] = []
        self.deltas: list[StatsDelta] = []

    def ring(self, stage: Stage, times: int = 1) -> None:
        """There is work in this stage."""
        self.rings[stage] += times

    def publish(self, run_id: str, message: dict[str, Any]) -> None:
        """Wake whoever watches this run."""
        self.messages.append((run_id, message))

    def moved(
        self, priority: Priority, before: RunStatus | None, after: RunStatus | None, seconds: float | None
    ) -> None:
        """A report's run came from one status to another; None is before its beginning."""
        if _column(before) != _column(after):
            self.deltas.append(
                StatsDelta(priority=priority, left=_column(before), entered=_column(after), seconds=seconds)
            )


class Pipeline:
    """Database, bells, channels and statistics of one process."""

    def __init__(
        self,
        *,
        database: Database,
        broker: WakingBroker,
        bell: Bell,
        channel: Channel,
        stats: Stats,
        store: Store,
        registry: Registry,
    ) -> None:
        self.database = database
        self.broker = broker
        self.bell = bell
        self.channel = channel
        self.stats = stats
        self.store = store
        self.registry = registry
        self._workflows: dict[str, Workflow] = {}
        self._later: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Commit, then ring: bells, messages and statistics go out only after the commit.

        Raises:
            Unavailable: the database does not answer; nothing was written.
        """
        async with self.database.begin() as db:
            tx = Transaction(db)
            yield tx
        await asyncio.shield(self._after(tx))

    def ring_later(self, stage: Stage, delay_s: float) -> None:
        """Ring when a delayed step is due; if this process dies first, the sweeper does."""
        task = asyncio.create_task(self._ring_after(stage, delay_s))
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def workflow(self, db: Connection, digest: str) -> Workflow:
        """The definition that a run started with, whatever is deployed since."""
        if digest not in self._workflows:
            raw = await runs.workflow(db, digest)
            if raw is None:
                raise NotFound(f"the workflow definition {digest[:12]} is gone")
            self._workflows[digest] = read(raw)
        return self._workflows[digest]

    async def find_workflow(self, db: Connection, workflow_id: str) -> tuple[Workflow, str] | None:
        """The newest definition with this id and its digest."""
        found = await runs.latest_workflow(db, workflow_id)
        if found is None:
            return None
        digest, raw = found
        self._workflows.setdefault(digest, read(raw))
        return self._workflows[digest], digest

    async def _ring_after(self, stage: Stage, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        await self.bell.ring(stage)

    async def _after(self, tx: Transaction) -> None:
        """Postgres has the truth: what is lost here is found again by the sweeper and by readers."""
        results = await asyncio.gather(
            *(self.bell.ring(stage, times) for stage, times in tx.rings.items()),
            *(self.channel.publish(run_id, message) for run_id, message in tx.messages),
            *([self.stats.moved(tx.deltas)] if tx.deltas else []),
            return_exceptions=True,
        )
        for error in results:
            if isinstance(error, BaseException):
                log.warning("effect.lost", error=type(error).__name__)


def _column(status: RunStatus | None) -> str | None:
    if status is None:
        return None
    return "parked" if status.parked else str(status)


def message(kind: str, **fields: Any) -> dict[str, Any]:
    """A channel message: ``{"type": kind, ...}`` with JSON values only."""
    return {"type": kind, **msgspec.to_builtins(fields)}
