"""``pressrun-admin``: people from the command line, on the database alone."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from typing import Any, TypeAlias

import pytest

from deploy.local import admin as local
from deploy.local.folder import ROOT
from services.api import admin

from .conftest import PASSWORD, Api, code

Command: TypeAlias = Callable[..., Any]
ONE_TIME = re.compile(r"([0-9a-f]{4}-){4}[0-9a-f]{4}")


@pytest.fixture
def command(shared_api: Api) -> Command:
    """Run one; exit code, standard output, standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            exit_code = admin.main(arguments, shared_api.settings.database_url)
        return exit_code, out.getvalue().strip(), err.getvalue().strip()

    async def in_thread(*arguments: str) -> tuple[int, str, str]:
        return await asyncio.to_thread(run, *arguments)

    return in_thread


async def login(api: Api, email: str, password: str) -> tuple[int, dict[str, Any]]:
    async with api.browser() as client:
        answer = await client.post("/api/auth/login", json={"email": email, "password": password})
    return answer.status_code, answer.json()


async def test_a_user_is_made_with_a_password_for_once(shared_api: Api, command: Command):
    """It must be changed, and is the only thing on standard output."""
    done, password, said = await command("create-user", "Ada.New@Example.ORG", "--role", "analyst")
    assert (done, bool(ONE_TIME.fullmatch(password))) == (0, True)
    assert said.startswith("ada.new@example.org (analyst)")
    status, body = await login(shared_api, "ada.new@example.org", password)
    assert (status, body["must_change_password"], body["principal"]["role"]) == (200, True, "analyst")
    assert await command("create-user", "ada.new@example.org") == (1, "", "there is a user with this e-mail")
    async with shared_api.resources.pipeline.database.connect() as db:
        kept = await db.fetch("SELECT actor, details FROM audit_entries WHERE actor = 'command'")
    assert kept
    assert password not in str(kept)


async def test_everything_a_person_needs_can_be_reset(shared_api: Api, command: Command):
    person = await shared_api.person(enrolled=True, stepped_up=True)
    assert (await command("set-role", person.email, "admin"))[0] == 0
    assert f"{person.email}\tadmin\tactive\tsecond factor\tnever\t{person.id}" in (await command("list-users"))[1]
    assert (await command("reset-second-factor", person.email))[0] == 0
    _, password, _ = await command("reset-password", str(person.id))
    async with shared_api.browser(person) as client:
        assert (await client.get("/api/reports/")).status_code == 401
    assert (await login(shared_api, person.email, PASSWORD))[0] == 401
    status, body = await login(shared_api, person.email, password)
    assert (status, body["second_factor"]["enrolled"], body["must_change_password"]) == (200, False, True)
    assert await command("logout", person.email) == (0, "", f"1 sessions of {person.email} were ended")


async def test_keys_are_made_and_revoked(shared_api: Api, command: Command):
    person = await shared_api.person()
    done, key, said = await command("create-key", person.email, "--scopes", "read", "--days", "3")
    assert done == 0
    assert key not in said
    async with shared_api.client(key) as client:
        assert (await client.get("/api/reports/")).status_code == 200
        found = (await client.get("/api/keys")).json()["keys"][0]
        assert (found["scopes"], found["prefix"]) == (["read"], key[:11])
        assert found["expires_at"] is not None
        assert (await command("revoke-key", person.email, key[:11]))[0] == 0
        assert (await client.get("/api/reports/")).status_code == 401
    assert (await command("revoke-key", person.email, found["id"]))[0] == 0
    assert (await command("revoke-key", person.email, "sk_nothing"))[0] == 1
    assert (await command("revoke-key", person.email, "all"))[2].startswith("0 keys")
    _, key, _ = await command("create-key", person.email, "--test")
    assert key.startswith("hk_test_")
    async with shared_api.client(key) as client:
        assert (await client.get("/api/keys")).json()["keys"][0]["prefix"] == key[:11]


async def test_who_is_kept_out_is_out_at_once(shared_api: Api, command: Command):
    person = await shared_api.person()
    _, key, _ = await command("create-key", person.email)
    assert (await command("deactivate", person.email))[0] == 0
    assert (await login(shared_api, person.email, PASSWORD))[0] == 401
    assert (await command("activate", person.email))[0] == 0
    async with shared_api.client(key) as client:
        assert (await client.get("/api/reports/")).status_code == 401, "keys stay revoked"
    assert (await login(shared_api, person.email, PASSWORD))[0] == 200


async def test_the_first_administrator_is_made_once_and_is_not_the_last_to_go(strict_api: Api):
    """And its password is told to the terminal alone."""
    told = await asyncio.to_thread(local.first, strict_api.settings.database_url)
    password = ONE_TIME.search(told)
    assert password
    assert "admin@localhost" in told
    assert await asyncio.to_thread(local.first, strict_api.settings.database_url) == ""
    status, body = await login(strict_api, "admin@localhost", password[0])
    assert (status, body["principal"]["role"], body["must_change_password"]) == (200, "super_admin", True)
    for arguments in (("deactivate", "admin@localhost"), ("set-role", "admin@localhost", "admin")):
        assert await asyncio.to_thread(admin.main, arguments, strict_api.settings.database_url) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("create-user", "not an address"),
        ("create-user", "a\tb@example.org"),
        ("set-role", "nobody@example.org", "user"),
        ("logout", "00000000-0000-7000-8000-000000000000"),
        ("create-key", "PERSON", "--scopes", "admin"),
        ("create-key", "PERSON", "--scopes", "everything"),
    ],
)
async def test_what_cannot_be_done_is_said_and_changes_nothing(
    shared_api: Api, command: Command, arguments: tuple[str, ...]
):
    person = await shared_api.person()
    done, out, said = await command(*(person.email if word == "PERSON" else word for word in arguments))
    assert (done, out) == (1, "")
    assert said


@pytest.mark.parametrize("arguments", [(), ("set-role", "x", "king"), ("create-key", "x", "--days", "0"), ("unknown",)])
def test_a_command_that_is_none_is_explained(arguments: tuple[str, ...]):
    with pytest.raises(SystemExit) as ended, redirect_stderr(StringIO()) as said:
        admin.main(arguments, "postgresql://nowhere")
    assert ended.value.code == 2
    assert "pressrun-admin" in said.getvalue()


@pytest.mark.parametrize(
    "command", [[sys.executable, "-m", "services.api.admin"], [ROOT / "deploy" / "pressrun-admin"]]
)
def test_it_needs_the_database_and_nothing_else(command):
    """No secret, no Redis, no store."""
    environment = {"PATH": os.defpath, "PRESSRUN_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}
    done = subprocess.run(
        [*command, "--help"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "reset-second-factor" in done.stdout


async def test_a_code_of_this_clock_is_six_digits():
    """The tests' own authenticator is the one of RFC 6238, appendix B."""
    assert re.fullmatch(r"\d{6}", code())
