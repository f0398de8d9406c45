"""Logging in and out, and what a session may do."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from argon2 import PasswordHasher

from shared.db import sessions, users

from .conftest import PASSWORD, QUICK, RECOVERY, Api, Person, asked, code

WRONG = {"error": "login_failed", "message": "the e-mail or the password is wrong"}


async def login(client: httpx.AsyncClient, email: str, password: str = PASSWORD, **more: Any) -> httpx.Response:
    return await client.post("/api/auth/login", json={"email": email, "password": password, **more})


async def entries(api: Api, user_id: Any) -> list[tuple[str, str, str]]:
    """Actions, actors and details of a user in the audit log, in order."""
    async with api.resources.pipeline.database.connect() as db:
        rows = await db.fetch(
            "SELECT action, actor, details FROM audit_entries WHERE object_id = $1 ORDER BY at, id", str(user_id)
        )
    return [(row["action"], row["actor"], row["details"]) for row in rows]


async def sql(api: Api, statement: str, *values: Any) -> Any:
    async with api.resources.pipeline.database.connect() as db:
        return await db.fetchval(statement, *values)


async def test_logging_in_gives_both_cookies_the_same_token(shared_api: Api):
    """HttpOnly, for this host's pages, and not kept by anyone on the way."""
    person = await shared_api.person()
    async with shared_api.browser() as client:
        answer = await login(client, person.email.upper())
        assert answer.status_code == 200
        body = answer.json()
        assert body["principal"]["email"] == person.email
        assert (body["aal"], body["second_factor"]) == ("aal1", {"enrolled": False, "demanded": False})
        assert (body["must_change_password"], "runs:create" in body["scopes"]) == (False, True)
        given = answer.headers.get_list("set-cookie")
        assert len(given) == 2
        for cookie in given:
            for attribute in ("HttpOnly", "Path=/", "SameSite=lax", "Max-Age=604800"):
                assert attribute in cookie
            assert "Secure" not in cookie
        token = client.cookies["pressrun_session"]
        assert client.cookies["ory_kratos_session"] == token
        assert len(token) >= 43
        assert answer.headers["cache-control"] == "no-store"
        assert (await client.get("/api/auth/session")).json()["principal"]["id"] == str(person.id)
    assert await sql(shared_api, "SELECT count(*) FROM sessions WHERE hash = $1", token.encode()) == 0
    assert token not in str(await entries(shared_api, person.id))


async def test_a_session_may_do_what_its_role_may(shared_api: Api):
    """Under either cookie's name; administrators have the scope of their own."""
    person = await shared_api.person()
    for name in ("pressrun_session", "ory_kratos_session"):
        async with shared_api.browser() as client:
            client.cookies.set(name, person.token)
            made = await client.post("/api/reports/", json=asked())
            assert made.status_code == 201
            found = await client.get(f"/api/reports/{made.json()['data']['report']['id']}")
            assert found.status_code == 200
            assert "admin" not in (await client.get("/api/auth/session")).json()["scopes"]
    async with shared_api.browser(await shared_api.person(role="admin")) as client:
        assert "admin" in (await client.get("/api/auth/session")).json()["scopes"]


async def test_an_unknown_user_a_wrong_password_and_a_deactivated_user_are_told_the_same(shared_api: Api):
    person, gone = await shared_api.person(), await shared_api.person()
    await sql(shared_api, "UPDATE principals SET active = false WHERE id = $1", gone.id)
    async with shared_api.browser() as client:
        answers = [
            await login(client, person.email, "not the password"),
            await login(client, f"{uuid4()}@example.org"),
            await login(client, gone.email),
            await login(client, person.email, "x" * 2000),
        ]
    for answer in answers:
        assert (answer.status_code, answer.json()) == (401, WRONG)
        assert "set-cookie" not in answer.headers
    (action, actor, details), *_ = await entries(shared_api, person.id)
    assert (action, actor) == ("user.login_failed", "anonymous")
    assert "password" in details
    assert "not the" not in details


