"""Telephone numbers, as the numbering plans of their countries have them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import phonenumbers

from .identity import said
from .kinds import Kind, Span

_S = r"[ \u00a0\u202f./\u2010-\u2015-]"
_GAP = r"(?:[ \u00a0\u202f]?[ \u00a0\u202f./\u2010-\u2015-][ \u00a0\u202f]?)"
_ABROAD = re.compile(rf"(?<![\w+])(?:\+|\uff0b|00)(?:{_GAP}?\(?[0-9]\)?){{7,16}}(?![\w])")
_HOME = re.compile(rf"(?<![\w.+/-])\(?0[0-9]{{1,5}}\)?(?:{_S}{{1,3}}[0-9]{{1,8}}){{1,5}}(?![\w]|[.,-][0-9])")
_AMERICAN = re.compile(
    r"(?<![\w.+/-])(?:1[ .-])?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[ .-])[2-9][0-9]{2}[ .-][0-9]{4}(?![\w]|[.,-][0-9])"
)
_ANY = re.compile(rf"(?<![\w.+/-])\(?[0-9](?:{_S}{{0,2}}\(?[0-9]\)?){{5,14}}(?![\w]|[.,-][0-9])")
_TRUNK = re.compile(r"\(0\)")
"""The zero that is not dialled from abroad."""
_EXTENSION = re.compile(r"\s?(?:,\s?)?(?:ext\.?|extension|x|durchwahl|dw\.?)\s?:?\s?[0-9]{1,6}(?!\w)", re.IGNORECASE)
_DATE = re.compile(
    r"(?:19|20)[0-9]{2}[-./ ][0-9]{1,2}[-./ ][0-9]{1,2}|[0-9]{1,2}[-./ ][0-9]{1,2}[-./ ](?:19|20)[0-9]{2}"
)
_ABOUT = re.compile(
    r"phone|\btel\b|\btel[.:]|telef[oó]n|t[ée]l[ée]phone|\bfax\b|\bmobile?\b|\bcell\b|handy|mobil|portable|m[óo]vil|cellulare|"
    r"\bcall(?:ed|ing)?\b|\bring\b|\bsms\b|\btext(?:ed)?\b|whatsapp|signal|\breach\b|dial|hotline|anruf|erreich|appel|llam|"
    r"chiama|\bbel\b|telefoon|dzwoni|komórk|电话|電話|手机|전화|☎|📞",
    re.IGNORECASE,
)
_REGIONS = (
    "US",
    "GB",
    "DE",
    "AT",
    "CH",
    "FR",
    "ES",
    "IT",
    "NL",
    "BE",
    "PL",
    "PT",
    "SE",
    "DK",
    "NO",
    "FI",
    "IE",
    "AU",
    "IN",
    "BR",
    "MX",
    "JP",
    "CN",
    "KR",
    "CZ",
    "ZA",
)
_WITH_ZERO = (
    "GB",
    "DE",
    "AT",
    "CH",
    "FR",
    "NL",
    "BE",
    "IT",
    "SE",
    "FI",
    "IE",
    "AU",
    "IN",
    "JP",
    "CN",
    "KR",
    "ZA",
    "BR",
)
_NEAR = 40


def find(text: str) -> Iterator[Span]:
    """Numbers that a numbering plan has; without a country code only where their form or the words before say so."""
    for match in _ABROAD.finditer(text):
        if (end := _abroad_end(match)) is not None:
            yield _extended(text, match.start(), end)
    for match in _AMERICAN.finditer(text):
        if _valid(match[0], "US"):
            yield _extended(text, match.start(), match.end())
    for match in _HOME.finditer(text):
        if not _DATE.search(match[0]) and any(_valid(match[0], region) for region in _WITH_ZERO):
            yield _extended(text, match.start(), match.end())
    for match in _ANY.finditer(text):
        if said(_ABOUT, text, match.start(), _NEAR) and not _DATE.fullmatch(match[0]) and _known(match[0]):
            yield _extended(text, match.start(), match.end())


def _abroad_end(match: re.Match[str]) -> int | None:
    """Other numbers may follow as if they were groups of this one: cut them off until it is one."""
    found = match[0]
    while len(found) >= 8:
        number = _TRUNK.sub("", "+" + found[2:] if found.startswith("00") else found)
        if _valid(number, None):
            return match.start() + len(found)
        cut = re.sub(rf"{_GAP}\(?[0-9]+\)?$", "", found)
        if cut == found:
            return None
        found = cut
    return None


def _known(found: str) -> bool:
    return any(_valid(found, region) for region in _REGIONS) or _local(found)


def _local(found: str) -> bool:
    """Seven digits as they are dialled within a town."""
    return re.fullmatch(r"[2-9][0-9]{2}[ -][0-9]{4}", found) is not None


def _extended(text: str, start: int, end: int) -> Span:
    extension = _EXTENSION.match(text, end)
    return Span(start, extension.end() if extension else end, Kind.PHONE)


@lru_cache(maxsize=65536)
def _valid(number: str, region: str | None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:
        return False
