"""Passwords: what a good one is, and Argon2id in threads of its own."""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.api.body import wrong
from shared.domain.errors import Unavailable

SHORTEST = 12
LONGEST = 1024
AT_ONCE = 2
"""Each takes 64 MiB for a tenth of a second."""
MOST_WAITING = 50

T = TypeVar("T")

_DUMMY = PasswordHasher().hash(secrets.token_urlsafe(16))
"""Of nobody's password: checked for somebody who does not exist, so that the time tells nothing."""


class Passwords:
    """Hashes and verifies, a few at a time and never on the event loop."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")
        self._waiting = 0

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def hash(self, password: str) -> str:
        return await self._in_thread(partial(self._hasher.hash, _canonical(password)))

    async def verify(self, hashed: str | None, password: str) -> bool:
        """Whether this is the password; without a hash it takes the same time, and is not."""
        if len(password) > LONGEST:
            password = ""  # nobody has one
        right = await self._in_thread(partial(self._verify, hashed or _DUMMY, _canonical(password)))
        return right and hashed is not None

    def is_outdated(self, hashed: str) -> bool:
        """Whether it was hashed with other parameters than today's."""
        return self._hasher.check_needs_rehash(hashed)

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _in_thread(self, work: partial[T]) -> T:
        if self._waiting >= MOST_WAITING:
            raise Unavailable("too many people log in at this moment; try again in a few seconds")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


def check_password(password: str, email: str | None, *, field: str = "password") -> None:
    """Refuse a password that is too easy.

    Raises:
        Rejected: naming the field and what it must be.
    """
    length = len(_canonical(password))
    if length < SHORTEST:
        raise wrong(field, f"must have at least {SHORTEST} characters; a few words are easy to keep in mind")
    if length > LONGEST:
        raise wrong(field, f"must have at most {LONGEST} characters")
    if len(set(password)) < 4:
        raise wrong(field, "repeats the same characters; use a few words instead")
    if email and _canonical(password).strip().casefold() == email:
        raise wrong(field, "must not be the e-mail address")


def one_time_password() -> str:
    """A password to be told to somebody and changed by them at once."""
    return "-".join(secrets.token_hex(2) for _ in range(5))


def _canonical(password: str) -> str:
    """The same characters, however a keyboard composes them."""
    return unicodedata.normalize("NFKC", password)
