"""Chains what was appended to the audit log, and anchors the chain with signed checkpoints."""

from __future__ import annotations

import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.contracts.audit import Checkpoint
from shared.db import audit
from shared.db.pool import Database

log = structlog.get_logger()


class Auditor:
    """Somebody asks for a round every second. Any number may be at work: the chain's head is their lock.

    Args:
        key: signs checkpoints; None chains without signing. Only the process that runs an auditor needs it.
    """

    def __init__(self, database: Database, key: Ed25519PrivateKey | None) -> None:
        self._database = database
        self._key = key

    async def round(self) -> None:
        """Chain everything that is committed, then make the checkpoints that are due."""
        await chain_all(self._database)
        if self._key is None:
            return
        async with self._database.begin() as db:
            made = await audit.anchor(db, self._key)
        for checkpoint in made:
            await self._announce(checkpoint, self._key)

    async def _announce(self, checkpoint: Checkpoint, key: Ed25519PrivateKey) -> None:
        """Log the checkpoint, so that it also stands where the database's owner cannot reach it."""
        at = checkpoint.at_sequence
        async with self._database.connect() as db:
            found = await audit.verify(db, at, at, keys=[key.public_key()])
        level = log.info if found.chain_valid else log.error
        level(
            "audit.anchored",
            sequence=at,
            merkle_root=checkpoint.merkle_root,
            signature=checkpoint.signature,
            valid=found.chain_valid,
        )


async def chain_all(database: Database) -> None:
    """Chain what is committed, batch by batch, each in a transaction of its own."""
    while True:
        async with database.connect() as db:
            if not await audit.loose(db):
                return
            async with db.transaction():
                if await audit.chain(db) < audit.BATCH:
                    return
