"""From an event in the log to a signed request at a subscriber's, over PostgreSQL and HTTP."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import statistics
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.worker.outbound import Outbound
from services.worker.webhooks import Deliveries
from shared.contracts.records import Run
from shared.contracts.states import RunStatus
from shared.db import deliveries, runs, webhooks
from shared.db.pool import Connection, Database
from shared.db.webhooks import Created
from shared.domain import webhooks as rules
from shared.domain.errors import NotFound, Rejected
from shared.domain.ids import new_id, run_id
from shared.domain.state import Draft, RunState
from tests.integration.worker.receiver import Received, Receiver

KEY = b"0123456789abcdef0123456789abcdef"


@pytest.fixture
async def database(fresh_database_url: str) -> AsyncIterator[Database]:
    opened = await Database.open(fresh_database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def db(database: Database) -> AsyncIterator[Connection]:
    """One connection; every statement is its own transaction."""
    async with database.connect() as connection:
        yield connection


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as started:
        yield started


@pytest.fixture
async def worker(database: Database) -> AsyncIterator[Deliveries]:
    made = Deliveries(database, KEY, True)
    yield made
    made.close()


async def make_principal(db: Connection, name: str = "owner") -> UUID:
    principal_id = new_id()
    await db.execute("INSERT INTO principals (id, name) VALUES ($1, $2)", principal_id, name)
    await runs.store_workflow(db, "digest", "test", {})
    return principal_id


async def make_run(db: Connection, owner: UUID, *tags: str) -> Run:
    ident = run_id()
    run = Run(
        id=ident,
        root_run_id=ident,
        principal_id=owner,
        workflow_id="test",
        workflow_digest="digest",
        status=RunStatus.RUNNING,
        tags=list(tags),
        trace_id="0" * 32,
        created_at=datetime.now(UTC),
    )
    await runs.insert(db, run)
    return run


async def subscribe(db: Connection, owner: UUID, url: str, *events: str, tags: list[str] | None = None) -> Created:
    wanted = rules.check(url, list(events or ["run.completed"]), tags=tags, allow_private=True)
    return await webhooks.create(db, owner, wanted, rules.sealer(KEY))


async def append(db: Connection, run: Run, *types: str, first: int = 0, suppressed: bool = False) -> int:
    """What the engine does in the transaction that appends events. Returns how often it would ring."""
    drafts = [Draft(kind, {"number": first + index}) for index, kind in enumerate(types)]
    async with db.transaction():
        await runs.append(db, run, RunState(next_sequence=first + len(drafts)), drafts, datetime.now(UTC))
        return await deliveries.enqueue(db, run, list(enumerate(drafts, first)), suppressed=suppressed)


async def deliver_all(worker: Deliveries) -> int:
    count = 0
    while await worker.on_bell():
        count += 1
    return count


async def outbox(db: Connection) -> list[tuple[Any, ...]]:
    rows = await db.fetch("SELECT sequence, status, attempt, outcome FROM deliveries ORDER BY run_id, sequence")
    return [tuple(row) for row in rows]


async def make_ready(db: Connection) -> None:
    """Let the time pass that everything waits for."""
    await db.execute("UPDATE deliveries SET ready_at = now() WHERE status = 'queued'")


def verify(got: Received, secret: str) -> None:
    """As a receiver does it, from the protocol's text alone."""
    for prefix in ("x-openwop-", "openwop-"):
        stamp = got.headers[f"{prefix}timestamp"]
        assert abs(int(stamp) - time.time()) < 300
        expected = hmac.new(secret.encode(), stamp.encode() + b"." + got.body, hashlib.sha256).hexdigest()
        assert hmac.compare_digest(got.headers[f"{prefix}signature"], f"sha256={expected}")
        assert got.headers[f"{prefix}signature-algorithm"] == "v1"


