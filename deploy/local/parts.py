"""The outside parts of the stack: those to start, and the addresses of all."""

from __future__ import annotations

from deploy.local.addresses import Addresses
from deploy.local.folder import Folder
from deploy.local.part import Part
from deploy.local.postgres import Postgres
from deploy.local.seaweedfs import Seaweedfs
from deploy.local.settings import Settings
from deploy.local.valkey import Valkey


class Parts:
    """PostgreSQL, Valkey and the object store, without those that run elsewhere."""

    def __init__(self, folder: Folder, settings: Settings) -> None:
        self._settings = settings
        self._ports = folder.ports()
        secrets = folder.secrets()
        self._postgres = Postgres(
            folder.path / "postgres",
            folder.logs / "postgres.log",
            password=secrets.database_password,
            port=self._ports.get("postgres"),
        )
        self._valkey = Valkey(
            folder.path / "valkey",
            folder.logs / "valkey.log",
            password=secrets.redis_password,
            port=self._ports.get("valkey"),
        )
        self._seaweedfs = Seaweedfs(
            folder.path / "seaweedfs",
            folder.logs / "seaweedfs.log",
            access_key=secrets.s3_access_key,
            secret_key=secrets.s3_secret_key,
            bucket=settings.s3_bucket,
            ports={name.removeprefix("seaweedfs."): port for name, port in self._ports.items()},
        )

    def to_start(self) -> list[Part]:
        """The parts that nobody runs elsewhere."""
        wanted: list[tuple[Part, object]] = [
            (self._postgres, self._settings.database_url),
            (self._valkey, self._settings.redis_url),
            (self._seaweedfs, self._settings.outside_store()),
        ]
        return [part for part, elsewhere in wanted if not elsewhere]

    def addresses(self) -> Addresses:
        """Where all parts are; final when they are ready."""
        return Addresses(
            self._settings.database_url or self._postgres.url(),
            self._settings.redis_url or self._valkey.url,
            self._settings.outside_store() or self._seaweedfs.s3,
        )

    def ports(self) -> dict[str, int]:
        """The ports to use again next time."""
        return {
            "postgres": self._postgres.port,
            "valkey": self._valkey.port,
            **{f"seaweedfs.{name}": port for name, port in self._seaweedfs.ports.items()},
        }
