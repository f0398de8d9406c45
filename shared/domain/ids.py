"""New identifiers: UUIDv7, so that they sort by the time they were made."""

from __future__ import annotations

from uuid import UUID, uuid5

from uuid_utils.compat import uuid7

_ARTIFACTS = UUID("6f1d7c0e-6f0b-5d43-9f0e-7c1c2f0f5a11")


def new_id() -> UUID:
    return uuid7()


def artifact_id(node_id: str, format_: str, sha256: str) -> UUID:
    """Made from the content, so that a replay of a run names its artifacts alike. Unique within a run."""
    return uuid5(_ARTIFACTS, f"{node_id}/{format_}/{sha256}")


def run_id() -> str:
    """A path-safe run id with the ``run-`` prefix that OpenWOP v1 hosts agree on."""
    return f"run-{uuid7().hex}"
