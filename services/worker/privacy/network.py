"""Addresses of mails and machines, and addresses that carry a credential. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import unquote

from .kinds import Kind, Span

_LOCAL = r"[\w!#$%&'*+/=?^`{|}~-]"
_EMAIL = re.compile(
    rf"(?<![\w.!#$%&'*+/=?^`{{|}}~-]){_LOCAL}(?:{_LOCAL}|\.(?=[\w!#$%&'*+/=?^`{{|}}~-])){{0,63}}"
    r"@(?:\[[0-9A-Fa-f:.]{3,45}\]|(?:[^\W_](?:[\w-]{0,62}[^\W_])?\.){1,8}(?:[^\W\d_]{2,24}|xn--[a-z0-9-]{2,40}))(?![\w@])"
)
_ENCODED = re.compile(
    r"(?<![\w.%+-])(?:%[2-7][0-9a-f]|[\w.+-]){1,64}%40(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?![\w%])", re.IGNORECASE
)
"""In the path or query of a web address."""
_SPELT = re.compile(
    r"(?<![\w.])[\w.+-]{1,64}\s?[\[({<]\s?(?:at|@)\s?[\])}>]\s?[\w-]{1,63}"
    r"(?:(?:\s?[\[({<]\s?(?:dot|punkt|\.)\s?[\])}>]\s?|\.)[\w-]{2,63}){1,4}(?!\w)",
    re.IGNORECASE,
)
_URL = re.compile(r"(?<![\w])(?:[a-z][a-z0-9+.-]{1,20}://)[^\s<>\"'`\u201c\u201d{}|\\^\[\]]{3,2000}", re.IGNORECASE)
_WWW = re.compile(
    r"(?<![\w./@-])www\.(?:[\w-]{1,63}\.){1,5}[a-z]{2,24}(?:/[^\s<>\"'`{}|\\^\[\]]{0,500})?", re.IGNORECASE
)
_LOGIN = re.compile(r"^[a-z][a-z0-9+.-]{1,20}://[^/?#@\s]*:[^/?#@\s]+@", re.IGNORECASE)
_TOKENS = re.compile(
    r"[?&#;](?:[\w-]*(?:token|secret|passw(?:or)?d|pwd|signature|credential)[\w-]*|(?:api|access|auth)[_-]?key|key|sig|auth|code)"
    r"=[^&#\s]{6,}",
    re.IGNORECASE,
)
_V4 = re.compile(r"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w]|\.[0-9])(?:/[0-9]{1,2}(?!\w))?")
_V6 = re.compile(
    r"(?<![\w:.])(?=[0-9a-f:]*:[0-9a-f:]*:)[0-9a-f:]{3,39}(?:\.[0-9.]{5,11})?(?:%\w{1,15})?(?![\w:])", re.IGNORECASE
)
_MAC = re.compile(
    r"(?<![\w:-])(?<![0-9a-f]\.)(?:[0-9a-f]{2}(?P<by>[:-])(?:[0-9a-f]{2}(?P=by)){4}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4})(?![\w:-]|\.[0-9a-f])",
    re.IGNORECASE,
)
_RELEASE = re.compile(r"(?:\bversion|\brelease|\bbuild|\bfirmware|\bv)\W{0,2}$", re.IGNORECASE)


def find(text: str) -> Iterator[Span]:
    """Mail addresses, web addresses, logins inside addresses, IP and MAC addresses."""
    if "@" in text:
        yield from (Span(match.start(), match.end(), Kind.EMAIL) for match in _EMAIL.finditer(text))
    if "%40" in text:
        yield from (Span(match.start(), match.end(), Kind.EMAIL) for match in _ENCODED.finditer(text))
    yield from (Span(match.start(), match.end(), Kind.EMAIL) for match in _SPELT.finditer(text) if _is_spelt(match[0]))
    if "://" in text:
        yield from (_url(text, match) for match in _URL.finditer(text))
    if "www." in text.lower():
        yield from (_ended(text, match, Kind.URL) for match in _WWW.finditer(text))
    yield from _addresses(text)


def _is_spelt(found: str) -> bool:
    lower = found.lower()
    return "dot" in lower or "punkt" in lower or "." in lower.split("at", 1)[-1]


def _url(text: str, match: re.Match[str]) -> Span:
    address = unquote(match[0])
    secret = _LOGIN.match(match[0]) or _TOKENS.search(address)
    return _ended(text, match, Kind.LOGIN if secret else Kind.URL)


def _ended(text: str, match: re.Match[str], kind: Kind) -> Span:
    """Without the punctuation of the sentence around it."""
    end = match.end()
    while end > match.start() and text[end - 1] in ".,;:!?)*_":
        if text[end - 1] == ")" and text.count("(", match.start(), end) >= text.count(")", match.start(), end):
            break
        end -= 1
    return Span(match.start(), end, kind)


def _addresses(text: str) -> Iterator[Span]:
    for match in _V4.finditer(text):
        if _is_ip(match[0].partition("/")[0]) and not _RELEASE.search(text, max(match.start() - 12, 0), match.start()):
            yield Span(match.start(), match.end(), Kind.IP)
    if ":" in text:
        for match in _V6.finditer(text):
            end = match.end()
            while end > match.start() and not _is_ip(text[match.start() : end]) and text[end - 1] == ":":
                end -= 1
            bare = text[match.start() : end].partition("%")[0]
            if len(bare) > 4 and any(char.isdigit() for char in bare) and _is_ip(bare):
                yield Span(match.start(), end, Kind.IP)
    yield from (Span(match.start(), match.end(), Kind.MAC) for match in _MAC.finditer(text))


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return True
