"""The one git-ignored folder where the local stack keeps its data, logs, secrets and state."""

from __future__ import annotations

import base64
import fcntl
import os
import secrets
from pathlib import Path

import msgspec

from deploy.local.errors import NotOursError
from deploy.local.private import write_private
from deploy.local.processes import Running

ROOT = Path(__file__).parents[2]


class Secrets(msgspec.Struct, frozen=True, kw_only=True):
    """Generated once and kept: the data can only be opened with them."""

    database_password: str
    redis_password: str
    s3_access_key: str
    s3_secret_key: str
    secret_key: str
    """Seals what is stored encrypted, and signs tokens."""
    audit_key: str
    """Signs the audit log's checkpoints."""

    @classmethod
    def generate(cls) -> Secrets:
        return cls(
            database_password=secrets.token_urlsafe(24),
            redis_password=secrets.token_urlsafe(24),
            s3_access_key=secrets.token_hex(10),
            s3_secret_key=secrets.token_urlsafe(30),
            secret_key=base64.b64encode(secrets.token_bytes(32)).decode(),
            audit_key=base64.b64encode(secrets.token_bytes(32)).decode(),
        )


class Folder:
    """Paths and small files of the stack; every file is its owner's only."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.state = path / "state.json"
        self.logs = path / "logs"

    def create(self) -> None:
        """Make the folder.

        Raises:
            NotOursError: it belongs to another user, whose data this one must not take over.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.logs.mkdir(mode=0o700, exist_ok=True)
        owner = self.path.stat().st_uid
        if owner != os.geteuid():
            raise NotOursError(
                f"{self.path} belongs to user {owner} and you are user {os.geteuid()}: "
                f"run as that user, or have that user (or root) remove it: rm -r {self.path}"
            )

    def take(self) -> bool:
        """Claim the folder for this process until it ends; false when another one has it."""
        lock = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return False
        os.truncate(lock, 0)
        os.write(lock, msgspec.json.encode(Running.of(os.getpid())))
        return True

    def holder(self) -> Running | None:
        """The process that has the folder now, if one has."""
        path = self.path / "lock"
        try:
            known = msgspec.json.decode(path.read_bytes(), type=Running)
        except (FileNotFoundError, msgspec.MsgspecError):
            return None
        return known if known.alive else None

    def secrets(self) -> Secrets:
        """The stack's secrets; those that are not there yet are made."""
        path = self.path / "secrets.json"
        kept = msgspec.json.decode(path.read_bytes(), type=dict[str, str]) if path.exists() else {}
        made = msgspec.to_builtins(Secrets.generate())
        if made.keys() - kept.keys():
            kept = made | kept
            write_private(path, msgspec.json.encode(kept))
        return msgspec.convert(kept, Secrets)

    def ports(self) -> dict[str, int]:
        """The ports of the last time, so that addresses stay the same where they can."""
        path = self.path / "ports.json"
        return msgspec.json.decode(path.read_bytes(), type=dict[str, int]) if path.exists() else {}

    def keep_ports(self, ports: dict[str, int]) -> None:
        write_private(self.path / "ports.json", msgspec.json.encode(ports))