async def test_the_time_of_an_answer_does_not_tell_who_exists(shared_api: Api):
    """An unknown user's password is hashed too."""
    calls: list[str | None] = []
    passwords = shared_api.resources.door.passwords
    verify = passwords._verify

    def counted(hashed: str, password: str) -> bool:
        calls.append(hashed)
        return verify(hashed, password)

    passwords._verify = counted  # type: ignore[method-assign]
    try:
        async with shared_api.browser() as client:
            await login(client, f"{uuid4()}@example.org")
    finally:
        passwords._verify = verify  # type: ignore[method-assign]
    assert len(calls) == 1
    assert str(calls[0]).startswith("$argon2id$v=19$m=65536")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "email"),
        ({"email": "a@b.c"}, "password"),
        ({"email": 3, "password": PASSWORD}, "email"),
        ({"email": ["a@b.c"], "password": PASSWORD}, "email"),
        ({"email": "a@b.c", "password": {"x": 1}}, "password"),
        ({"email": "a@b.c", "password": ""}, "password"),
        ({"email": "a@b.c", "password": "x" * 5000}, "password"),
        ({"email": "a" * 300, "password": PASSWORD}, "email"),
        ({"email": "a@b.c", "password": PASSWORD, "totp": 123456}, "totp"),
        ({"email": "a@b.c", "password": PASSWORD, "totp": "1" * 100}, "totp"),
        ({"email": "a@b.c", "password": PASSWORD, "remember": True}, "remember"),
        ({"email": "a\0@b.c", "password": PASSWORD}, "email"),
        ({"email": None, "password": None}, "email"),
    ],
)
async def test_a_login_of_the_wrong_shape_names_its_field(shared_api: Api, body: Any, field: str):
    """And repeats nothing of what was typed."""
    async with shared_api.browser() as client:
        answer = await client.post("/api/auth/login", json=body)
    assert answer.status_code == 400
    assert answer.json()["details"]["field"] == field
    assert PASSWORD not in answer.text


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"{", b'"text"', b"\xff\xfe", b'{"a":' * 2000])
async def test_a_login_that_is_no_object_is_refused(shared_api: Api, content: bytes):
    async with shared_api.browser() as client:
        answer = await client.post("/api/auth/login", content=content)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_json")


async def test_a_session_that_was_planted_is_not_logged_in(shared_api: Api):
    """The token changes at login, and an older session of the browser ends."""
    person, other = await shared_api.person(), await shared_api.person()
    async with shared_api.browser() as client:
        client.cookies.set("pressrun_session", "planted-by-somebody-else")
        answer = await login(client, person.email)
        assert answer.status_code == 200
        assert "planted" not in str(answer.headers.get_list("set-cookie"))
    async with shared_api.browser(other) as client:
        assert (await login(client, person.email)).status_code == 200
    async with shared_api.browser(other) as client:
        assert (await client.get("/api/auth/session")).status_code == 401


@pytest.mark.parametrize(
    ("change", "sent"),
    [
        ("expires_at = now() - interval '1 second'", "session_expired"),
        ("seen_at = now() - interval '12 hours 1 second'", "session_expired"),
        ("hash = '\\x00'", "unauthenticated"),
    ],
)
async def test_a_session_ends_after_its_time_and_when_it_is_not_used(shared_api: Api, change: str, sent: str):
    person = await shared_api.person()
    async with shared_api.browser(person) as client:
        assert (await client.get("/api/reports/")).status_code == 200
        await sql(shared_api, f"UPDATE sessions SET {change} WHERE id = $1", person.session_id)
        answer = await client.get("/api/reports/")
        await sql(shared_api, "DELETE FROM sessions WHERE id = $1", person.session_id)
    assert (answer.status_code, answer.json()["code"]) == (401, sent)
    assert answer.json()["error"] == "Authentication required"


async def test_use_keeps_a_session_alive_but_not_beyond_its_end(shared_api: Api):
    person = await shared_api.person()
    await sql(shared_api, "UPDATE sessions SET seen_at = now() - interval '11 hours' WHERE id = $1", person.session_id)
    before = await sql(shared_api, "SELECT expires_at FROM sessions WHERE id = $1", person.session_id)
    async with shared_api.browser(person) as client:
        assert (await client.get("/api/reports/")).status_code == 200
    assert await sql(
        shared_api, "SELECT seen_at > now() - interval '5 minutes' FROM sessions WHERE id = $1", person.session_id
    )
    assert await sql(shared_api, "SELECT expires_at FROM sessions WHERE id = $1", person.session_id) == before


