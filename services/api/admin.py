"""People from the command line, for whoever can reach the database: ``python -m services.api.admin``.

It needs ``PRESSRUN_DATABASE_URL`` and nothing else. What it prints is for the eyes of whoever typed it.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from services.api.auth.administration import Administration, Told
from services.api.auth.caller import ROLES
from shared.config import environment, load
from shared.contracts.scopes import OWNER_SCOPES
from shared.db.pool import Database
from shared.domain.errors import PressrunError


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """``PRESSRUN_DATABASE_URL``."""

    database_url: str


def main(arguments: Sequence[str], database_url: str) -> int:
    """Run one command. Returns the exit code."""
    chosen = _parser().parse_args(arguments)
    try:
        told = asyncio.run(_run(chosen, database_url))
    except PressrunError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    if told.say:
        sys.stderr.write(f"{told.say}\n")
    if told.out:
        sys.stdout.write(f"{told.out}\n")
    return 0


async def _run(chosen: argparse.Namespace, database_url: str) -> Told:
    database = await Database.open(database_url, wait_s=5)
    try:
        async with database.begin() as db:
            return await _command(chosen, Administration(db))
    finally:
        await database.close()


async def _command(chosen: argparse.Namespace, people: Administration) -> Told:
    match chosen.command:
        case "first":
            return await people.first(chosen.email)
        case "create-user":
            return await people.create(chosen.email, chosen.role, chosen.name)
        case "list-users":
            return await people.listed()
        case "set-role":
            return await people.set_role(chosen.user, chosen.role)
        case "deactivate" | "activate":
            return await people.set_active(chosen.user, active=chosen.command == "activate")
        case "reset-password":
            return await people.reset_password(chosen.user)
        case "reset-second-factor":
            return await people.reset_second_factor(chosen.user)
        case "create-key":
            expires_at = _expiry(chosen.days)
            return await people.create_key(chosen.user, chosen.name, chosen.scopes, expires_at, test=chosen.test)
        case "revoke-key":
            return await people.revoke_key(chosen.user, chosen.key)
        case _:
            return await people.logout(chosen.user)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="pressrun-admin", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")

    def command(name: str, what: str, *, user: bool = False) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=what, description=what)
        if user:
            made.add_argument("user", help="e-mail or id")
        return made

    first = command("first", "make the first administrator, unless there is one")
    first.add_argument("--email", default="admin@localhost")
    create = command("create-user", "make a user and print a one-time password")
    create.add_argument("email")
    create.add_argument("--role", choices=ROLES, default="user")
    create.add_argument("--name", default="")
    command("list-users", "list people, tab-separated")
    command("set-role", "give another role", user=True).add_argument("role", choices=ROLES)
    command("deactivate", "keep somebody out; ends sessions and keys at once", user=True)
    command("activate", "let somebody in again; the keys stay revoked", user=True)
    command("reset-password", "print a new one-time password; ends sessions", user=True)
    command("reset-second-factor", "ask for no second factor any more; ends sessions", user=True)
    key = command("create-key", "print a new API key", user=True)
    key.add_argument("--name", default="made by pressrun-admin")
    key.add_argument("--scopes", nargs="+", default=list(OWNER_SCOPES), metavar="SCOPE")
    key.add_argument("--days", type=_days, default=None, help="how long it works; absent: until it is revoked")
    key.add_argument("--test", action="store_true", help="where PRESSRUN_CONFORMANCE is on, it may use mock models")
    revoke = command("revoke-key", "end one API key, or all of them", user=True)
    revoke.add_argument("key", type=_key_id, help="the key's id, the beginning of the key, or `all`")
    command("logout", "end all sessions of a user", user=True)
    return parser


def _days(text: str) -> int:
    days = int(text)
    if not 1 <= days <= 36_500:
        raise argparse.ArgumentTypeError("must be 1 to 36500")
    return days


def _key_id(text: str) -> UUID | str:
    try:
        return UUID(text)
    except ValueError:
        return text


def _expiry(days: int | None) -> datetime | None:
    return None if days is None else datetime.now(UTC) + timedelta(days=days)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], load(Settings, environment()).database_url))
