"""The second factor: set up, demanded, shown once, given up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from services.api.auth.origin import is_ours

from .conftest import CONVERSATIONAL, PASSWORD, RECOVERY, Api, Person, asked, code, serving

CALLS = [
    ("GET", "/api/reports/"),
    ("POST", "/api/reports/"),
    ("GET", "/api/reports/templates"),
    ("GET", f"/api/reports/{CONVERSATIONAL}"),
    ("GET", f"/api/reports/{CONVERSATIONAL}/download"),
    ("POST", f"/api/reports/{CONVERSATIONAL}/cancel"),
    ("POST", f"/api/reports/{CONVERSATIONAL}/retry"),
]


async def sql(api: Api, statement: str, *values: Any) -> Any:
    async with api.resources.pipeline.database.connect() as db:
        return await db.fetchval(statement, *values)


async def actions(api: Api, person: Person) -> list[str]:
    async with api.resources.pipeline.database.connect() as db:
        rows = await db.fetch("SELECT action FROM audit_entries WHERE object_id = $1 ORDER BY at, id", str(person.id))
    return [row["action"] for row in rows]


@pytest.mark.parametrize("prefix", ["", "/sting"])
async def test_who_has_a_second_factor_must_show_it_for_every_report_route(shared_api: Api, prefix: str):
    """In the words that clients of this dialect wait for; a key is asked for nothing."""
    person = await shared_api.person(enrolled=True)
    async with shared_api.browser(person) as client:
        for method, path in CALLS:
            answer = await client.request(method, prefix + path, json=asked() if method == "POST" else None)
            body = answer.json()
            assert (answer.status_code, body["code"], body["success"]) == (403, "METHOD_REQUIRED", False), path
            assert body["required_methods"] == ["totp", "recovery_code"]
            assert body["operation"]
            assert body["error"] == "Confirm it is you with your second factor"
        assert (await client.post("/api/auth/step-up", json={"totp": code()})).status_code == 200
        assert (await client.post("/api/reports/", json=asked())).status_code == 201
        key = (await client.post("/api/keys", json={"name": "k"})).json()["api_key"]
    async with shared_api.client(key) as client:
        assert (await client.get("/api/reports/")).status_code == 200


async def test_no_other_door_is_open_meanwhile(shared_api: Api):
    """Runs, keys and sessions ask for it too; making a key would be a way around it."""
    person = await shared_api.person(enrolled=True, role="super_admin")
    async with shared_api.browser(person) as client:
        for method, path in (
            ("GET", "/v1/runs/run-x"),
            ("POST", "/v1/runs"),
            ("POST", "/api/keys"),
            ("GET", "/api/keys"),
            ("GET", "/api/users"),
            ("POST", "/api/users"),
            ("GET", "/api/auth/sessions"),
            ("POST", "/api/auth/password"),
            ("DELETE", "/api/auth/second-factor"),
            ("POST", "/api/auth/second-factor/recovery-codes"),
        ):
            answer = await client.request(method, path, json={} if method == "POST" else None)
            assert answer.status_code == 403, path
            assert answer.json()["details"]["required_methods"] == ["totp", "recovery_code"]
        again = await client.post("/api/auth/second-factor", json={"password": PASSWORD})
        assert (again.status_code, again.json()["error"]) == (409, "already_enrolled")
        assert (await client.get("/api/auth/session")).json()["second_factor"] == {"enrolled": True, "demanded": True}


async def test_setting_it_up(shared_api: Api):
    """The secret is sealed, the codes are hashed, and this session has shown it with the confirmation."""
    person = await shared_api.person()
    async with shared_api.browser(person) as client:
        refused = await client.post("/api/auth/second-factor", json={"password": "not my password"})
        assert (refused.status_code, refused.json()["error"]) == (400, "wrong_password")
        begun = await client.post("/api/auth/second-factor", json={"password": PASSWORD})
        assert begun.status_code == 201
        secret, uri, qr = (begun.json()[name] for name in ("secret", "uri", "qr"))
        assert uri.startswith("otpauth://totp/Pressrun:")
        assert f"secret={secret}" in uri
        assert qr.startswith("<svg")
        assert "<script" not in qr
        assert (await client.get("/api/reports/")).status_code == 200, "it is not confirmed yet"
        assert (await client.post("/api/auth/step-up", json={"totp": code(secret)})).status_code == 409
        wrong = await client.post("/api/auth/second-factor/confirm", json={"totp": "000000"})
        assert (wrong.status_code, wrong.json()["error"]) == (401, "second_factor_failed")
        confirmed = await client.post("/api/auth/second-factor/confirm", json={"totp": code(secret)})
        codes = confirmed.json()["recovery_codes"]
        assert len(set(codes)) == 10
        assert client.cookies["ory_kratos_session"] != person.token, "the token is another"
        async with shared_api.browser(person) as old:
            assert (await old.get("/api/reports/")).status_code == 401
        assert (await client.get("/api/reports/")).status_code == 200
        state = (await client.get("/api/auth/second-factor")).json()
        assert (state["enrolled"], state["recovery_codes_left"]) == (True, 10)
        replayed = await client.post("/api/auth/step-up", json={"totp": code(secret)})
        assert replayed.status_code == 401, "the code that confirmed it is used up"
    async with shared_api.resources.pipeline.database.connect() as db:
        kept = str([dict(row) for row in await db.fetch("SELECT * FROM second_factors")])
        kept += str([dict(row) for row in await db.fetch("SELECT * FROM recovery_codes")])
        kept += str([dict(row) for row in await db.fetch("SELECT details FROM audit_entries")])
    assert not any(one in kept for one in (secret, *codes, *(one.replace("-", "") for one in codes)))
    assert await actions(shared_api, person) == ["second_factor.begin", "second_factor.confirm"]


async def test_a_code_works_once_even_when_it_is_shown_many_times_at_once(shared_api: Api):
    person = await shared_api.person(enrolled=True)
    shown = code()

    async def step_up(body: dict[str, str]) -> int:
        async with shared_api.browser(person) as client:
            return (await client.post("/api/auth/step-up", json=body)).status_code

    answers = await asyncio.gather(*(step_up({"totp": shown}) for _ in range(6)))
    assert sorted(answers) == [200, 401, 401, 401, 401, 401]


@pytest.mark.parametrize("back", [2, 3, 100])
async def test_a_code_of_another_time_does_not_work(shared_api: Api, back: int):
    person = await shared_api.person(enrolled=True)
    async with shared_api.browser(person) as client:
        for ahead in (-back, back):
            answer = await client.post("/api/auth/step-up", json={"totp": code(ahead=ahead)})
            assert answer.status_code == 401


async def test_a_recovery_code_works_once_however_it_is_written(shared_api: Api):
    person = await shared_api.person(enrolled=True)
    async with shared_api.browser(person) as client:
        answer = await client.post("/api/auth/step-up", json={"recovery_code": " ABCD EFGH-ijklMNOP "})
        assert answer.status_code == 200
    token = answer.cookies["pressrun_session"]
    async with shared_api.browser(Person(person.id, person.email, token, person.session_id)) as client:
        assert (await client.get("/api/auth/session")).json()["aal"] == "aal2"
        assert (await client.post("/api/auth/step-up", json={"recovery_code": RECOVERY})).status_code == 401
        renewed = await client.post("/api/auth/second-factor/recovery-codes")
        assert len(renewed.json()["recovery_codes"]) == 10
        assert (await client.get("/api/auth/second-factor")).json()["recovery_codes_left"] == 10


async def test_nobody_uses_anothers_codes(shared_api: Api):
    """A recovery code is one person's."""
    victim, thief = await shared_api.person(enrolled=True), await shared_api.person(enrolled=True)
    await sql(shared_api, "DELETE FROM recovery_codes WHERE principal_id = $1", thief.id)
    async with shared_api.browser(thief) as client:
        assert (await client.post("/api/auth/step-up", json={"recovery_code": RECOVERY})).status_code == 401
    async with shared_api.browser(victim) as client:
        assert (await client.post("/api/auth/step-up", json={"recovery_code": RECOVERY})).status_code == 200


