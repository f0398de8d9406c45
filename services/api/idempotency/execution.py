"""One execution of a request with an Idempotency-Key, from its claim to its answer."""

from __future__ import annotations

import asyncio

import structlog
from msgspec.structs import replace

from shared.db import idempotency as records
from shared.db.idempotency import Answer, Ref
from shared.db.pool import Connection, Database
from shared.domain.errors import PressrunError
from shared.domain.ids import new_id
from shared.domain.sealing import Sealer

FORGOTTEN = frozenset({400, 401, 403})
"""After these the key is free again: there was no request that could be repeated."""
RETRYABLE = frozenset({408, 425, 429})
"""These, every status from 500, and whatever says when to come back, are never repeated: a retry executes again."""

log = structlog.get_logger()


class Execution:
    """Holds the record's lease while the handler runs.

    If its process dies, or hangs for longer than ``lease_s``, another execution may take the record over;
    this one then keeps nothing any more.
    """

    def __init__(self, database: Database, sealer: Sealer, ref: Ref, lease_s: float) -> None:
        self._database = database
        self._sealer = sealer
        self._ref = ref
        self._lease_s = lease_s
        self._owner = new_id()
        self._kept = False
        self._settled = False
        self._keeper: asyncio.Task[None] | None = None

    async def begin(self, db: Connection, digest: bytes) -> bool:
        """Whether the record is this execution's now."""
        if not await records.claim(db, self._ref, digest, owner=self._owner, lease_s=self._lease_s):
            return False
        self._keeper = asyncio.create_task(self._renew())
        return True

    async def keep(self, db: Connection, answer: Answer) -> bool:
        """Keep the answer, in the caller's transaction. False when the lease was lost."""
        self._kept = await records.finalise(db, self._ref, self._sealed(answer), owner=self._owner)
        return self._kept

    async def settle(self, answer: Answer) -> None:
        """Keep the answer if it is one to repeat; otherwise let go of the record."""
        self._settled = True
        try:
            async with self._database.connect() as db:
                if answer.status in FORGOTTEN:
                    await records.forget(db, self._ref, owner=self._owner)
                elif _passes(answer):
                    await records.release(db, self._ref, owner=self._owner)
                elif not self._kept and not await self.keep(db, answer):
                    log.warning("idempotency.lost", operation=self._ref.operation)
        except PressrunError as error:
            # The client gets its answer all the same; the record is free when its lease runs out.
            log.warning("idempotency.unkept", operation=self._ref.operation, error=error.message)

    async def end(self) -> None:
        """The request is over; without an answer to keep, a retry may execute at once."""
        if self._keeper is not None:
            self._keeper.cancel()
        if self._settled:
            return
        try:
            async with self._database.connect() as db:
                await records.release(db, self._ref, owner=self._owner)
        except PressrunError as error:
            log.warning("idempotency.unkept", operation=self._ref.operation, error=error.message)

    def read(self, answer: Answer) -> Answer:
        """A kept answer as it was given. Raises ``Unavailable`` when it was sealed with another key."""
        return replace(answer, body=self._sealer.open_bytes(answer.body, self._ref.key_hash))

    def _sealed(self, answer: Answer) -> Answer:
        # An answer may hold a secret that is shown once.
        return replace(answer, body=self._sealer.seal_bytes(answer.body, self._ref.key_hash))

    async def _renew(self) -> None:
        held = True
        while held:
            await asyncio.sleep(self._lease_s / 3)
            try:
                async with self._database.connect() as db:
                    held = await records.renew(db, self._ref, owner=self._owner, lease_s=self._lease_s)
            except PressrunError as error:
                log.warning("idempotency.unrenewed", operation=self._ref.operation, error=error.message)


def _passes(answer: Answer) -> bool:
    """Whether the next answer may be another one."""
    later = any(name == "retry-after" for name, _ in answer.headers)
    return answer.status in RETRYABLE or answer.status >= 500 or later
