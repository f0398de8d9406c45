"""Secrets at rest: readable by whoever holds the key of the settings, and only in the row they were written to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .errors import Unavailable

_NONCE = 12


def read_key(text: str) -> bytes:
    """The key of the setting ``PRESSRUN_SECRET_KEY``: 32 bytes, in base64 of either alphabet.

    Raises:
        ValueError: it is not that; the message says how to make one.
    """
    try:
        key = base64.b64decode(text.translate(str.maketrans("-_", "+/")), validate=True)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise ValueError("PRESSRUN_SECRET_KEY must be 32 bytes in base64, as `openssl rand -base64 32` makes them")
    return key


class Sealer:
    """Encrypts with AES-256-GCM under a key of its own for each purpose."""

    def __init__(self, key: bytes, purpose: str) -> None:
        self._cipher = AESGCM(hmac.digest(key, f"pressrun.{purpose}".encode(), hashlib.sha256))

    def seal(self, plain: str, row: bytes) -> bytes:
        """
        Args:
            row: what identifies the place it is kept at; it opens nowhere else.
        """
        return self.seal_bytes(plain.encode(), row)

    def open(self, sealed: bytes, row: bytes) -> str:
        """
        Raises:
            Unavailable: it was sealed with another key or for another row, or was changed.
        """
        return self.open_bytes(sealed, row).decode()

    def seal_bytes(self, plain: bytes, row: bytes) -> bytes:
        """``seal`` for what is no text."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, row)

    def open_bytes(self, sealed: bytes, row: bytes) -> bytes:
        """``open`` for what is no text. Raises ``Unavailable``."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], row)
        except InvalidTag:
            raise Unavailable(
                "a stored secret does not open: is PRESSRUN_SECRET_KEY the key it was stored with?",
                code="secret_unreadable",
            ) from None
