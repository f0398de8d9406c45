"""API keys and users over HTTP: who may make, change and end what."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace

from services.api.auth import keys

from .conftest import PASSWORD, Api, serving

SOON = (datetime.now(UTC) + timedelta(days=1)).isoformat()


async def sql(api: Api, statement: str, *values: Any) -> Any:
    async with api.resources.pipeline.database.connect() as db:
        return await db.fetchval(statement, *values)


async def test_a_key_is_shown_once_and_works_until_it_is_revoked(shared_api: Api):
    person = await shared_api.person()
    async with shared_api.browser(person) as client:
        answer = await client.post("/api/keys", json={"name": "nightly", "scopes": ["read"], "expires_at": SOON})
        assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
        made, key = answer.json()["api_key"], answer.json()["key"]
        assert (key["name"], key["scopes"], made.startswith(key["prefix"])) == ("nightly", ["read"], True)
        async with shared_api.client(made) as program:
            assert (await program.get("/api/reports/")).status_code == 200
            assert (await program.post("/api/keys", json={"name": "more"})).status_code == 403
            listed = await client.get("/api/keys")
            assert made not in listed.text
            assert [one["id"] for one in listed.json()["keys"]] == [key["id"]]
            for _ in range(2):
                assert (await client.delete(f"/api/keys/{key['id']}")).status_code == 204
            assert (await program.get("/api/reports/")).json()["code"] == "key_revoked"
    entries = await sql(
        shared_api,
        "SELECT string_agg(action || actor || details, ' ' ORDER BY at) FROM audit_entries WHERE object_id = $1",
        key["id"],
    )
    assert entries.index("key.create") < entries.index("key.revoke")
    assert made not in entries
    assert str(person.id) in entries


async def test_a_key_has_no_more_than_its_maker(shared_api: Api):
    """Neither in what it may do nor in how long it works."""
    async with shared_api.browser(await shared_api.person()) as client:
        for beyond in (["admin"], ["read", "admin"], ["everything"]):
            answer = await client.post("/api/keys", json={"name": "x", "scopes": beyond})
            assert (answer.status_code, answer.json()["error"]) == (403, "scope_beyond")
    ends = datetime.now(UTC) + timedelta(minutes=5)
    async with shared_api.client(await shared_api.key(scopes=["read", "write"], expires_at=ends)) as client:
        answer = await client.post("/api/keys", json={"name": "x", "scopes": ["runs:create"]})
        assert answer.status_code == 403
        for asked in ({}, {"expires_at": SOON}):
            key = (await client.post("/api/keys", json={"name": "x", **asked})).json()["key"]
            assert key["scopes"] == ["read", "write"]
            assert abs(datetime.fromisoformat(key["expires_at"]) - ends) < timedelta(seconds=1)
    async with shared_api.browser(await shared_api.person(role="admin")) as client:
        assert "admin" not in (await client.post("/api/keys", json={"name": "x"})).json()["key"]["scopes"]
        answer = await client.post("/api/keys", json={"name": "x", "scopes": ["admin"]})
        assert answer.status_code == 201


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": 7}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "x", "scopes": "read"}, "scopes"),
        ({"name": "x", "scopes": []}, "scopes"),
        ({"name": "x", "scopes": [1]}, "scopes[0]"),
        ({"name": "x", "scopes": ["read"] * 51}, "scopes"),
        ({"name": "x", "expires_at": "tomorrow"}, "expires_at"),
        ({"name": "x", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"name": "x", "expires_at": "2090-01-01T00:00:00"}, "expires_at"),
        ({"name": "x", "expires_at": 10**12}, "expires_at"),
        ({"name": "x", "test": True}, "test"),
        ({"name": "x", "test": "yes"}, "test"),
        ({"name": "x", "role": "admin"}, "role"),
        ({"name": "a\0b"}, "name"),
    ],
)
async def test_a_key_that_cannot_be_made_names_its_field(shared_api: Api, body: Any, field: str):
    async with shared_api.browser(await shared_api.person()) as client:
        answer = await client.post("/api/keys", json=body)
        assert (answer.status_code, answer.json()["details"]["field"]) == (400, field)
        assert (await client.get("/api/keys")).json() == {"keys": []}


async def test_anothers_key_is_not_there(shared_api: Api):
    async with shared_api.browser(await shared_api.person()) as owner:
        key = (await owner.post("/api/keys", json={"name": "x"})).json()["key"]["id"]
        async with shared_api.browser(await shared_api.person(role="super_admin")) as other:
            for wrong in (key, uuid4(), "x", "%00"):
                assert (await other.delete(f"/api/keys/{wrong}")).status_code == 404
        assert (await owner.get("/api/keys")).json()["keys"][0]["revoked_at"] is None


async def test_test_keys_are_made_where_conformance_is_on(shared_api: Api):
    async with serving(replace(shared_api.settings, conformance=True)) as api:
        async with api.browser(await api.person()) as client:
            made = await client.post("/api/keys", json={"name": "x", "test": True})
        assert made.json()["api_key"].startswith("hk_test_")


async def test_there_is_an_end_to_keys(shared_api: Api, monkeypatch: pytest.MonkeyPatch):
    """Revoked ones do not count."""
    monkeypatch.setattr(keys, "MOST_KEYS", 2)
    async with shared_api.browser(await shared_api.person()) as client:
        answers = await asyncio.gather(*(client.post("/api/keys", json={"name": "x"}) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409]
        held = (await client.get("/api/keys")).json()["keys"]
        await client.delete(f"/api/keys/{held[0]['id']}")
        assert (await client.post("/api/keys", json={"name": "x"})).status_code == 201


async def test_an_idempotency_key_does_not_keep_a_secret(shared_api: Api):
    """A second request makes a second key; the first one's is stored nowhere."""
    headers = {"Idempotency-Key": "once"}
    async with shared_api.browser(await shared_api.person()) as client:
        made = [(await client.post("/api/keys", json={"name": "x"}, headers=headers)).json() for _ in range(2)]
    assert made[0]["api_key"] != made[1]["api_key"]
    kept = await sql(
        shared_api, "SELECT string_agg(encode(body, 'escape'), '') FROM idempotency WHERE body IS NOT NULL"
    )
    assert made[0]["api_key"] not in (kept or "")


