"""The report on a privacy session, which is asked for by its address and waited for."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from services.api.reports.ml import privacy
from tests.contract.coreplexml.entities import Family

from . import ml
from .conftest import FILES, Api, failing


def address(family: Family) -> str:
    return f"/api/privacy/sessions/{family.privacy_session}/report"


async def made(api: Api, client: httpx.AsyncClient, family: Family) -> httpx.Response:
    """The answer, while a worker makes the report."""
    asking = asyncio.create_task(client.get(address(family)))
    async with asyncio.timeout(30):
        while not asking.done():
            await api.work(ml.NODES(api))
            await asyncio.sleep(0.02)
    return await asking


async def count(client: httpx.AsyncClient) -> int:
    return (await client.get("/api/reports", params={"kind": "privacy_session"})).json()["total"]


async def test_the_answer_is_the_finished_file(shared_api: Api, client: httpx.AsyncClient):
    family = await ml.push(client)
    answer = await made(shared_api, client, family)
    assert (answer.status_code, answer.content) == (200, FILES["pdf"])
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith('attachment; filename="Privacy report patients_')


async def test_the_report_is_made_once_for_what_was_pushed_last(shared_api: Api, client: httpx.AsyncClient):
    """Asking again hands out the same one, until the session changes."""
    family = await ml.push(client)
    for _ in range(2):
        assert (await made(shared_api, client, family)).status_code == 200
    assert await count(client) == 1
    changed = family.body("privacy_session") | {"status": "transformed"}
    await client.put(f"/api/ml/entities/privacy_session/{family.privacy_session}", json=changed)
    assert (await made(shared_api, client, family)).status_code == 200
    assert await count(client) == 2


async def test_two_who_ask_at_once_get_the_same_report(shared_api: Api, client: httpx.AsyncClient):
    family = await ml.push(client)
    answers = await asyncio.gather(made(shared_api, client, family), made(shared_api, client, family))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert await count(client) == 1


async def test_a_session_whose_detection_has_not_finished_is_a_conflict(client: httpx.AsyncClient):
    for status in ("created", "detecting", "failed", ""):
        family = Family()
        body = family.body("privacy_session") | {"status": status}
        await client.put(f"/api/ml/entities/privacy_session/{family.privacy_session}", json=body)
        answer = await client.get(address(family))
        assert (answer.status_code, answer.json()["code"]) == (409, "not_ready")
    assert await count(client) == 0


async def test_an_unknown_session_is_not_found(client: httpx.AsyncClient):
    for path in (address(Family()), "/api/privacy/sessions/nope/report"):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()["detail"]) == (404, "Privacy session not found")


async def test_a_failed_report_says_why_and_the_next_one_is_tried(shared_api: Api, client: httpx.AsyncClient):
    family = await ml.push(client)
    asking = asyncio.create_task(client.get(address(family)))
    async with asyncio.timeout(30):
        while not asking.done():
            await shared_api.work(ml.NODES(shared_api) | {"ml.compose": failing})
            await asyncio.sleep(0.02)
    answer = await asking
    assert answer.status_code == 409
    assert "the third document is not text" in answer.json()["detail"]
    assert (await made(shared_api, client, family)).status_code == 200


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privacy, "WAIT_S", 0.1)


@pytest.mark.usefixtures("impatient")
async def test_who_waits_too_long_is_told_to_come_back(client: httpx.AsyncClient):
    """No client hangs; what was begun goes on."""
    family = await ml.push(client)
    for _ in range(2):
        answer = await client.get(address(family))
        assert answer.status_code == 503
        assert 1 <= int(answer.headers["retry-after"]) <= 5
    assert await count(client) == 1