async def test_logging_out_ends_this_session_only(shared_api: Api):
    """And takes the cookies back; once more does no harm."""
    person = await shared_api.person()
    async with shared_api.browser() as second:
        await login(second, person.email)
        async with shared_api.browser(person) as first:
            answer = await first.post("/api/auth/logout")
            assert (answer.status_code, answer.json()) == (200, {"ok": True})
            assert all("Max-Age=0" in cookie for cookie in answer.headers.get_list("set-cookie"))
            assert (await first.post("/api/auth/logout")).status_code == 200
        async with shared_api.browser(person) as first:
            assert (await first.get("/api/reports/")).status_code == 401
        assert (await second.get("/api/reports/")).status_code == 200
    assert [action for action, *_ in await entries(shared_api, person.id)] == ["user.login", "user.logout"]


async def test_logging_out_everywhere_ends_every_session_and_no_key(shared_api: Api):
    person = await shared_api.person()
    async with shared_api.browser() as second, shared_api.browser(person) as first:
        await login(second, person.email)
        key = (await first.post("/api/keys", json={"name": "mine"})).json()["api_key"]
        listed = (await first.get("/api/auth/sessions")).json()["sessions"]
        assert [one["current"] for one in listed].count(True) == 1
        assert len(listed) == 2
        assert (await first.post("/api/auth/logout-everywhere")).status_code == 200
        assert (await second.get("/api/reports/")).status_code == 401
    async with shared_api.client(key) as client:
        assert (await client.get("/api/reports/")).status_code == 200


async def test_one_session_can_be_ended_from_another(shared_api: Api):
    """One's own only."""
    person, stranger = await shared_api.person(), await shared_api.person()
    async with shared_api.browser() as second, shared_api.browser(person) as first:
        other = (await login(second, person.email)).json()["session"]["id"]
        for wrong in (stranger.session_id, uuid4(), "not-an-id"):
            assert (await first.delete(f"/api/auth/sessions/{wrong}")).status_code == 404
        assert (await first.delete(f"/api/auth/sessions/{other}")).status_code == 204
        assert (await second.get("/api/reports/")).status_code == 401
    async with shared_api.browser(stranger) as client:
        assert (await client.get("/api/reports/")).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://127.0.0.1.evil.example"},
        {"Referer": "https://evil.example/page"},
        {"Origin": "https://evil.example", "Referer": "OWN"},
        {"Origin": "file://"},
        {"Origin": "http://[::1"},
        {},
    ],
)
async def test_a_write_with_a_cookie_must_come_from_here(shared_api: Api, headers: dict[str, str]):
    """Reading may come from anywhere: a browser keeps what it reads to this host's pages."""
    person = await shared_api.person()
    given = {name: value.replace("OWN", shared_api.url) for name, value in headers.items()}
    given["Cookie"] = f"ory_kratos_session={person.token}"
    async with httpx.AsyncClient(base_url=shared_api.url, headers=given) as client:
        for path in ("/api/reports/", "/api/auth/logout", "/api/keys", "/v1/runs"):
            answer = await client.post(path, json=asked())
            assert answer.status_code == 403
            assert "origin_refused" in {answer.json().get("code"), answer.json().get("error")}
        assert (await client.get("/api/reports/")).json()["data"]["pagination"]["total"] == 0


async def test_a_referer_of_this_host_is_enough(shared_api: Api):
    person = await shared_api.person()
    headers = {"Referer": f"{shared_api.url}/page", "Cookie": f"pressrun_session={person.token}"}
    async with httpx.AsyncClient(base_url=shared_api.url, headers=headers) as client:
        assert (await client.post("/api/reports/", json=asked())).status_code == 201


async def test_a_key_needs_no_origin_and_counts_before_a_cookie(shared_api: Api):
    """Also when it does not work: whoever shows a key means it."""
    person, key = await shared_api.person(), await shared_api.key()
    headers = {"Origin": "https://elsewhere.example", "X-API-Key": key}
    cookies = {"pressrun_session": person.token}
    async with httpx.AsyncClient(base_url=shared_api.url, headers=headers, cookies=cookies) as client:
        assert (await client.post("/api/reports/", json=asked())).status_code == 201
        who = (await client.get("/api/auth/session")).json()
        assert (who["session"], who["aal"], who["principal"]["name"]) == (None, None, "owner")
        answer = await client.get("/api/reports/", headers={"X-API-Key": "sk_" + "a" * 43})
        assert answer.status_code == 401


