"""What ``GET /v1/audit/verify`` answers."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shared.contracts.audit import Verification
from shared.db import audit
from shared.db.pool import Database
from shared.domain.errors import Rejected
from shared.pipeline.audit import chain_all

_MOST = 2**53 - 1


async def verify(
    database: Database, *, from_seq: int | None, to_seq: int | None, keys: Sequence[Ed25519PublicKey]
) -> Verification:
    """Verify part of the audit log, with everything in it that was committed before this call.

    Args:
        from_seq: the first entry; None is the beginning (0 means the same).
        to_seq: the last entry; None is the end. One beyond the end is fine.
        keys: the public key that discovery advertises, and retired ones.

    Raises:
        Rejected: the two are not a range.
    """
    first = 0 if from_seq is None else from_seq
    _check("fromSeq", first, 0)
    if to_seq is not None:
        _check("toSeq", to_seq, first)
    await chain_all(database)
    async with database.connect() as db:
        last = max(first, await audit.length(db)) if to_seq is None else to_seq
        return await audit.verify(db, first, last, keys=keys)


def _check(name: str, value: int, least: int) -> None:
    if not least <= value <= _MOST:
        raise Rejected(f"{name} must be an integer from {least} to {_MOST}", details={"field": name})
