"""Sessions of another login server, asked for at a real small HTTP server that answers as Ory Kratos does."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from msgspec.structs import replace

from services.api.auth import kratos

from .conftest import Api, asked, serving


class LoginServer:
    """Knows sessions by their cookies, and what it was asked."""

    def __init__(self) -> None:
        self.sessions: dict[str, dict[str, Any]] = {}
        self.requests: list[str] = []
        self.answer: bytes | None = None
        """Said instead of anything else."""
        self.hangs = False

    def log_in(self, *, aal: str = "aal1", traits: Any = None, identity: str | None = None, **more: Any) -> str:
        cookie = f"MTY5{uuid4().hex}=="
        now = datetime.now(UTC)
        self.sessions[cookie] = {
            "id": str(uuid4()),
            "active": True,
            "expires_at": (now + timedelta(hours=1)).isoformat(),
            "authenticated_at": now.isoformat(),
            "authenticator_assurance_level": aal,
            "identity": {
                "id": identity or str(uuid4()),
                "traits": {"email": "eve@example.org"} if traits is None else traits,
            },
            **more,
        }
        return cookie

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked_for = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.requests.append(asked_for)
            while self.hangs:
                await asyncio.sleep(0.05)
            writer.write(self.answer or self._answer(asked_for))
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, request: str) -> bytes:
        lines = request.split("\r\n")
        cookie = next((line.partition(": ")[2] for line in lines if line.lower().startswith("cookie:")), "")
        found = self.sessions.get(cookie.removeprefix("ory_kratos_session="))
        if not lines[0].startswith("GET /sessions/whoami ") or found is None:
            return said(401, {"error": {"code": 401}})
        return said(200, found)


def said(status: int, body: Any) -> bytes:
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\nContent-Length: {len(content)}\r\nConnection: close\r\n\r\n"
    return head.encode() + content


@pytest.fixture(scope="module")
async def address() -> AsyncIterator[tuple[LoginServer, str]]:
    login_server = LoginServer()
    server = await asyncio.start_server(login_server.serve, "127.0.0.1", 0)
    async with server:
        yield login_server, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


@pytest.fixture(scope="module")
async def api(shared_api: Api, address: tuple[LoginServer, str]) -> AsyncIterator[Api]:
    async with serving(replace(shared_api.settings, kratos_url=address[1])) as api:
        yield api


@pytest.fixture
def login_server(address: tuple[LoginServer, str]) -> LoginServer:
    server = address[0]
    server.requests.clear()
    server.answer, server.hangs = None, False
    return server


@asynccontextmanager
async def visitor(api: Api, cookie: str, **more: str) -> AsyncIterator[httpx.AsyncClient]:
    pairs = "; ".join(f"{name}={value}" for name, value in {"ory_kratos_session": cookie, **more}.items())
    headers = {"Origin": api.url.encode(), "Cookie": pairs.encode("latin-1")}
    async with httpx.AsyncClient(base_url=api.url, headers=headers, timeout=15) as client:
        yield client


async def test_a_person_is_made_when_seen_for_the_first_time(api: Api, login_server: LoginServer):
    """And found again by the identity's id, however often and however many at once."""
    identity = str(uuid4())
    cookies = [login_server.log_in(identity=identity) for _ in range(4)]
    async with visitor(api, cookies[0], theme="dark", pressrun_session="old") as client:
        who = (await client.get("/api/auth/session")).json()
        assert (who["principal"]["name"], who["principal"]["role"]) == ("eve@example.org", "user")
        assert (who["federated"], who["aal"], who["principal"]["email"]) == (True, "aal1", None)
        assert (await client.post("/api/reports/", json=asked())).status_code == 201
        assert (await client.post("/api/reports/", json=asked(), headers={"Origin": "https://x.y"})).status_code == 403
    assert len(login_server.requests) == 1, "the answer is remembered for a moment"
    assert "theme" not in login_server.requests[0], "only its own cookie is sent on"
    assert "old" not in login_server.requests[0]

    async def seen(cookie: str) -> str:
        async with visitor(api, cookie) as client:
            return (await client.get("/api/auth/session")).json()["principal"]["id"]

    assert len({await seen(cookies[0]), *await asyncio.gather(*(seen(cookie) for cookie in cookies))}) == 1


async def test_its_level_of_assurance_is_taken_over(api: Api, login_server: LoginServer):
    for level, aal in (("aal1", "aal1"), ("aal2", "aal2"), ("aal3", "aal2"), ("odd", "aal1")):
        async with visitor(api, login_server.log_in(aal=level)) as client:
            assert (await client.get("/api/auth/session")).json()["aal"] == aal


async def test_a_host_that_asks_everybody_asks_them_too(shared_api: Api, address: tuple[LoginServer, str]):
    """By the methods of their server, which has to be shown them."""
    told = replace(shared_api.settings, kratos_url=address[1], second_factor="always")
    async with serving(told) as strict:
        for level, status in (("aal1", 403), ("aal2", 200)):
            async with visitor(strict, address[0].log_in(aal=level)) as client:
                answer = await client.get("/api/reports/")
                assert answer.status_code == status
                if status == 403:
                    assert answer.json()["required_methods"] == ["totp", "webauthn", "lookup_secret"]


