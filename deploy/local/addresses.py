"""Where the parts are."""

from __future__ import annotations

import msgspec


class S3(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach an object store."""

    endpoint: str
    access_key: str
    secret_key: str
    bucket: str


class Addresses(msgspec.Struct, frozen=True):
    """Where the parts are."""

    database_url: str
    redis_url: str
    s3: S3

    def environment(self) -> dict[str, str]:
        """The services' settings for them."""
        return {
            "PRESSRUN_DATABASE_URL": self.database_url,
            "PRESSRUN_REDIS_URL": self.redis_url,
            "PRESSRUN_S3_ENDPOINT": self.s3.endpoint,
            "PRESSRUN_S3_ACCESS_KEY": self.s3.access_key,
            "PRESSRUN_S3_SECRET_KEY": self.s3.secret_key,
            "PRESSRUN_S3_BUCKET": self.s3.bucket,
        }