async def test_wrong_codes_are_counted(strict_api: Api):
    """The right one is refused too, here and at login, until the time is over."""
    person = await strict_api.person(enrolled=True)
    async with strict_api.browser(person) as client:
        for _ in range(3):
            assert (await client.post("/api/auth/step-up", json={"totp": "000000"})).status_code == 401
        answer = await client.post("/api/auth/step-up", json={"totp": code()})
        assert (answer.status_code, answer.json()["error"]) == (429, "too_many_attempts")
        assert int(answer.headers["retry-after"]) > 0
        body = {"email": person.email, "password": PASSWORD, "totp": code()}
        assert (await client.post("/api/auth/login", json=body)).status_code == 429


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"totp": 123456},
        {"totp": None},
        {"totp": ["123456"]},
        {"totp": "1" * 65},
        {"totp": ""},
        {"totp": "123456", "recovery_code": "x"},
        {"code": "123456"},
        {"recovery_code": {"a": "b"}},
    ],
)
async def test_a_step_up_of_the_wrong_shape_is_refused(shared_api: Api, body: Any):
    async with shared_api.browser(await shared_api.person(enrolled=True)) as client:
        answer = await client.post("/api/auth/step-up", json=body)
    assert (answer.status_code, answer.json()["error"]) == (400, "validation_error")


@pytest.mark.parametrize("shown", ["12345", "1234567", "abcdef", "١٢٣٤٥٦", "\u0661" * 6, "-1234 5", "\ud7ff" * 6])
async def test_what_is_no_code_is_a_wrong_one(shared_api: Api, shown: str):
    async with shared_api.browser(await shared_api.person(enrolled=True)) as client:
        assert (await client.post("/api/auth/step-up", json={"totp": shown})).status_code == 401


