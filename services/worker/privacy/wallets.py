"""Addresses and keys of crypto currencies, by their checksums. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator

from Crypto.Hash import keccak

from .identity import said
from .kinds import Kind, Span

_B58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_RIPPLE = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
_BECH32_CHARS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BECH32M = 0x2BC830A3
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_BASE58 = re.compile(rf"(?<!\w)[{_B58}]{{25,58}}(?!\w)")
_BECH32 = re.compile(r"(?<!\w)(?:bc1[02-9ac-hj-np-z]{11,71}|BC1[02-9AC-HJ-NP-Z]{11,71})(?!\w)")
_CARDANO = re.compile(r"(?<!\w)(?:addr|stake)1[02-9ac-hj-np-z]{50,120}(?!\w)")
_SOLANA = re.compile(rf"(?<!\w)[{_B58}]{{43,44}}(?!\w)")
_ABOUT_SOLANA = re.compile(r"\bsol(?:ana)?\b|\bwallet\b|\bspl\b|\bphantom\b", re.IGNORECASE)
_ETHER = re.compile(r"(?<!\w)0x[0-9a-fA-F]{40}(?!\w)")
_MONERO = re.compile(rf"(?<!\w)[48][0-9AB][{_B58}]{{93}}(?!\w)")
_CHECKED = frozenset({0x00, 0x05, 0x1E, 0x16, 0x30, 0x32, 0x41, 0x4C, 0x80})
"""First bytes: Bitcoin, Dogecoin, Litecoin, Tron, Dash, and private keys."""


def find(text: str) -> Iterator[Span]:
    """Addresses whose checksum is right, and keys that a word before them says to be some."""
    for pattern, is_one in _FORMS:
        for match in pattern.finditer(text):
            if is_one(match[0]):
                yield Span(match.start(), match.end(), Kind.WALLET)
    for match in _SOLANA.finditer(text):
        if _is_key(match[0]) and said(_ABOUT_SOLANA, text, match.start()):
            yield Span(match.start(), match.end(), Kind.WALLET)


def _is_bitcoin(text: str) -> bool:
    """Version 0 has the first form of the checksum, taproot and what follows the second (BIP 350)."""
    lower = text.lower()
    return _bech32(lower) == (1 if lower[3] == "q" else _BECH32M)


def _bech32(text: str) -> int:
    """What the checksum of a bech32 text comes to."""
    prefix, _, data = text.rpartition("1")
    values = [
        *(ord(char) >> 5 for char in prefix),
        0,
        *(ord(char) & 31 for char in prefix),
        *map(_BECH32_CHARS.find, data),
    ]
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_GENERATORS):
            check ^= generator if top >> place & 1 else 0
    return check


def _is_key(text: str) -> bool:
    """A public key of 32 bytes: no checksum, so that a word before it must say what it is."""
    number = 0
    for char in text:
        number = number * 58 + _B58.index(char)
    return 248 < number.bit_length() <= 256


def _is_base58(text: str) -> bool:
    return _checked(text, _B58) in _CHECKED or (text[0] == "r" and _checked(text, _RIPPLE) == 0)


def _checked(text: str, alphabet: str) -> int | None:
    """The first byte of a base 58 text whose checksum is right."""
    number = 0
    for char in text:
        place = alphabet.find(char)
        if place < 0:
            return None
        number = number * 58 + place
    leading = len(text) - len(text.lstrip(alphabet[0]))
    data = bytes(leading) + number.to_bytes((number.bit_length() + 7) // 8)
    body, check = data[:-4], data[-4:]
    if len(body) < 21 or hashlib.sha256(hashlib.sha256(body).digest()).digest()[:4] != check:
        return None
    return body[0]


def _is_ether(text: str) -> bool:
    """Capitals are the checksum; an address in one case has none."""
    if text.islower() or text.isupper() or text.isdigit():
        return True
    digest = keccak.new(digest_bits=256, data=text.lower().encode()).hexdigest()
    return all(
        char.isdigit() or char.isupper() == (int(digit, 16) > 7) for char, digit in zip(text, digest, strict=False)
    )


_FORMS: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (_BASE58, _is_base58),
    (_BECH32, _is_bitcoin),
    (_CARDANO, lambda text: _bech32(text) == 1),
    (_ETHER, lambda text: _is_ether(text[2:])),
    (_MONERO, str.isalnum),
)
