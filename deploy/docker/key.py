"""Prints a new API key of the one owner of an installation: ``python -m deploy.docker.key``."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence

import msgspec

from deploy.local.key import add_options, new_key
from shared.config import environment, load


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """``PRESSRUN_DATABASE_URL``."""

    database_url: str


def main(arguments: Sequence[str], database_url: str) -> None:
    """Print the key."""
    parser = argparse.ArgumentParser(prog="python -m deploy.docker.key", description=__doc__)
    add_options(parser)
    chosen = parser.parse_args(arguments)
    sys.stdout.write(asyncio.run(new_key(database_url, test=chosen.test, scopes=chosen.scopes)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:], load(Settings, environment()).database_url)