async def test_it_counts_for_some_time_only(shared_api: Api):
    """And what changes who may come in wants it shown lately."""
    person = await shared_api.person(enrolled=True, stepped_up=True)
    async with shared_api.browser(person) as client:
        for ago, reads, gives_up in (("14 minutes", 200, None), ("16 minutes", 200, 403), ("481 minutes", 403, 403)):
            await sql(
                shared_api,
                f"UPDATE sessions SET stepped_up_at = now() - interval '{ago}' WHERE id = $1",
                person.session_id,
            )
            assert (await client.get("/api/reports/")).status_code == reads
            if gives_up:
                answer = await client.delete("/api/auth/second-factor")
                assert (answer.status_code, answer.json()["error"]) == (gives_up, "METHOD_REQUIRED")
                assert answer.json()["details"]["operation"] == "disable_second_factor"


async def test_giving_it_up(shared_api: Api):
    person = await shared_api.person(enrolled=True, stepped_up=True)
    async with shared_api.browser(person) as client:
        assert (await client.delete("/api/auth/second-factor")).status_code == 204
        assert (await client.get("/api/reports/")).status_code == 200
        assert (await client.get("/api/auth/session")).json()["aal"] == "aal1"
        assert (await client.delete("/api/auth/second-factor")).status_code == 409
        assert (await client.post("/api/auth/second-factor/recovery-codes")).status_code == 409
    assert await sql(shared_api, "SELECT count(*) FROM recovery_codes WHERE principal_id = $1", person.id) == 0
    assert await actions(shared_api, person) == ["second_factor.remove"]


async def test_a_key_sets_up_no_second_factor(shared_api: Api):
    async with shared_api.client(await shared_api.key()) as client:
        for method, path in (("POST", "second-factor"), ("DELETE", "second-factor"), ("POST", "step-up")):
            answer = await client.request(method, f"/api/auth/{path}", json={"password": PASSWORD})
            assert (answer.status_code, answer.json()["error"]) == (403, "session_required")


@pytest.fixture(scope="module")
async def tls_api(shared_api: Api) -> AsyncIterator[Api]:
    """A host that asks everybody, behind a proxy that ends TLS."""
    told = replace(shared_api.settings, second_factor="always", public_url="https://reports.example/pressrun")
    async with serving(told) as api:
        yield api


async def test_a_host_may_ask_everybody(tls_api: Api):
    """Who has none is told to set one up, and can; keys go on."""
    person = await tls_api.person()
    async with tls_api.browser(person) as client:
        answer = await client.get("/api/reports/")
        assert (answer.status_code, answer.json()["code"]) == (403, "METHOD_REQUIRED")
        assert answer.json()["error"] == "Set up a second factor first"
        secret = (await client.post("/api/auth/second-factor", json={"password": PASSWORD})).json()["secret"]
        done = await client.post("/api/auth/second-factor/confirm", json={"totp": code(secret)})
        assert done.status_code == 200
    token = done.headers["set-cookie"].partition("=")[2].partition(";")[0]
    async with tls_api.browser(Person(person.id, person.email, token, person.session_id)) as client:
        assert (await client.get("/api/reports/")).status_code == 200
    async with tls_api.client(await tls_api.key()) as client:
        assert (await client.get("/api/reports/")).status_code == 200


async def test_a_host_may_ask_nobody(shared_api: Api):
    person = await shared_api.person(enrolled=True)
    async with serving(replace(shared_api.settings, second_factor="off")) as api, api.browser(person) as client:
        # The secret was sealed by the other host with the same key.
        assert (await client.get("/api/reports/")).status_code == 200
        assert (await client.delete("/api/auth/second-factor")).status_code == 403


async def test_behind_tls_cookies_are_for_tls_and_its_pages_are_ours(tls_api: Api):
    person = await tls_api.person()
    async with tls_api.client() as client:
        answer = await client.post("/api/auth/login", json={"email": person.email, "password": PASSWORD})
        assert all("; Secure" in cookie for cookie in answer.headers.get_list("set-cookie"))
        for origin, status in (
            ("https://reports.example", 200),
            ("https://reports.example:443", 200),
            ("http://reports.example", 403),
            ("https://reports.example:8443", 403),
        ):
            headers = {"Origin": origin, "Cookie": f"pressrun_session={person.token}"}
            wrong = await client.post("/api/auth/logout-everywhere", headers=headers)
            assert wrong.status_code == status, origin
            person = await tls_api.person()


@pytest.mark.parametrize(
    ("said", "host", "public_url", "ours"),
    [
        ("http://a:8600", "a:8600", "", True),
        ("https://a", "a", "", True),
        ("https://A", "a", "", True),
        ("http://a", "a:8600", "", False),
        ("https://b", "a", "https://b/x", True),
        ("https://b.evil", "a", "https://b", False),
        ("https://user@a", "a", "", True),
        ("null", "null", "", False),
        ("", "", "", False),
        ("data:text/html,a", "a", "", False),
        ("http://a:99999", "a:99999", "", False),
    ],
)
def test_what_counts_as_this_host(said: str, host: str, public_url: str, ours: bool):
    assert is_ours(said, host, public_url) is ours
