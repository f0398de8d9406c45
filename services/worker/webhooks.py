"""Delivers the outbox: claims one event for one subscriber, signs it, posts it, records what came of it.

A worker that dies between the post and the record leaves the delivery to be made again: receivers tell
a repetition by webhook, run and sequence.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec
import structlog

from shared.db import deliveries, interrupts, runs, webhooks
from shared.db.pool import Database, patiently
from shared.domain import tokens
from shared.domain import webhooks as rules
from shared.domain.definition import read
from shared.domain.errors import Rejected, Unavailable
from shared.domain.webhooks import Sending

from .outbound import Outbound

LEASE_S = 20.0
RECORD_PATIENCE_S = 10.0
MOST_PER_OWNER = 4

log = structlog.get_logger()


class Deliveries:
    """One process's hands on the outbox; any number may work on it."""

    def __init__(
        self,
        database: Database,
        key: bytes,
        allow_private: bool,
        *,
        public_url: str = "",
        link_seconds: int = 1800,
        outbound: Outbound | None = None,
        body: Callable[[Sending], bytes] = rules.body,
        most_per_owner: int = MOST_PER_OWNER,
    ) -> None:
        """
        Args:
            key: ``PRESSRUN_SECRET_KEY``, read by ``sealing.read_key``.
            allow_private: deliver to plain http and private addresses too.
            public_url: where the api is reached; without it a callback is told the path of its link alone.
            link_seconds: how long such a link works.
            body: what is sent; the log's entry as it is, unless said otherwise.
        """
        self._database = database
        self._key = key
        self._sealer = rules.sealer(key)
        self._public_url = public_url
        self._link_seconds = link_seconds
        self._outbound = outbound or Outbound(allow_private=allow_private)
        self._body = body
        self._most_per_owner = most_per_owner
        self._closed = False

    async def on_bell(self) -> bool:
        """Claim one delivery and see it through. False when there was none to claim.

        After True the caller asks again: a delivery that had to wait for this one has lost its bell.

        Raises:
            Unavailable: the database does not answer.
        """
        if self._closed:
            return False
        async with self._database.connect() as db:
            sending = await deliveries.claim(db, lease_s=LEASE_S, most_per_owner=self._most_per_owner)
        if sending is None:
            return False
        began = time.perf_counter()
        outcome, delay_s = await self._send(sending)
        await patiently(lambda: self._record(sending, outcome, delay_s), seconds=RECORD_PATIENCE_S)
        log.info(
            "delivery.left",
            webhook_id=str(sending.webhook_id),
            fingerprint=sending.fingerprint,
            run_id=sending.event.run_id,
            trace_id=sending.trace_id,
            sequence=sending.event.sequence,
            type=sending.event.type,
            attempt=sending.attempt,
            outcome=outcome,
            seconds=round(time.perf_counter() - began, 3),
        )
        return True

    async def due(self) -> int:
        """For the sweeper: take back what dead workers held; returns how many bells to ring.

        Raises:
            Unavailable: the database does not answer.
        """
        async with self._database.connect() as db:
            return await deliveries.due(db)

    async def purge(self) -> int:
        """For the sweeper, now and then: forget what is long over. Returns how many were deleted.

        Raises:
            Unavailable: the database does not answer.
        """
        async with self._database.connect() as db:
            return await deliveries.purge(db)

    def close(self) -> None:
        """Claim nothing more; what is under way ends within the time of one call."""
        self._closed = True
        self._outbound.close()

    async def _send(self, sending: Sending) -> tuple[str, float | None]:
        """One attempt: what came of it, and after how many seconds to try again, if at all."""
        again = rules.next_try(sending.attempt)
        try:
            status = await self._post(sending)
        except Rejected as error:
            return error.code, None
        except Unavailable as error:
            return error.code, again
        return f"http_{status}", again if rules.worth_retrying(status) else None

    async def _post(self, sending: Sending) -> int:
        row = sending.webhook_id.bytes
        secret = None if sending.secret is None else self._sealer.open(sending.secret, row)
        body = self._body(await self._with_link(sending))
        return await self._outbound.post(
            sending.url, rules.headers(sending, body, secret=secret, now=int(time.time())), body
        )

    async def _with_link(self, sending: Sending) -> Sending:
        """A run's own callback hears how to answer what it is told of, where a token is enough."""
        event = sending.event
        key = event.payload.get("interruptId") if event.type == "interrupt.requested" else None
        if sending.secret is not None or key is None:
            return sending
        async with self._database.connect() as db:
            interrupt = await interrupts.by_key(db, event.run_id, key)
            definition = await runs.definition(db, event.run_id)
        if interrupt is None or interrupt.status != "open" or definition is None:
            return sending
        if tokens.wants_account(read(definition), interrupt):
            return sending
        made = tokens.link(self._key, interrupt, base_url=self._public_url, life_s=self._link_seconds)
        return msgspec.structs.replace(sending, link=made)

    async def _record(self, sending: Sending, outcome: str, delay_s: float | None) -> None:
        async with self._database.begin() as db:
            if not await webhooks.lock(db, sending.webhook_id):
                return  # it was deleted meanwhile, and its deliveries with it
            if outcome.startswith("http_2"):
                if await deliveries.finish(db, sending, "done", outcome) and await webhooks.answered(
                    db, sending.webhook_id
                ):
                    await deliveries.hold(db, sending, None)
                return
            if delay_s is None:
                mine = await deliveries.finish(db, sending, "failed", outcome)
            else:
                mine = await deliveries.requeue(db, sending, outcome, delay_s=delay_s)
            if mine and (until := await webhooks.failed(db, sending.webhook_id)):
                await deliveries.hold(db, sending, until)
                log.warning(
                    "webhook.held", webhook_id=str(sending.webhook_id), outcome=outcome, until=until.isoformat()
                )