async def test_a_login_from_another_page_is_refused(shared_api: Api):
    """Nobody is logged in as somebody else by a foreign page; a program sends no Origin and may log in."""
    person = await shared_api.person()
    async with httpx.AsyncClient(base_url=shared_api.url) as client:
        answer = await client.post(
            "/api/auth/login",
            json={"email": person.email, "password": PASSWORD},
            headers={"Origin": "https://evil.example"},
        )
        assert (answer.status_code, answer.json()["error"]) == (403, "origin_refused")
        assert (await login(client, person.email)).status_code == 200


@pytest.mark.parametrize("cookie", ["", "x", "a" * 5000, '"quoted"', "sk_abc; ory_kratos_session=x", "\xff\xfe"])
async def test_what_is_no_session_is_a_stranger(shared_api: Api, cookie: str):
    headers = {"Cookie": f"pressrun_session={cookie}".encode("latin-1")}
    async with httpx.AsyncClient(base_url=shared_api.url, headers=headers) as client:  # type: ignore[arg-type]
        answer = await client.get("/api/reports/")
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        assert (await client.get("/api/reports/queue/status")).status_code not in {401, 403}


async def test_wrong_passwords_are_counted_for_each_account(strict_api: Api):
    """Also for accounts that do not exist; the right one is refused too, until the time is over."""
    person = await strict_api.person()
    async with strict_api.browser() as client:
        for email in (person.email, "nobody@example.org"):
            answers = [await login(client, email, f"wrong number {number}") for number in range(3)]
            assert {answer.status_code for answer in answers} == {401}
            refused = await login(client, email)
            assert (refused.status_code, refused.json()["error"]) == (429, "too_many_attempts")
            assert 0 < int(refused.headers["retry-after"]) <= 900
        await sql(strict_api, "UPDATE attempts SET until = now() - interval '1 second'")
        assert (await login(client, person.email)).status_code == 200
        assert await sql(strict_api, "SELECT count(*) FROM attempts WHERE subject LIKE 'account:%'") == 0


async def test_a_right_password_is_not_counted(strict_api: Api):
    """The one before it, for this account, is forgiven."""
    person = await strict_api.person()
    async with strict_api.browser() as client:
        assert (await login(client, person.email, "wrong password")).status_code == 401
        assert (await login(client, person.email)).status_code == 200
    kept = await sql(strict_api, "SELECT string_agg(subject || ' ' || made, ',') FROM attempts")
    assert kept == "address:127.0.0.1 1"


async def test_attempts_at_the_same_time_are_all_counted(strict_api: Api):
    """Three of twelve get as far as the password."""
    person = await strict_api.person()
    async with strict_api.browser() as client:
        answers = await asyncio.gather(*(login(client, person.email, "wrong password") for _ in range(12)))
    assert sorted(answer.status_code for answer in answers) == [401] * 3 + [429] * 9


async def test_an_address_has_a_limit_of_its_own(strict_api: Api):
    """Whoever tries one password on many accounts is stopped too."""
    person = await strict_api.person()
    many = "INSERT INTO attempts VALUES ('address:127.0.0.1', $1, now() + interval '1 hour')"
    await sql(strict_api, many, 29)
    async with strict_api.browser() as client:
        assert (await login(client, "nobody@example.org")).status_code == 401
        assert (await login(client, person.email)).status_code == 429


async def test_a_password_is_changed_with_the_old_one(shared_api: Api):
    """The session goes on under a new token, others end, and the old password works no more."""
    person = await shared_api.person()
    new = "a completely different one"
    async with shared_api.browser(person) as first, shared_api.browser() as second:
        await login(second, person.email)
        answer = await first.post("/api/auth/password", json={"current": PASSWORD, "new": new})
        assert (answer.status_code, answer.json()) == (200, {"ok": True})
        assert first.cookies["ory_kratos_session"] != person.token
        token = first.cookies["ory_kratos_session"]
        assert (await second.get("/api/reports/")).status_code == 401
        assert (await login(second, person.email)).status_code == 401
        assert (await login(second, person.email, new)).status_code == 200
    async with shared_api.browser(person) as old:
        assert (await old.get("/api/reports/")).status_code == 401
    async with shared_api.browser(Person(person.id, person.email, token, person.session_id)) as renewed:
        assert (await renewed.get("/api/reports/")).status_code == 200
    said = await entries(shared_api, person.id)
    assert "user.password" in [action for action, *_ in said]
    assert new not in str(said)