async def test_password_and_second_factor_are_not_ours(api: Api, login_server: LoginServer):
    async with visitor(api, login_server.log_in()) as client:
        for path in ("password", "second-factor", "step-up"):
            answer = await client.post(f"/api/auth/{path}", json={})
            assert (answer.status_code, answer.json()["error"]) == (409, "federated")
        assert (await client.post("/api/keys", json={"name": "x"})).status_code == 201


async def test_what_it_does_not_know_is_a_stranger(api: Api, login_server: LoginServer):
    """An unknown cookie, an inactive session, one whose time is up, one that no header may carry."""
    late = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    for cookie in ("unknown", login_server.log_in(active=False), login_server.log_in(expires_at=late), 'a"b', "é"):
        async with visitor(api, cookie) as client:
            answer = await client.get("/api/reports/")
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
            assert (await client.get("/api/reports/queue/status")).status_code not in {401, 403}
    async with visitor(api, "x" * 5000) as client:
        assert (await client.get("/api/reports/")).status_code == 401


async def test_its_own_demand_for_a_second_factor_is_passed_on(api: Api, login_server: LoginServer):
    login_server.answer = said(403, {"error": {"id": "session_aal2_required"}})
    async with visitor(api, uuid4().hex) as client:
        answer = await client.get("/api/reports/")
        assert (answer.status_code, answer.json()["code"]) == (403, "METHOD_REQUIRED")
        for path in ("queue/status", "public/queue/status"):
            assert (await client.get(f"/api/reports/{path}")).status_code == 200, "it is everybody's"


@pytest.mark.parametrize(
    "answer",
    [
        said(500, {"error": "boom"}),
        said(302, {}),
        said(200, {"id": 3}),
        said(200, []),
        said(
            200,
            {
                "id": str(uuid4()),
                "identity": {"id": ""},
                "expires_at": "2090-01-01T00:00:00Z",
                "authenticated_at": "2020-01-01T00:00:00Z",
            },
        ),
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\n{\xff\xfe}",
        b"not http at all\r\n\r\n",
    ],
)
async def test_an_answer_that_is_none_is_an_outage(api: Api, login_server: LoginServer, answer: bytes):
    """Nobody is let in by it, nobody is told that they are logged out; public pages go on."""
    login_server.answer = answer
    async with visitor(api, uuid4().hex) as client:
        refused = await client.get("/api/reports/")
        assert (refused.status_code, refused.json()["code"]) == (503, "login_server_unavailable")
        assert int(refused.headers["retry-after"]) > 0
        assert kratos.CODE not in (await client.get("/api/reports/queue/status")).text


async def test_a_server_that_hangs_is_not_waited_for(
    api: Api, login_server: LoginServer, monkeypatch: pytest.MonkeyPatch
):
    """And our own people, and keys, do not notice."""
    person, key = await api.person(), await api.key()
    login_server.hangs = True
    door = api.resources.door
    assert door.kratos is not None
    monkeypatch.setattr(door.kratos._client, "timeout", httpx.Timeout(0.2))
    async with visitor(api, uuid4().hex) as client:
        assert (await client.get("/api/reports/")).status_code == 503
        assert (await client.get("/api/reports/", headers={"X-API-Key": key})).status_code == 200
    async with api.browser(person) as client:
        client.cookies.set("ory_kratos_session", uuid4().hex)
        assert (await client.get("/api/reports/")).status_code == 200


async def test_an_administrator_keeps_them_out_and_gives_them_a_role(api: Api, login_server: LoginServer):
    cookie = login_server.log_in(traits={"username": "frank"})
    async with visitor(api, cookie) as client, api.browser(await api.person(role="super_admin")) as root:
        user_id = (await client.get("/api/auth/session")).json()["principal"]["id"]
        assert (await root.patch(f"/api/users/{user_id}", json={"role": "admin"})).json()["name"] == "frank"
        assert (await client.get("/api/users")).status_code == 200
        await root.patch(f"/api/users/{user_id}", json={"active": False})
        assert (await client.get("/api/reports/")).status_code == 401


async def test_logging_out_forgets_it_here(api: Api, login_server: LoginServer):
    """Its own session is ended there."""
    cookie = login_server.log_in()
    async with visitor(api, cookie) as client:
        assert (await client.get("/api/reports/")).status_code == 200
        del login_server.sessions[cookie]
        assert (await client.get("/api/reports/")).status_code == 200, "remembered"
        assert (await client.post("/api/auth/logout")).status_code == 200
        assert (await client.get("/api/reports/")).status_code == 401


async def test_memory_is_short_and_small(
    login_server: LoginServer, address: tuple[LoginServer, str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(kratos, "MOST_REMEMBERED", 3)
    assert kratos.REMEMBER_S <= 60
    server = kratos.Kratos(address[1], remember_s=0)
    cookies = [login_server.log_in() for _ in range(5)]
    try:
        for cookie in (*cookies, cookies[-1]):
            assert await server.whoami(cookie)
        assert len(login_server.requests) == 6
        assert len(server._known) == 3
    finally:
        await server.close()


@pytest.mark.parametrize(
    ("traits", "name"),
    [
        ({"email": " a@b.c "}, "a@b.c"),
        ({"username": "u"}, "u"),
        ({"email": ["x"], "name": "n\0m"}, "nm"),
        ({"name": {"first": "a"}}, "the-id"),
        ("text", "the-id"),
        (None, "the-id"),
        ({"email": "x" * 500}, "x" * 200),
    ],
)
def test_a_name_is_found_in_any_schema(traits: Any, name: str):
    assert kratos.Identity(id="the-id", traits=traits).name == name