async def test_a_subscriber_hears_of_a_run_s_end_at_once(
    db: Connection, worker: Deliveries, receiver: Receiver
) -> None:
    """Within 500 ms of the commit, signed, with the log's entry in the body."""
    owner = await make_principal(db)
    created = await subscribe(db, owner, receiver.url)
    run = await make_run(db, owner)
    rings = await append(db, run, "run.started", "node.started", "node.completed", "run.completed")
    assert rings == 1
    assert await worker.on_bell()
    assert not await worker.on_bell()
    (got,) = receiver.received
    verify(got, created.secret)
    assert got.headers["x-openwop-webhook-id"] == str(created.webhook_id)
    assert got.headers["x-openwop-event-type"] == "run.completed"
    assert got.headers["user-agent"].startswith("openwop-webhook-dispatcher/")
    sent = json.loads(got.body)
    assert {"runId": run.id, "workspaceId": str(owner), "type": "run.completed"}.items() <= sent.items()
    (*_, logged) = await runs.events(db, run.id)
    assert sent["event"]["eventId"] == str(logged.event_id)
    assert sent["event"]["sequence"] == 3
    assert sent["event"]["payload"] == {"number": 3}
    assert await outbox(db) == [(3, "done", 1, "http_204")]


async def test_an_idle_worker_delivers_within_half_a_second_of_the_commit(
    db: Connection, worker: Deliveries, receiver: Receiver
) -> None:
    """The median of five, so that a busy machine does not decide."""
    owner = await make_principal(db)
    await subscribe(db, owner, receiver.url)
    took = []
    for _ in range(5):
        await append(db, await make_run(db, owner), "run.completed")
        committed = asyncio.get_running_loop().time()
        assert await worker.on_bell()
        took.append(receiver.received[-1].at - committed)
    assert statistics.median(took) < 0.5


async def test_the_secret_is_shown_once_and_stored_sealed(db: Connection) -> None:
    owner = await make_principal(db)
    created = await subscribe(db, owner, "https://example.com/")
    assert len(bytes.fromhex(created.secret)) == 32
    assert created.secret_fingerprint == hashlib.sha256(created.secret.encode()).hexdigest()[:8]
    row = await db.fetchrow("SELECT * FROM webhooks")
    assert row is not None
    assert created.secret.encode() not in row["secret"]
    assert rules.sealer(KEY).open(row["secret"], created.webhook_id.bytes) == created.secret


async def test_only_what_was_subscribed_to_is_sent(db: Connection, worker: Deliveries, receiver: Receiver) -> None:
    owner = await make_principal(db)
    await subscribe(db, owner, receiver.url, "node.started", "run.failed")
    run = await make_run(db, owner)
    await append(db, run, "run.started", "node.started", "vendor.pressrun.slice.completed", "run.completed")
    assert await deliver_all(worker) == 1
    assert [got.sequence for got in receiver.received] == [1]


async def test_a_subscription_to_everything_hears_nothing_of_our_own_book_keeping(
    db: Connection, worker: Deliveries, receiver: Receiver
) -> None:
    owner = await make_principal(db)
    await subscribe(db, owner, receiver.url, "*")
    await append(db, await make_run(db, owner), "run.started", "vendor.pressrun.slice.completed", "run.completed")
    assert await deliver_all(worker) == 2
    assert [got.sequence for got in receiver.received] == [0, 2]


async def test_tags_must_overlap(db: Connection, worker: Deliveries, receiver: Receiver) -> None:
    owner = await make_principal(db)
    await subscribe(db, owner, receiver.url, tags=["production", "nightly"])
    tagged = await make_run(db, owner, "nightly", "other")
    assert await append(db, await make_run(db, owner), "run.completed") == 0
    assert await append(db, await make_run(db, owner, "other"), "run.completed") == 0
    assert await append(db, tagged, "run.completed") == 1
    await deliver_all(worker)
    assert [got.run_id for got in receiver.received] == [tagged.id]


