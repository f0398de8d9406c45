"""Who may call, and how a caller is told apart from a stranger."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from services.api.auth.usage import EVERY_S
from shared.db import principals

from .conftest import CONVERSATIONAL, Api, asked

ROUTES = [
    ("GET", "/api/reports/"),
    ("POST", "/api/reports/"),
    ("GET", "/api/reports/templates"),
    ("GET", f"/api/reports/templates/{CONVERSATIONAL}"),
    ("GET", f"/api/reports/{CONVERSATIONAL}"),
    ("GET", f"/api/reports/{CONVERSATIONAL}/download"),
    ("POST", f"/api/reports/{CONVERSATIONAL}/cancel"),
    ("POST", f"/api/reports/{CONVERSATIONAL}/retry"),
]
PUBLIC = ["/", "/queue", "/docs", "/openapi.json", "/health/live", "/health/ready", "/metrics"]


@pytest.mark.parametrize("prefix", ["", "/sting"])
@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_every_report_route_wants_a_key(shared_api: Api, method: str, path: str, prefix: str):
    """And says so in its dialect's words, before it looks at anything else."""
    async with shared_api.client() as client:
        answer = await client.request(method, prefix + path, content=b"not json")
    assert answer.status_code == 401
    body = answer.json()
    assert (body["success"], body["error"], body["detail"]) == (False, *["Authentication required"] * 2)
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", [*PUBLIC, "/api/reports/queue/status", "/api/reports/public/queue/status"])
async def test_public_pages_want_none(shared_api: Api, path: str):
    async with shared_api.client() as client:
        assert (await client.get(path)).status_code == 200


async def test_a_key_may_come_in_either_header(shared_api: Api):
    """Also in both; the scheme's case does not matter."""
    key = await shared_api.key()
    async with shared_api.client() as client:
        for headers in (
            {"X-API-Key": key},
            {"Authorization": f"Bearer {key}"},
            {"Authorization": f"bearer  {key}"},
            {"X-API-Key": key, "Authorization": "Bearer other"},
        ):
            assert (await client.get("/api/reports/", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X-API-Key": ""},
        {"X-API-Key": "sk_" + "a" * 43},
        {"X-API-Key": "a" * 5000},
        {"X-API-Key": "' OR 1=1 --"},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic c2s6eA=="},
        {"Authorization": "Bearer sk_x sk_y"},
        {"X-API-Key": b"sk_\xff\xfe"},
    ],
)
async def test_what_is_no_key_is_refused(shared_api: Api, headers: dict[str, str]):
    async with shared_api.client() as client:
        answer = await client.get("/api/reports/", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


async def test_an_expired_and_a_revoked_key_are_told_apart(shared_api: Api):
    """In the code; the text stays what clients know."""
    expired = await shared_api.key(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    revoked = await shared_api.key()
    async with shared_api.resources.pipeline.database.begin() as db:
        held = await principals.by_key(db, revoked)
        assert held is not None
        await principals.revoke_key(db, held.principal.id, held.key_id)
    for key, code in ((expired, "key_expired"), (revoked, "key_revoked")):
        async with shared_api.client(key) as client:
            answer = await client.get("/api/reports/")
        assert (answer.status_code, answer.json()["code"]) == (401, code)
        assert answer.json()["error"] == "Authentication required"


@pytest.mark.parametrize(
    ("scopes", "reads", "writes"),
    [
        (["read"], 200, 201),
        (["admin"], 200, 201),
        (["write"], 403, 201),
        (["publish", "runs:create"], 403, 403),
        ([], 403, 403),
    ],
)
async def test_scopes_decide(shared_api: Api, scopes: list[str], reads: int, writes: int):
    """A read key may also ask for its owner's reports: this dialect's promise."""
    async with shared_api.client(await shared_api.key(scopes=scopes)) as client:
        read = await client.get("/api/reports/")
        written = await client.post("/api/reports/", json=asked())
    assert (read.status_code, written.status_code) == (reads, writes)
    for answer in (read, written):
        if answer.status_code == 403:
            assert answer.json()["error"] == "Insufficient permissions"


async def test_a_key_that_only_reads_neither_removes_nor_gives_away(shared_api: Api):
    """It may ask, and take back what it asked for; nothing else."""
    async with shared_api.client(await shared_api.key(scopes=["read"])) as client:
        report = (await client.post("/api/reports/", json=asked())).json()["data"]["report"]
        path = f"/api/reports/{report['id']}"
        refused = [
            await client.delete(path),
            await client.post(f"{path}/share", json={"method": "link"}),
            await client.post("/api/conversations/", json={"title": "Tea"}),
        ]
        assert [answer.status_code for answer in refused] == [403] * 3
        assert (await client.post(f"{path}/cancel")).status_code == 200


async def test_a_public_page_ignores_a_key_that_does_not_work(shared_api: Api):
    async with shared_api.client("sk_wrong") as client:
        answer = await client.get("/api/reports/queue/status")
    assert answer.status_code == 200
    assert "user_active_reports" not in answer.json()["data"]


async def test_use_of_a_key_is_noted_a_moment_later(shared_api: Api):
    """Off the request's path, and then not again for a minute."""
    key = await shared_api.key()

    async def last_used() -> datetime | None:
        async with shared_api.resources.pipeline.database.connect() as db:
            held = await principals.by_key(db, key)
        assert held is not None
        return held.last_used_at

    async with shared_api.client(key) as client:
        await client.get("/api/reports/")
        assert await last_used() is None
        await asyncio.sleep(EVERY_S + 0.5)
        noted = await last_used()
        assert noted is not None
        await client.get("/api/reports/")
    await shared_api.resources.key_usage.close()
    assert await last_used() == noted


async def test_a_key_never_comes_back(shared_api: Api, capsys: pytest.CaptureFixture[str]):
    """Not in an answer, not in a line of log."""
    key = await shared_api.key()
    async with httpx.AsyncClient(base_url=shared_api.url, headers={"X-API-Key": key}) as client:
        answers = [await client.get(f"/api/reports/{path}") for path in ("", "x", "templates", f"?search={key}")]
    assert all(key not in answer.text for answer in answers)
    assert key not in capsys.readouterr().out
