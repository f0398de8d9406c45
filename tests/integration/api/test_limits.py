"""How often a principal may ask for reports, list them and download them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import redis

from deploy.local.seaweedfs import S3
from services.api.settings import Settings
from shared.config import load
from shared.queue.limits import PREFIX

from . import ml
from .conftest import Api, asked, serving, told


@pytest.fixture
async def strict(fresh_database_url: str, fresh_redis_url: str, s3: S3) -> AsyncIterator[Api]:
    """An api with the limits that it has unless it is told others."""
    async with serving(told(fresh_database_url, fresh_redis_url, s3, limits=True)) as api:
        yield api


@pytest.fixture
async def client(strict: Api) -> AsyncIterator[httpx.AsyncClient]:
    async with strict.client(await strict.key()) as client:
        yield client


def said(answer: httpx.Response) -> tuple[str | None, ...]:
    return tuple(answer.headers.get(f"RateLimit-{name}") for name in ("Limit", "Remaining", "Policy"))


async def ask(client: httpx.AsyncClient, **headers: str) -> httpx.Response:
    return await client.post("/api/reports/", json=asked(), headers=headers)


async def test_the_eleventh_report_within_an_hour_is_refused(strict: Api, client: httpx.AsyncClient):
    """With what is left on every answer, and when to come back; another principal is not concerned."""
    for left in range(9, -1, -1):
        answer = await ask(client)
        assert answer.status_code == 201
        assert said(answer) == ("10", str(left), "10;w=3600")
    refused = await ask(client)
    assert refused.status_code == 429
    body = refused.json()
    assert (body["success"], body["code"]) == (False, "rate_limited")
    assert body["error"] == body["detail"]
    assert body["error"].startswith("Rate limit exceeded: 10 reports may be asked for within 3600 seconds")
    assert 3500 < int(refused.headers["Retry-After"]) <= 3600
    assert refused.headers["RateLimit-Reset"] == refused.headers["Retry-After"]
    assert said(refused) == ("10", "0", "10;w=3600")
    assert (await client.get("/api/reports/")).json()["data"]["pagination"]["total"] == 10
    async with strict.client(await strict.key()) as other:
        assert (await ask(other)).status_code == 201


async def test_what_is_refused_or_repeated_is_not_counted(client: httpx.AsyncClient):
    """Mistakes cost nothing, and a repeat with the same Idempotency-Key is not another report."""
    for wrong in ({"title": ""}, {"template_id": "nope"}, {"priority": "asap"}, {"parameters": {"user_query": 7}}):
        assert (await client.post("/api/reports/", json=asked(**wrong))).status_code in {400, 404}
    first = await ask(client, **{"Idempotency-Key": "once"})
    again = await ask(client, **{"Idempotency-Key": "once"})
    assert again.json() == first.json()
    assert said(await ask(client)) == ("10", "8", "10;w=3600")


async def test_a_refusal_for_the_limit_is_not_repeated_to_the_same_key(
    strict: Api, client: httpx.AsyncClient, fresh_redis_url: str
):
    """When there is room again, the request that was refused is carried out."""
    assert [(await ask(client)).status_code for _ in range(10)] == [201] * 10
    assert (await ask(client, **{"Idempotency-Key": "late"})).status_code == 429
    with redis.Redis.from_url(fresh_redis_url, socket_timeout=5) as valkey:
        valkey.delete(*valkey.keys(f"{PREFIX}create:*"))
    assert (await ask(client, **{"Idempotency-Key": "late"})).status_code == 201


async def test_a_report_that_could_not_be_stored_is_not_counted(strict: Api, client: httpx.AsyncClient):
    """Its place is given back."""
    async with strict.resources.pipeline.database.begin() as db:
        await db.execute("ALTER TABLE reports ADD CONSTRAINT no_disk CHECK (title <> 'broken')")
    assert (await client.post("/api/reports/", json=asked(title="broken"))).status_code == 500
    assert said(await ask(client)) == ("10", "9", "10;w=3600")


async def test_lists_are_limited_and_clients_that_repeat_by_themselves_are_not_frozen(client: httpx.AsyncClient):
    """Every list counts, a wrong one too; a GET's Retry-After is short, whatever is left of the window."""
    answers = [await client.get("/api/reports/", params={"limit": "x"} if n == 5 else {}) for n in range(101)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [400] + [200] * 94 + [429]
    assert said(answers[0]) == ("100", "99", "100;w=60")
    assert said(answers[5]) == ("100", "94", "100;w=60")
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 5
    assert answers[-1].json()["details"]["retryAfter"] > 5
    assert (await client.get("/sting/api/reports/")).status_code == 429
    assert (await client.get("/api/reports/templates")).status_code == 200


async def test_downloads_are_limited(strict: Api, client: httpx.AsyncClient):
    report = (await ask(client)).json()["data"]["report"]
    await strict.finish(report["run_id"])
    path = f"/api/reports/{report['id']}/download"
    answers = [await client.get(path) for _ in range(51)]
    assert [answer.status_code for answer in answers] == [200] * 50 + [429]
    assert said(answers[-1]) == ("50", "0", "50;w=60")


async def test_a_file_that_is_shown_in_its_place_is_a_download_but_for_the_page(strict: Api, client: httpx.AsyncClient):
    report = (await ask(client)).json()["data"]["report"]
    await strict.finish(report["run_id"])
    path = f"/api/reports/{report['id']}/view"
    for form in ("pdf", "md") * 25:
        assert (await client.get(path, params={"format": form})).status_code == 200
    assert (await client.get(path, params={"format": "pdf"})).status_code == 429
    assert (await client.get(f"/api/reports/{report['id']}/download")).status_code == 429
    assert (await client.get(path)).status_code == 200


async def test_a_privacy_report_that_is_there_is_not_asked_for_again(
    fresh_database_url: str, fresh_redis_url: str, s3: S3
):
    settings = told(fresh_database_url, fresh_redis_url, s3, limits=True, limit_create_ml="1/3600")
    async with serving(settings) as api, api.client(await api.key()) as client:
        family = await ml.push(client)
        path = f"/api/privacy/sessions/{family.privacy_session}/report"
        asking = asyncio.create_task(client.get(path))
        while not asking.done():
            await api.work(ml.NODES(api))
            await asyncio.sleep(0.02)
        assert [(await asking).status_code, *[(await client.get(path)).status_code for _ in range(3)]] == [200] * 4


async def test_a_stranger_takes_nobody_s_place(client: httpx.AsyncClient, strict: Api):
    """Who may not do it is refused before anything is counted."""
    async with strict.client() as nobody:
        assert [(await nobody.get("/api/reports/")).status_code for _ in range(3)] == [401] * 3
    assert said(await client.get("/api/reports/")) == ("100", "99", "100;w=60")


async def test_limits_that_are_switched_off_are_not_spoken_of(api: Api):
    async with api.client(await api.key()) as client:
        answers = [await ask(client) for _ in range(12)]
    assert {answer.status_code for answer in answers} == {201}
    assert said(answers[0]) == (None, None, None)


@pytest.mark.parametrize("rate", ["10", "0/60", "10/0", "-1/60", "ten/hour", "1.5/60"])
def test_a_limit_that_is_none_stops_the_start(rate: str):
    """With the setting's name."""
    env = {f"PRESSRUN_{name}": "x" for name in ("DATABASE_URL", "REDIS_URL", "S3_ENDPOINT", "SECRET_KEY")}
    env |= {"PRESSRUN_S3_ACCESS_KEY": "x", "PRESSRUN_S3_SECRET_KEY": "x", "PRESSRUN_LIMIT_LIST": rate}
    with pytest.raises(SystemExit, match="limit_list"):
        load(Settings, env)
