"""Who asked for a report hears how it ended, without asking again."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Iterable
from typing import Any

import pytest

from deploy.local.seaweedfs import S3
from services.worker.webhooks import Deliveries
from shared.db import runs
from shared.domain.sealing import read_key
from tests.integration.worker.receiver import Received, Receiver

from .conftest import Api, asked, failing, serving, told


@pytest.fixture
async def open_api(fresh_database_url: str, fresh_redis_url: str, s3: S3) -> AsyncIterator[Api]:
    """An api that lets webhooks come to this host."""
    async with serving(told(fresh_database_url, fresh_redis_url, s3, webhook_allow_private=True)) as api:
        yield api


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as started:
        yield started


async def deliver(api: Api, *, times: int = 1) -> None:
    """What a worker does, with the time between two tries left out."""
    database = api.resources.pipeline.database
    worker = Deliveries(database, read_key(api.settings.secret_key), True)
    for _ in range(times):
        async with database.connect() as db:
            await db.execute("UPDATE deliveries SET ready_at = now() WHERE status = 'queued'")
        while await worker.on_bell():
            pass
    worker.close()


def bodies(received: Iterable[Received]) -> list[dict[str, Any]]:
    return [json.loads(one.body) for one in received]


async def test_a_callback_hears_of_its_report_and_of_no_other(open_api: Api, receiver: Receiver):
    """That it is completed, with the report's id; nothing about another report of the same owner."""
    async with open_api.client(await open_api.key()) as client:
        answer = await client.post("/api/reports/", json=asked(callback_url=receiver.url))
        assert answer.status_code == 201, answer.text
        report = answer.json()["data"]["report"]
        await client.post("/api/reports/", json=asked())
    await open_api.work()
    await deliver(open_api)
    (got,) = bodies(receiver.received)
    assert (got["type"], got["reportId"], got["runId"]) == ("run.completed", report["id"], report["run_id"])
    assert "x-openwop-signature" not in receiver.received[0].headers


async def test_a_callback_is_tried_again_until_it_is_taken(open_api: Api, receiver: Receiver):
    """Five times at most; the same event each time."""
    receiver.statuses.extend([503, 500, 204])
    async with open_api.client(await open_api.key()) as client:
        await client.post("/api/reports/", json=asked(callback_url=receiver.url))
    await open_api.work()
    await deliver(open_api, times=5)
    assert len(receiver.received) == 3
    assert len({one.body for one in receiver.received}) == 1


async def test_a_retried_report_still_calls_back(open_api: Api, receiver: Receiver):
    """That it failed, and then that it is completed by another run."""
    async with open_api.client(await open_api.key()) as client:
        report = (await client.post("/api/reports/", json=asked(callback_url=receiver.url))).json()["data"]["report"]
        await open_api.work({"report.outline": failing})
        await deliver(open_api)
        again = (await client.post(f"/api/reports/{report['id']}/retry")).json()
        await open_api.work()
        await deliver(open_api)
    assert [(got["type"], got["reportId"], got["runId"]) for got in bodies(receiver.received)] == [
        ("run.failed", report["id"], report["run_id"]),
        ("run.completed", report["id"], again["run_id"]),
    ]


async def test_a_cancelled_report_calls_back(open_api: Api, receiver: Receiver):
    async with open_api.client(await open_api.key()) as client:
        report = (await client.post("/api/reports/", json=asked(callback_url=receiver.url))).json()["data"]["report"]
        await client.post(f"/api/reports/{report['id']}/cancel")
    await deliver(open_api)
    assert [got["type"] for got in bodies(receiver.received)] == ["run.cancelled"]


async def test_a_subscription_hears_of_every_report_of_its_owner_signed(open_api: Api, receiver: Receiver):
    """One secret for all; another owner's reports are not told."""
    receiver.statuses.append(500)
    async with open_api.client(await open_api.key()) as mine, open_api.client(await open_api.key()) as other:
        made = await mine.post("/v1/webhooks", json={"url": receiver.url, "events": ["run.completed"]})
        assert made.status_code == 201, made.text
        ids = [(await mine.post("/api/reports/", json=asked())).json()["data"]["report"]["id"] for _ in range(2)]
        await other.post("/api/reports/", json=asked())
    await open_api.work()
    await deliver(open_api, times=3)
    assert sorted({got["reportId"] for got in bodies(receiver.received)}) == sorted(ids)
    assert len(receiver.received) == 3
    for got in receiver.received:
        stamp = got.headers["openwop-timestamp"].encode()
        expected = hmac.new(made.json()["secret"].encode(), stamp + b"." + got.body, hashlib.sha256).hexdigest()
        assert got.headers["openwop-signature"] == f"sha256={expected}"


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("http://example.org/hook", "callback_url must begin with https://"),
        ("https://127.0.0.1/hook", "callback_url has an address that is not on the public internet"),
        ("https://169.254.169.254/latest", "callback_url has an address that is not on the public internet"),
        ("https://[::1]/hook", "callback_url has an address that is not on the public internet"),
        ("https://db.internal/hook", "callback_url has a host that is not a name on the public internet"),
        ("https://example.org:22/hook", "callback_url must have port 443, or one of 1024 and above"),
        ("https://user:word@example.org/", "callback_url must be an absolute https URL"),
        ("javascript:alert(1)", "callback_url must be an absolute https URL"),
        ("", "callback_url must be an absolute https URL"),
        ("https://example.org/" + "x" * 3000, "callback_url must be an absolute https URL"),
        (5, "callback_url: must be a URL, as text"),
        (["https://example.org/"], "callback_url: must be a URL, as text"),
    ],
)
async def test_a_url_that_is_not_called_is_refused(shared_api: Api, url: Any, error: str):
    """By the rules of every webhook, and before anything is written."""
    async with shared_api.client(await shared_api.key()) as client:
        answer = await client.post("/api/reports/", json=asked(callback_url=url))
        assert answer.status_code == 400
        assert answer.json()["error"].startswith(error)
        assert answer.json()["details"] == {"field": "callback_url"}
        assert (await client.get("/api/reports/")).json()["data"]["pagination"]["total"] == 0


async def test_null_is_no_callback(shared_api: Api):
    async with shared_api.client(await shared_api.key()) as client:
        report = (await client.post("/api/reports/", json=asked(callback_url=None))).json()["data"]["report"]
    async with shared_api.resources.pipeline.database.connect() as db:
        run = await runs.get(db, report["run_id"])
        told = await db.fetchval("SELECT count(*) FROM webhooks WHERE run_id = $1", report["run_id"])
    assert run is not None
    assert (run.callback_url, told) == (None, 0)
