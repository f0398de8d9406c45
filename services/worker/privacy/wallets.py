"""Addresses and keys of crypto currencies, by their checksums. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from Crypto.Hash import keccak
from stdnum import bitcoin
from stdnum.exceptions import ValidationError

from .kinds import Kind, Span

_B58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_RIPPLE = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
_BASE58 = re.compile(rf"(?<!\w)[{_B58}]{{25,58}}(?!\w)")
_BECH32 = re.compile(r"(?<!\w)(?:bc1[02-9ac-hj-np-z]{11,71}|BC1[02-9AC-HJ-NP-Z]{11,71})(?!\w)")
_ETHER = re.compile(r"(?<!\w)0x[0-9a-fA-F]{40}(?!\w)")
_MONERO = re.compile(rf"(?<!\w)[48][0-9AB][{_B58}]{{93}}(?!\w)")
_CHECKED = frozenset({0x00, 0x05, 0x1E, 0x16, 0x30, 0x32, 0x41, 0x4C, 0x80})
"""First bytes: Bitcoin, Dogecoin, Litecoin, Tron, Dash, and private keys."""


def find(text: str) -> Iterator[Span]:
    """Addresses whose checksum is right."""
    for match in _BASE58.finditer(text):
        if _is_base58(match[0]):
            yield Span(match.start(), match.end(), Kind.WALLET)
    for match in _BECH32.finditer(text):
        if _is_bitcoin(match[0]):
            yield Span(match.start(), match.end(), Kind.WALLET)
    for match in _ETHER.finditer(text):
        if _is_ether(match[0][2:]):
            yield Span(match.start(), match.end(), Kind.WALLET)
    yield from (Span(match.start(), match.end(), Kind.WALLET) for match in _MONERO.finditer(text))


def _is_bitcoin(text: str) -> bool:
    try:
        bitcoin.validate(text)
    except ValidationError:
        return False
    return True


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