async def test_all_keys_of_oneself_or_for_administrators_of_another_are_revoked(shared_api: Api):
    person, admin = await shared_api.person(), await shared_api.person(role="admin")
    stranger, root = await shared_api.person(), await shared_api.person(role="super_admin")
    async with shared_api.browser(person) as own, shared_api.browser(admin) as other:
        for _ in range(3):
            await own.post("/api/keys", json={"name": "x"})
        assert (await own.delete(f"/api/users/{person.id}/keys")).json() == {"revoked": 3}
        await own.post("/api/keys", json={"name": "x"})
        async with shared_api.browser(stranger) as nobody:
            assert (await nobody.delete(f"/api/users/{person.id}/keys")).status_code == 404
        assert (await other.delete(f"/api/users/{person.id}/keys")).json() == {"revoked": 1}
        assert (await other.delete(f"/api/users/{root.id}/keys")).status_code == 403
        assert (await other.delete(f"/api/users/{uuid4()}/keys")).status_code == 404


async def test_administrators_make_users(shared_api: Api):
    """With a password for once; administrators are made by super administrators."""
    email = f"{uuid4()}@Example.org"
    async with shared_api.browser(await shared_api.person(role="admin")) as admin:
        made = await admin.post("/api/users", json={"email": email, "role": "analyst", "name": "Ada"})
        assert made.status_code == 201
        user, password = made.json()["user"], made.json()["one_time_password"]
        assert (user["email"], user["role"], user["must_change_password"]) == (email.lower(), "analyst", True)
        assert "password_hash" not in user
        again = await admin.post("/api/users", json={"email": email.upper()})
        assert (again.status_code, again.json()["error"]) == (409, "email_taken")
        for role in ("admin", "super_admin"):
            answer = await admin.post("/api/users", json={"email": "b@example.org", "role": role})
            assert answer.status_code == 403
    async with shared_api.browser() as client:
        answer = await client.post("/api/auth/login", json={"email": email, "password": password})
        assert answer.json()["must_change_password"]
    async with shared_api.browser(await shared_api.person(role="super_admin")) as root:
        answer = await root.post("/api/users", json={"email": f"{uuid4()}@x.org", "role": "super_admin"})
        assert answer.status_code == 201
        listed = (await root.get("/api/users?limit=1000")).json()
        assert (listed["limit"], email.lower() in {one["email"] for one in listed["users"]}) == (200, True)
        assert listed["total"] == await sql(shared_api, "SELECT count(*) FROM users")
        assert (await root.get("/api/users?offset=-1")).status_code == 400
        assert (await root.get(f"/api/users?offset={10**30}")).json()["users"] == []


@pytest.mark.parametrize("role", ["user", "analyst"])
async def test_others_see_no_users(shared_api: Api, role: str):
    """Not with a session, nor with a key that has the scope without the role, nor the role without the scope."""
    callers = [shared_api.browser(await shared_api.person(role=role))]
    callers.append(shared_api.client(await shared_api.key(role=role, scopes=["admin"])))
    callers.append(shared_api.client(await shared_api.key(role="super_admin", scopes=["read", "write"])))
    for caller in callers:
        async with caller as client:
            for method, path in (("GET", ""), ("POST", ""), ("PATCH", f"/{uuid4()}")):
                answer = await client.request(method, f"/api/users{path}", json={})
                assert answer.status_code == 403


