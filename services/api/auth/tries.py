"""How often somebody may try: counted before the attempt, in the database, whatever becomes of it."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from uuid import UUID

import structlog

from shared.db import sessions
from shared.db.pool import Database
from shared.domain.errors import TooMany

WINDOW = timedelta(minutes=15)
PER_ADDRESS = 10
"""Times as many as for one account: people share addresses."""

log = structlog.get_logger()


def account(email: str) -> str:
    return f"account:{hashlib.sha256(email.encode()).hexdigest()}"


def factor(user_id: UUID) -> str:
    return f"factor:{user_id}"


def password(user_id: UUID) -> str:
    return f"password:{user_id}"


def place(address: str) -> str:
    return f"address:{address}"


async def attempt(database: Database, subject: str, *, most: int) -> None:
    """Count an attempt.

    Raises:
        TooMany: there were too many within ``WINDOW``.
    """
    async with database.connect() as db:
        wait = await sessions.try_once(db, subject, most=most, window=WINDOW)
    if wait is not None:
        log.warning("login.limited", kind=subject.partition(":")[0])
        raise TooMany(
            f"too many attempts; try again in {max(1, round(wait / 60))} min",
            code="too_many_attempts",
            details={"retryAfter": wait},
        )
