"""The audit log's entries, and the answer of ``GET /v1/audit/verify``."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what to what: one row of the log."""

    id: UUID
    sequence: int
    """Its place in the chain, from 1, without gaps."""
    at: datetime
    actor: str
    """A principal's id, or what acted instead of one (``system``)."""
    action: str
    """``noun.verb``."""
    object_kind: str
    object_id: str
    trace_id: str | None
    details: str
    """Canonical JSON of an object, as it is stored and hashed."""
    prev_hash: str | None
    """Hash of the entry before; None in the first."""


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A signed Merkle root over the entries after the checkpoint before, up to ``at_sequence``."""

    checkpoint: str
    at_sequence: int
    merkle_root: str
    """Lowercase hex."""
    signature: str
    """Base64 of the Ed25519 signature over the 32 bytes that ``merkle_root`` spells."""


class Anomaly(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Where the chain, or a checkpoint over it, is broken.

    At a checkpoint that does not hold, the two hashes are the Merkle roots: computed, and signed.
    """

    at_seq: int
    expected_prev_hash: str
    """What the entry before hashes to; 64 zeros before the first."""
    actual_prev_hash: str
    """What is stored; empty when the entry is missing."""


class Verification(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a walk over part of the log found. ``chain_valid`` is true exactly when there are no anomalies."""

    from_seq: int
    to_seq: int
    chain_valid: bool
    checkpoints_valid: bool
    checkpoints: list[Checkpoint]
    anomalies: list[Anomaly]