async def test_another_principal_s_runs_are_not_heard_of(
    db: Connection, worker: Deliveries, receiver: Receiver
) -> None:
    mine, theirs = await make_principal(db, "mine"), await make_principal(db, "theirs")
    await subscribe(db, mine, receiver.url, "*")
    assert await append(db, await make_run(db, theirs), "run.started", "run.completed") == 0
    assert await outbox(db) == []
    assert not await worker.on_bell()


async def test_a_replay_is_not_heard_of(db: Connection, receiver: Receiver) -> None:
    owner = await make_principal(db)
    await subscribe(db, owner, receiver.url, "*")
    replay = await make_run(db, owner)
    await webhooks.create_callback(db, owner, replay.id, receiver.url)
    assert await append(db, replay, "run.started", "run.completed", suppressed=True) == 0
    assert await outbox(db) == []


async def test_what_is_rolled_back_is_not_sent(db: Connection, worker: Deliveries, receiver: Receiver) -> None:
    owner = await make_principal(db)
    await subscribe(db, owner, receiver.url)
    run = await make_run(db, owner)
    transaction = db.transaction()
    await transaction.start()
    assert await append(db, run, "run.completed") == 1
    await transaction.rollback()
    assert not await worker.on_bell()


async def test_a_callback_hears_of_its_run_alone_and_unsigned(
    db: Connection, worker: Deliveries, receiver: Receiver
) -> None:
    owner = await make_principal(db)
    run, other = await make_run(db, owner), await make_run(db, owner)
    await webhooks.create_callback(db, owner, run.id, receiver.url)
    assert await append(db, other, "run.started", "run.completed") == 0
    assert await append(db, run, "run.started", "interrupt.requested", "run.failed") == 1
    await deliver_all(worker)
    assert [got.sequence for got in receiver.received] == [1, 2]
    assert not [name for name in receiver.received[0].headers if "signature" in name]
    await db.execute("DELETE FROM runs WHERE id = $1", run.id)
    assert await db.fetchval("SELECT count(*) FROM webhooks") == 0


async def test_a_failure_of_the_receiver_is_retried_and_keeps_the_order(
    db: Connection, worker: Deliveries, receiver: Receiver
) -> None:
    """What comes after waits until the failed one is through; another run's events do not."""
    owner = await make_principal(db)
    await subscribe(db, owner, receiver.url, "*")
    run, other = await make_run(db, owner), await make_run(db, owner)
    receiver.statuses.append(500)
    await append(db, run, "run.started", "run.completed")
    assert await deliver_all(worker) == 1
    assert await outbox(db) == [(0, "queued", 1, "http_500"), (1, "queued", 0, None)]
    waits = await db.fetchval("SELECT extract(epoch FROM ready_at - now()) FROM deliveries WHERE sequence = 0")
    assert 0.3 < waits <= 1
    await append(db, other, "run.completed")
    assert await deliver_all(worker) == 1
    await make_ready(db)
    assert await deliver_all(worker) == 2
    assert [(got.run_id, got.sequence) for got in receiver.received] == [
        (run.id, 0),
        (other.id, 0),
        (run.id, 0),
        (run.id, 1),
    ]
    assert receiver.received[0].body == receiver.received[2].body
    assert await db.fetchval("SELECT failures FROM webhooks") == 0


@pytest.mark.parametrize("status", [301, 302, 307, 400, 404, 410])
async def test_an_answer_that_will_not_change_is_final(
    db: Connection, worker: Deliveries, receiver: Receiver, status: int
) -> None:
    owner = await make_principal(db)
    await subscribe(db, owner, receiver.url)
    receiver.statuses.append(status)
    receiver.location = f"{receiver.url}/elsewhere"
    await append(db, await make_run(db, owner), "run.completed")
    assert await deliver_all(worker) == 1
    assert await outbox(db) == [(0, "failed", 1, f"http_{status}")]
    assert len(receiver.received) == 1


