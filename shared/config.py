"""Settings: one frozen struct per service, read from the environment once, in ``main``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TypeVar

import msgspec

PREFIX = "PRESSRUN_"


class Core(msgspec.Struct, frozen=True, kw_only=True):
    """What every service needs. Every field is ``PRESSRUN_<NAME>`` in the environment."""

    database_url: str
    redis_url: str
    s3_endpoint: str
    """``http://host:port`` or ``https://host`` of any S3 gateway."""
    s3_access_key: str
    s3_secret_key: str
    s3_bucket: str = "pressrun"
    s3_region: str = "us-east-1"
    s3_public_endpoint: str = ""
    """Where clients reach the store, for signed links; empty: the same as ``s3_endpoint``."""
    log_level: str = "info"
    log_format: str = "auto"
    """``json``, ``console``, or ``auto``: console on a terminal, JSON elsewhere."""
    shutdown_grace_s: float = 8.0
    """How long running work may go on after SIGTERM before it is handed back."""


S = TypeVar("S", bound=msgspec.Struct)


def load(kind: type[S], env: Mapping[str, str]) -> S:
    """Read settings of this kind from environment variables. An empty one is as good as none.

    Raises:
        SystemExit: a variable is missing or does not convert, with its name.
    """
    found = {field: value for field in kind.__struct_fields__ if (value := env.get(PREFIX + field.upper()))}
    try:
        return msgspec.convert(found, kind, strict=False)
    except msgspec.ValidationError as error:
        raise SystemExit(f"bad configuration ({PREFIX}*): {error}") from None


def environment() -> Mapping[str, str]:
    """The process's environment: for a ``main``, and nobody else."""
    return os.environ  # noqa: TID251 - this is the one place
