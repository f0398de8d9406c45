"""Checks what somebody shows as a second factor, and uses it up."""

from __future__ import annotations

import time
from uuid import UUID

from shared.db import factors, sessions
from shared.db.pool import Connection, Database
from shared.domain.errors import Rejected, Unauthenticated

from . import totp, tries
from .door import Door
from .wire import Proof

CODE = "second_factor_failed"


async def show(door: Door, database: Database, user_id: UUID, proof: Proof) -> str:
    """Use up a code. Returns which kind it was.

    Raises:
        Rejected: neither or both are given, or there is no second factor.
        Unauthenticated: the code is wrong, or was used before (code ``second_factor_failed``).
        TooMany: there were too many wrong ones.
    """
    if (proof.totp is None) == (proof.recovery_code is None):
        raise Rejected("give totp, the code of your authenticator, or else recovery_code", details={"field": "totp"})
    await tries.attempt(database, tries.factor(user_id), most=door.settings.login_attempts)
    async with database.begin() as db:
        method = await _use(door, db, user_id, proof)
        if method is not None:
            await sessions.forgive(db, tries.factor(user_id))
    if method is None:
        raise Unauthenticated("this code is wrong or was used before; wait for the next one", code=CODE)
    return method


async def use_totp(door: Door, db: Connection, user_id: UUID, code: str, *, confirmed: bool) -> bool:
    """Use up a code of an authenticator, one that is confirmed or one that is being set up."""
    kept = await factors.find(db, user_id)
    if kept is None or (kept.confirmed_at is not None) != confirmed:
        return False
    step = totp.matching_step(door.sealer.open(kept.secret, user_id.bytes), code, time.time())
    return step is not None and await factors.use_step(db, user_id, kept.secret, step)


async def _use(door: Door, db: Connection, user_id: UUID, proof: Proof) -> str | None:
    if proof.totp is not None:
        return "totp" if await use_totp(door, db, user_id, proof.totp, confirmed=True) else None
    used = await factors.use_code(db, user_id, totp.code_hash(user_id, proof.recovery_code or ""))
    return "recovery_code" if used else None
