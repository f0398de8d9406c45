"""How the audit log is made tamper-evident: canonical JSON, hashes, Merkle roots, signatures."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from shared.contracts.audit import Entry

CHECKPOINT_ENTRIES = 1000
"""A checkpoint anchors at most so many entries."""
CHECKPOINT_SECONDS = 300
"""An entry waits at most so long for the checkpoint that anchors it."""
DETAILS_BYTES = 4096
"""Larger details are left out of an entry, visibly."""

_INTEGERS = 2**53


def details_text(details: dict[str, Any]) -> str:
    """Details as the entry keeps them: RFC 8785 canonical JSON, or a note of its size when it is too large.

    Raises:
        ValueError: a name is not ASCII, or a value is not JSON without fractions. With these, sorted
            keys and plain integers are all that RFC 8785 asks for.
    """
    _check(details)
    text = msgspec.json.encode(details, order="sorted")
    if len(text) > DETAILS_BYTES:
        text = msgspec.json.encode({"omittedBytes": len(text)})
    return text.decode()


def entry_hash(entry: Entry) -> str:
    """SHA-256 of the entry's canonical JSON, in hex: the next entry's ``prev_hash``.

    The details go in as they are stored, so that a changed byte in them shows even if it means the same.
    """
    canonical = msgspec.json.encode(
        {
            "action": entry.action,
            "actor": entry.actor,
            "at": entry.at,
            "details": msgspec.Raw(entry.details.encode()),
            "id": entry.id,
            "objectId": entry.object_id,
            "objectKind": entry.object_kind,
            "prevHash": entry.prev_hash,
            "sequence": entry.sequence,
            "traceId": entry.trace_id,
        }
    )
    return hashlib.sha256(canonical).hexdigest()


class Merkle:
    """A Merkle root over hashes that come one by one, in memory that grows with their logarithm.

    A parent is the SHA-256 of its children's hex digits side by side; a last odd node is promoted
    unchanged, so two lists of leaves share a root only if their lengths differ: compare ``leaves`` too.
    """

    def __init__(self) -> None:
        self.leaves = 0
        self._full: list[tuple[int, str]] = []

    def add(self, leaf: str) -> None:
        size = 1
        while self._full and self._full[-1][0] == size:
            leaf = _parent(self._full.pop()[1], leaf)
            size *= 2
        self._full.append((size, leaf))
        self.leaves += 1

    def root(self) -> str:
        """The root in hex.

        Raises:
            ValueError: nothing was added.
        """
        if not self._full:
            raise ValueError("a Merkle root needs a leaf")
        node = self._full[-1][1]
        for _, left in reversed(self._full[:-1]):
            node = _parent(left, node)
        return node


def signing_key(seed: str) -> Ed25519PrivateKey:
    """The key of a setting: base64 of 32 random bytes.

    Raises:
        ValueError: it is not that.
    """
    try:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(seed, validate=True))
    except (binascii.Error, ValueError):
        raise ValueError("an audit key is the base64 of 32 random bytes") from None


def verifying_key(public: str) -> Ed25519PublicKey:
    """The public key that ``public_text`` wrote.

    Raises:
        ValueError: it is not one.
    """
    try:
        key = load_der_public_key(base64.b64decode(public, validate=True))
    except (binascii.Error, ValueError):
        raise ValueError("a public audit key is the base64 of an SPKI in DER") from None
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError("a public audit key is an Ed25519 key")  # noqa: TRY004 - the text is wrong, not its type
    return key


def public_text(key: Ed25519PublicKey) -> str:
    """Base64 of the key as SPKI in DER, as discovery advertises it."""
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def sign(key: Ed25519PrivateKey, root: str) -> str:
    return base64.b64encode(key.sign(bytes.fromhex(root))).decode()


def signed(keys: Iterable[Ed25519PublicKey], root: str, signature: str) -> bool:
    """Whether one of these keys signed this root."""
    try:
        message, proof = bytes.fromhex(root), base64.b64decode(signature, validate=True)
    except ValueError:
        return False
    return any(_verifies(key, message, proof) for key in keys)


def _verifies(key: Ed25519PublicKey, message: bytes, proof: bytes) -> bool:
    try:
        key.verify(proof, message)
    except InvalidSignature:
        return False
    return True


def _parent(left: str, right: str) -> str:
    return hashlib.sha256((left + right).encode("ascii")).hexdigest()


def _check(value: Any) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            if not (isinstance(name, str) and name.isascii()):
                raise ValueError(f"audit details: the name {name!r} is not ASCII text")
            _check(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _check(inner)
    elif isinstance(value, float) or not (value is None or isinstance(value, str | int)):
        raise ValueError(f"audit details: {type(value).__name__} has no canonical JSON here; pass text")
    elif isinstance(value, int) and abs(value) >= _INTEGERS:
        raise ValueError("audit details: an integer beyond 2^53 has no canonical JSON; pass text")
