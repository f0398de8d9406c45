"""Prints a new API key of the one owner of an installation: ``python -m deploy.docker.key``."""

from __future__ import annotations

import asyncio
import sys

import msgspec

from deploy.local.key import new_key
from shared.config import environment, load


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """``PRESSRUN_DATABASE_URL``."""

    database_url: str


def main() -> None:
    sys.stdout.write(asyncio.run(new_key(load(Settings, environment()).database_url)) + "\n")


if __name__ == "__main__":
    main()