async def test_a_key_of_an_administrator_with_the_scope_may(shared_api: Api):
    async with shared_api.client(await shared_api.key(role="admin", scopes=["admin"])) as client:
        assert (await client.get("/api/users")).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "email"),
        ({"email": 5}, "email"),
        ({"email": ""}, "email"),
        ({"email": "ada"}, "email"),
        ({"email": "a b@c"}, "email"),
        ({"email": "a@b@c"}, "email"),
        ({"email": "a@" + "b" * 300}, "email"),
        ({"email": "a@b.c\n"}, None),
        ({"email": "a@b.c", "role": "king"}, "role"),
        ({"email": "a@b.c", "role": ["user"]}, "role"),
        ({"email": "a@b.c", "name": {"first": "a"}}, "name"),
        ({"email": "a@b.c", "password": "mine"}, "password"),
    ],
)
async def test_a_user_that_cannot_be_made_names_its_field(shared_api: Api, body: Any, field: str | None):
    async with shared_api.browser(await shared_api.person(role="super_admin")) as client:
        answer = await client.post("/api/users", json=body)
    if field is None:
        assert (answer.status_code, answer.json()["user"]["email"]) == (201, "a@b.c")
    else:
        assert (answer.status_code, answer.json()["details"]["field"]) == (400, field)


async def test_deactivating_somebody_ends_sessions_and_keys_at_once(shared_api: Api):
    person = await shared_api.person()
    async with shared_api.browser(person) as own, shared_api.browser(await shared_api.person(role="admin")) as admin:
        key = (await own.post("/api/keys", json={"name": "x"})).json()["api_key"]
        answer = await admin.patch(f"/api/users/{person.id}", json={"active": False})
        assert (answer.status_code, answer.json()["active"]) == (200, False)
        assert (await own.get("/api/reports/")).status_code == 401
        async with shared_api.client(key) as program:
            assert (await program.get("/api/reports/")).json()["code"] == "key_revoked"
            assert (await admin.patch(f"/api/users/{person.id}", json={"active": True})).json()["active"]
            assert (await program.get("/api/reports/")).status_code == 401
        body = {"email": person.email, "password": PASSWORD}
        assert (await own.post("/api/auth/login", json=body)).status_code == 200
    said = await sql(
        shared_api,
        "SELECT string_agg(action, ' ' ORDER BY at) FROM audit_entries WHERE object_id = $1 AND object_kind = 'user'",
        str(person.id),
    )
    assert said == "user.deactivate user.activate user.login"


async def test_a_new_role_counts_at_the_next_request(shared_api: Api):
    person = await shared_api.person()
    async with (
        shared_api.browser(person) as own,
        shared_api.browser(await shared_api.person(role="super_admin")) as root,
    ):
        assert (await own.get("/api/users")).status_code == 403
        assert (await root.patch(f"/api/users/{person.id}", json={"role": "admin"})).json()["role"] == "admin"
        assert (await own.get("/api/users")).status_code == 200
        assert (await own.patch(f"/api/users/{person.id}", json={"role": "user"})).status_code == 200
        assert (await own.get("/api/users")).status_code == 403


async def test_administrators_do_not_touch_their_like_nor_raise_anybody(shared_api: Api):
    other, root = await shared_api.person(role="admin"), await shared_api.person(role="super_admin")
    person = await shared_api.person()
    async with shared_api.browser(await shared_api.person(role="admin")) as admin:
        for target, change in (
            (other, {"active": False}),
            (other, {"role": "user"}),
            (root, {"active": False}),
            (person, {"role": "admin"}),
            (person, {"role": "super_admin", "active": True}),
        ):
            answer = await admin.patch(f"/api/users/{target.id}", json=change)
            assert (answer.status_code, answer.json()["details"]["role"]) == (403, "super_admin")
        for target, status in ((uuid4(), 404), ("x", 404)):
            assert (await admin.patch(f"/api/users/{target}", json={"active": False})).status_code == status
        for change in ({}, {"active": None}, {"active": "no"}, {"role": 1}, {"email": "x@y.z"}, {"role": "king"}):
            assert (await admin.patch(f"/api/users/{person.id}", json=change)).status_code == 400


async def test_the_last_super_administrator_stays(strict_api: Api):
    """Whoever asks, and also when two remove each other at the same time."""
    first, second = await strict_api.person(role="super_admin"), await strict_api.person(role="super_admin")
    async with strict_api.browser(first) as one, strict_api.browser(second) as two:
        answers = await asyncio.gather(
            one.patch(f"/api/users/{second.id}", json={"role": "user"}),
            two.patch(f"/api/users/{first.id}", json={"active": False}),
        )
        assert min(answer.status_code for answer in answers) == 200
        assert {answer.status_code for answer in answers} & {403, 409, 401}
        left = await sql(strict_api, "SELECT count(*) FROM principals WHERE role = 'super_admin' AND active")
        assert left == 1
        survivor = one if answers[0].status_code == 200 else two
        me = first if survivor is one else second
        for change in ({"role": "admin"}, {"active": False}, {"role": "user", "active": False}):
            answer = await survivor.patch(f"/api/users/{me.id}", json=change)
            assert (answer.status_code, answer.json()["error"]) == (409, "last_super_admin")
        assert (await survivor.patch(f"/api/users/{me.id}", json={"active": True})).status_code == 200