async def test_five_attempts_are_the_most(db: Connection, worker: Deliveries, receiver: Receiver) -> None:
    owner = await make_principal(db)
    await subscribe(db, owner, receiver.url)
    receiver.statuses.extend([503] * 9)
    await append(db, await make_run(db, owner), "run.completed")
    for _ in range(9):
        await make_ready(db)
        await deliver_all(worker)
    assert len(receiver.received) == 5
    assert await outbox(db) == [(0, "failed", 5, "http_503")]


async def test_a_slow_receiver_is_a_failed_attempt(database: Database, db: Connection, receiver: Receiver) -> None:
    owner = await make_principal(db)
    await subscribe(db, owner, receiver.url)
    receiver.delay_s = 2
    worker = Deliveries(database, KEY, True, outbound=Outbound(allow_private=True, time_s=0.2))
    await append(db, await make_run(db, owner), "run.completed")
    assert await deliver_all(worker) == 1
    worker.close()
    assert await outbox(db) == [(0, "queued", 1, "webhook_timeout")]


async def test_after_four_failures_in_a_row_everything_is_held_for_an_hour(
    db: Connection, worker: Deliveries, receiver: Receiver
) -> None:
    owner = await make_principal(db)
    await subscribe(db, owner, receiver.url)
    receiver.statuses.extend([404] * 4)
    for _ in range(7):
        await append(db, await make_run(db, owner), "run.completed")
    assert await deliver_all(worker) == 4
    later = await make_run(db, owner)
    await append(db, later, "run.completed")
    assert await deliver_all(worker) == 0
    assert await worker.due() == 0
    seconds = await db.fetch(
        "SELECT extract(epoch FROM ready_at - now())::int AS s FROM deliveries WHERE status = 'queued'"
    )
    assert len(seconds) == 4
    assert all(3590 < row["s"] <= 3600 for row in seconds)


async def test_the_first_good_answer_after_the_hour_lets_the_rest_go(
    db: Connection, worker: Deliveries, receiver: Receiver
) -> None:
    owner = await make_principal(db)
    await subscribe(db, owner, receiver.url)
    receiver.statuses.extend([404] * 4)
    for _ in range(9):
        await append(db, await make_run(db, owner), "run.completed")
    assert await deliver_all(worker) == 4
    await db.execute("UPDATE webhooks SET circuit_open_until = now()")
    await db.execute(
        """UPDATE deliveries SET ready_at = now() WHERE run_id =
           (SELECT min(run_id) FROM deliveries WHERE status = 'queued')"""
    )
    assert await deliver_all(worker) == 5
    assert tuple(await db.fetchrow("SELECT failures, circuit_open_until FROM webhooks")) == (0, None)


async def test_a_failure_after_the_hour_holds_for_another(
    db: Connection, worker: Deliveries, receiver: Receiver
) -> None:
    owner = await make_principal(db)
    await subscribe(db, owner, receiver.url)
    receiver.statuses.extend([404] * 5)
    for _ in range(7):
        await append(db, await make_run(db, owner), "run.completed")
    assert await deliver_all(worker) == 4
    await make_ready(db)
    assert await deliver_all(worker) == 1
    assert await db.fetchval("SELECT circuit_open_until > now() + interval '59 minutes' FROM webhooks")


async def test_failures_count_only_in_a_row_and_only_for_their_own_subscription(
    db: Connection, worker: Deliveries, receiver: Receiver
) -> None:
    owner = await make_principal(db)
    await subscribe(db, owner, receiver.url)
    receiver.statuses.extend([404, 404, 404, 204, 404, 404, 404])
    async with Receiver() as well:
        await subscribe(db, owner, well.url)
        for _ in range(8):
            await append(db, await make_run(db, owner), "run.completed")
        assert await deliver_all(worker) == 16
        assert len(well.received) == 8
    assert await db.fetchval("SELECT max(failures) FROM webhooks") == 0