@pytest.mark.parametrize(
    ("body", "error", "field"),
    [
        ({"current": "not mine at all", "new": "a new long password"}, "wrong_password", "current"),
        ({"current": PASSWORD, "new": "short"}, "validation_error", "new"),
        ({"current": PASSWORD, "new": "x" * 1025}, "validation_error", "new"),
        ({"current": PASSWORD, "new": "aaaaaaaaaaaaaaaa"}, "validation_error", "new"),
        ({"current": PASSWORD, "new": PASSWORD}, "validation_error", "new"),
        ({"current": PASSWORD, "new": "EMAIL"}, "validation_error", "new"),
        ({"current": PASSWORD}, "validation_error", "new"),
        ({"current": PASSWORD, "new": ["a new long password"]}, "validation_error", "new"),
        ({"current": PASSWORD, "new": 12345678901234}, "validation_error", "new"),
    ],
)
async def test_a_password_that_will_not_do_is_refused_by_its_field(shared_api: Api, body: Any, error: str, field: str):
    person = await shared_api.person()
    given = {name: person.email.upper() if value == "EMAIL" else value for name, value in body.items()}
    async with shared_api.browser(person) as client:
        answer = await client.post("/api/auth/password", json=given)
        assert (answer.status_code, answer.json()["error"]) == (400, error)
        assert answer.json()["details"]["field"] == field
        assert (await client.get("/api/reports/")).status_code == 200


async def test_a_key_changes_no_password(shared_api: Api):
    async with shared_api.client(await shared_api.key()) as client:
        answer = await client.post("/api/auth/password", json={"current": PASSWORD, "new": "a new long password"})
    assert (answer.status_code, answer.json()["error"]) == (403, "session_required")


async def test_a_one_time_password_opens_nothing_but_the_way_to_another(shared_api: Api):
    person = await shared_api.person()
    await sql(shared_api, "UPDATE users SET must_change_password = true WHERE principal_id = $1", person.id)
    async with shared_api.browser(person) as client:
        answer = await client.get("/api/reports/")
        assert (answer.status_code, answer.json()["code"]) == (403, "password_change_required")
        assert (await client.post("/api/keys", json={"name": "x"})).status_code == 403
        assert (await client.get("/api/auth/session")).json()["must_change_password"]
        await client.post("/api/auth/password", json={"current": PASSWORD, "new": "a new long password"})
        assert (await client.get("/api/reports/")).status_code == 200


async def test_a_login_with_the_second_factor_is_aal2_at_once(shared_api: Api):
    person = await shared_api.person(enrolled=True)
    async with shared_api.browser() as client:
        assert (await login(client, person.email)).json()["second_factor"] == {"enrolled": True, "demanded": True}
        for wrong in ({"totp": "000000"}, {"totp": "abcdef"}, {"recovery_code": "aaaa-aaaa-aaaa-aaaa"}):
            answer = await login(client, person.email, **wrong)
            assert (answer.status_code, answer.json()["error"]) == (401, "second_factor_failed")
            assert "set-cookie" not in answer.headers
        body = (await login(client, person.email, totp=code())).json()
        assert (body["aal"], body["second_factor"]["demanded"]) == ("aal2", False)
        assert (await client.get("/api/reports/")).status_code == 200
        again = await login(client, person.email, totp=code(), recovery_code=RECOVERY)
        assert again.status_code == 400
        assert (await login(client, person.email, totp=code())).status_code == 401
        assert (await login(client, person.email, recovery_code=RECOVERY)).json()["aal"] == "aal2"
        assert (await login(client, person.email, recovery_code=RECOVERY)).status_code == 401


async def test_an_outdated_hash_is_renewed_at_login(shared_api: Api):
    person = await shared_api.person()
    passwords = shared_api.resources.door.passwords
    passwords._hasher = PasswordHasher()
    try:
        async with shared_api.browser() as client:
            await login(client, person.email)
    finally:
        passwords._hasher = QUICK
    assert "m=65536" in await sql(shared_api, "SELECT password_hash FROM users WHERE principal_id = $1", person.id)


async def test_over_is_purged(strict_api: Api):
    """Sessions that ended and counts that are over do not pile up."""
    person = await strict_api.person()
    await sql(strict_api, "UPDATE sessions SET expires_at = now() - interval '1 second'")
    await sql(strict_api, "INSERT INTO attempts VALUES ('account:x', 3, now() - interval '1 second')")
    async with strict_api.resources.pipeline.database.begin() as db:
        await sessions.purge(db, idle=timedelta(hours=12))
        assert await users.find(db, person.id)
    assert await sql(strict_api, "SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM attempts)") == 0
