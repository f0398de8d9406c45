"""What the local stack takes from the environment; every other ``PRESSRUN_*`` goes to the services as it is."""

from __future__ import annotations

import msgspec

from deploy.local.addresses import S3


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Every field is ``PRESSRUN_<NAME>`` in the environment. A part whose address is given is not started."""

    database_url: str = ""
    redis_url: str = ""
    s3_endpoint: str = ""
    s3_access_key: str = ""
    s3_secret_key: str = ""
    s3_bucket: str = "pressrun"
    api_host: str = "127.0.0.1"
    api_port: int = 0
    """0: the last one or 8600 if it is free, else any that is."""
    workers: int = 1
    renderers: int = 1

    def outside_store(self) -> S3 | None:
        """The object store that is given, or None.

        Raises:
            SystemExit: it is given without its keys.
        """
        if not self.s3_endpoint:
            return None
        if not (self.s3_access_key and self.s3_secret_key):
            raise SystemExit("PRESSRUN_S3_ENDPOINT needs PRESSRUN_S3_ACCESS_KEY and PRESSRUN_S3_SECRET_KEY beside it")
        return S3(
            endpoint=self.s3_endpoint,
            access_key=self.s3_access_key,
            secret_key=self.s3_secret_key,
            bucket=self.s3_bucket,
        )