async def test_many_deliverers_deliver_everything_once_and_in_order(
    database: Database, db: Connection, receiver: Receiver
) -> None:
    owner = await make_principal(db)
    for _ in range(2):
        await subscribe(db, owner, receiver.url, "*")
    made = [await make_run(db, owner) for _ in range(10)]
    for first in (0, 3):
        for run in made:
            await append(db, run, "node.started", "node.completed", "node.started", first=first)
    receiver.delay_s = 0.002
    workers = [Deliveries(database, KEY, True, most_per_owner=6) for _ in range(4)]
    counts = await asyncio.gather(*(deliver_all(one) for one in workers for _ in range(2)))
    for one in workers:
        one.close()
    assert sum(counts) == 120
    heard: dict[tuple[str, str], list[int]] = {}
    for got in receiver.received:
        heard.setdefault((got.headers["x-openwop-webhook-id"], got.run_id), []).append(got.sequence)
    assert len(heard) == 20
    assert all(sequences == [0, 1, 2, 3, 4, 5] for sequences in heard.values())
    assert {row[1:] for row in await outbox(db)} == {("done", 1, "http_204")}
    assert 1 < receiver.most_under_way <= 8


async def test_a_worker_that_died_after_the_post_leaves_it_to_be_made_again(
    db: Connection, worker: Deliveries, receiver: Receiver
) -> None:
    """At least once: the lease runs out, another worker posts again; the dead one's record would change nothing."""
    owner = await make_principal(db)
    await subscribe(db, owner, receiver.url)
    await append(db, await make_run(db, owner), "run.completed")
    async with db.transaction():
        held = await deliveries.claim(db, lease_s=0, most_per_owner=4)
    assert held is not None
    assert not await worker.on_bell()
    assert await worker.due() == 1
    assert await outbox(db) == [(0, "queued", 1, "worker_lost")]
    receiver.gate.clear()
    answering = await under_way(db, worker)
    assert not await deliveries.finish(db, held, "failed", "late")
    receiver.gate.set()
    assert await answering
    assert not await deliveries.finish(db, held, "failed", "late")
    assert not await deliveries.requeue(db, held, "late", delay_s=0)
    assert await outbox(db) == [(0, "done", 2, "http_204")]
    assert len(receiver.received) == 1


async def test_a_delivery_that_kills_its_workers_is_given_up(db: Connection, worker: Deliveries) -> None:
    owner = await make_principal(db)
    await subscribe(db, owner, "http://127.0.0.1:9/")
    await append(db, await make_run(db, owner), "run.completed")
    for _ in range(5):
        async with db.transaction():
            assert await deliveries.claim(db, lease_s=0, most_per_owner=4)
        await worker.due()
    assert await outbox(db) == [(0, "failed", 5, "worker_lost")]


async def test_a_lease_that_has_not_run_out_is_left_alone(db: Connection, worker: Deliveries) -> None:
    owner = await make_principal(db)
    await subscribe(db, owner, "http://127.0.0.1:9/")
    await append(db, await make_run(db, owner), "run.completed", "run.completed")
    async with db.transaction():
        assert await deliveries.claim(db, lease_s=30, most_per_owner=4)
    assert await worker.due() == 0
    assert await db.fetchval("SELECT count(*) FROM deliveries WHERE status = 'running'") == 1


async def test_one_owner_s_slow_receivers_leave_room_for_others(
    database: Database, db: Connection, receiver: Receiver
) -> None:
    slow, quick = await make_principal(db, "slow"), await make_principal(db, "quick")
    async with Receiver() as swamp:
        swamp.gate.clear()
        await subscribe(db, slow, swamp.url)
        await subscribe(db, quick, receiver.url)
        for _ in range(20):
            await append(db, await make_run(db, slow), "run.completed")
        await append(db, await make_run(db, quick), "run.completed")
        worker = Deliveries(database, KEY, True, most_per_owner=2)
        first = [await under_way(db, worker) for _ in range(2)]
        assert await worker.on_bell()
        assert len(receiver.received) == 1
        assert await running(db) == 2
        assert not await worker.on_bell()
        swamp.gate.set()
        assert await asyncio.gather(*first) == [True, True]
        assert await worker.on_bell()
        worker.close()


async def under_way(db: Connection, worker: Deliveries) -> asyncio.Task[bool]:
    """Start to answer one bell, and go on when its delivery is claimed."""
    before = await running(db)
    task = asyncio.create_task(worker.on_bell())
    async with asyncio.timeout(5):
        while await running(db) == before:
            await asyncio.sleep(0.01)
    return task


async def running(db: Connection) -> int:
    return await db.fetchval("SELECT count(*) FROM deliveries WHERE status = 'running'")


async def test_a_url_that_has_come_to_point_inside_is_not_called(
    database: Database, db: Connection, receiver: Receiver
) -> None:
    """The check at registration is repeated at delivery: the setting was turned off, or the name has moved."""
    owner = await make_principal(db)
    await subscribe(db, owner, receiver.url)
    await subscribe(db, owner, "https://hooks.example.com/")

    async def moved(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    worker = Deliveries(database, KEY, False, outbound=Outbound(resolve=moved))
    await append(db, await make_run(db, owner), "run.completed")
    assert await deliver_all(worker) == 2
    worker.close()
    assert {row[1:] for row in await outbox(db)} == {("failed", 1, "webhook_url_rejected")}
    assert receiver.connections == 0


async def test_a_secret_that_does_not_open_sends_nothing(
    database: Database, db: Connection, receiver: Receiver
) -> None:
    owner = await make_principal(db)
    await subscribe(db, owner, receiver.url)
    worker = Deliveries(database, b"x" * 32, True)
    await append(db, await make_run(db, owner), "run.completed")
    assert await deliver_all(worker) == 1
    worker.close()
    assert await outbox(db) == [(0, "queued", 1, "secret_unreadable")]
    assert receiver.connections == 0


async def test_a_subscription_is_its_owner_s_to_end(db: Connection, worker: Deliveries, receiver: Receiver) -> None:
    mine, theirs = await make_principal(db, "mine"), await make_principal(db, "theirs")
    created = await subscribe(db, mine, receiver.url)
    await append(db, await make_run(db, mine), "run.completed")
    for owner, webhook_id in (
        (theirs, str(created.webhook_id)),
        (mine, str(new_id())),
        (mine, "wh-does-not-exist"),
        (mine, ""),
    ):
        with pytest.raises(NotFound) as missing:
            await webhooks.delete(db, owner, webhook_id)
        assert missing.value.code == "subscription_not_found"
    await webhooks.delete(db, mine, str(created.webhook_id))
    with pytest.raises(NotFound):
        await webhooks.delete(db, mine, str(created.webhook_id))
    assert await outbox(db) == []
    assert not await worker.on_bell()
    assert receiver.connections == 0


async def test_a_callback_is_not_a_subscription_to_end(db: Connection) -> None:
    owner = await make_principal(db)
    callback = await webhooks.create_callback(db, owner, (await make_run(db, owner)).id, "http://127.0.0.1:9/")
    with pytest.raises(NotFound):
        await webhooks.delete(db, owner, str(callback))


async def test_ending_a_subscription_while_it_is_called_ends_well(
    db: Connection, worker: Deliveries, receiver: Receiver
) -> None:
    owner = await make_principal(db)
    created = await subscribe(db, owner, receiver.url)
    receiver.gate.clear()
    await append(db, await make_run(db, owner), "run.completed")
    answering = await under_way(db, worker)
    await webhooks.delete(db, owner, str(created.webhook_id))
    receiver.gate.set()
    assert await answering
    assert await outbox(db) == []


async def test_ending_a_subscription_while_its_answer_is_recorded_never_ends_in_a_deadlock(
    database: Database, db: Connection, worker: Deliveries, receiver: Receiver
) -> None:
    """Both take the subscription first: here both wait for its delivery, the record having come first."""
    owner = await make_principal(db)
    created = await subscribe(db, owner, receiver.url)
    receiver.statuses.append(404)
    receiver.gate.clear()
    await append(db, await make_run(db, owner), "run.completed")
    answering = await under_way(db, worker)
    async with database.connect() as other:
        async with db.transaction():
            await db.execute("SELECT FROM deliveries FOR UPDATE")
            receiver.gate.set()
            await asyncio.sleep(0.4)
            ending = asyncio.create_task(webhooks.delete(other, owner, str(created.webhook_id)))
            await asyncio.sleep(0.1)
        assert await asyncio.gather(answering, ending) == [True, None]
    assert await outbox(db) == []


async def test_ending_a_subscription_never_breaks_a_run(database: Database, db: Connection) -> None:
    """Whichever of the two transactions comes first: the log is written, and no delivery is left without its webhook."""
    owner = await make_principal(db)
    first, second = [await subscribe(db, owner, "http://127.0.0.1:9/", "*") for _ in range(2)]
    run = await make_run(db, owner)
    async with database.connect() as other:
        async with db.transaction():
            assert await append(db, run, "run.started") == 2
            ending = asyncio.create_task(webhooks.delete(other, owner, str(first.webhook_id)))
            await asyncio.sleep(0.1)
            assert not ending.done()
        await ending
        assert len(await outbox(db)) == 1
        async with other.transaction():
            await webhooks.delete(other, owner, str(second.webhook_id))
            appending = asyncio.create_task(append(db, run, "run.completed", first=1))
            await asyncio.sleep(0.1)
            assert not appending.done()
        assert await appending == 0
    assert await outbox(db) == []
    assert len(await runs.events(db, run.id)) == 2


async def test_a_principal_may_have_so_many_subscriptions(db: Connection) -> None:
    mine, theirs = await make_principal(db, "mine"), await make_principal(db, "theirs")
    for _ in range(webhooks.MOST):
        await subscribe(db, mine, "https://example.com/")
    with pytest.raises(Rejected, match="delete one first"):
        await subscribe(db, mine, "https://example.com/")
    await subscribe(db, theirs, "https://example.com/")


async def test_what_is_long_over_is_forgotten_and_what_waited_too_long_given_up(
    db: Connection, worker: Deliveries, receiver: Receiver
) -> None:
    owner = await make_principal(db)
    await subscribe(db, owner, receiver.url, "*")
    run = await make_run(db, owner)
    await append(db, run, *["node.started"] * 4)
    assert await worker.on_bell()
    assert await worker.on_bell()
    await db.execute("UPDATE deliveries SET finished_at = now() - interval '73 hours' WHERE sequence = 0")
    await db.execute("UPDATE deliveries SET created_at = now() - interval '25 hours' WHERE sequence = 2")
    assert await worker.purge() == 1
    assert await outbox(db) == [(1, "done", 1, "http_204"), (2, "failed", 0, "expired"), (3, "queued", 0, None)]
    assert await deliver_all(worker) == 1
    assert [got.sequence for got in receiver.received] == [0, 1, 3]


async def test_a_closed_deliverer_claims_nothing_more(db: Connection, database: Database, receiver: Receiver) -> None:
    owner = await make_principal(db)
    await subscribe(db, owner, receiver.url)
    await append(db, await make_run(db, owner), "run.completed")
    worker = Deliveries(database, KEY, True)
    worker.close()
    assert not await worker.on_bell()
    assert await outbox(db) == [(0, "queued", 0, None)]


async def test_the_body_can_be_the_caller_s(database: Database, db: Connection, receiver: Receiver) -> None:
    """The signature is over what is sent."""
    owner = await make_principal(db)
    created = await subscribe(db, owner, receiver.url)
    worker = Deliveries(database, KEY, True, body=lambda sending: sending.event.type.encode())
    await append(db, await make_run(db, owner), "run.completed")
    await deliver_all(worker)
    worker.close()
    assert receiver.received[0].body == b"run.completed"
    verify(receiver.received[0], created.secret)
