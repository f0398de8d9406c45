"""Cards, IBANs and bank accounts. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum import iban, luhn
from stdnum.us import rtn

from .identity import said
from .kinds import Kind, Span
from .windows import Windows

_S = r"[ \u00a0\u202f-]?"
_IN_CARDS = r"[ \u00a0\u202f._\u00b7\u2010-\u2015-]?"
_CARD = re.compile(rf"(?<![\w.])(?<![0-9][-])[2-6](?:{_IN_CARDS}[0-9]){{12,18}}(?![0-9_]|[.-][0-9])")
_ISSUERS = re.compile(
    r"4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})|5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)[0-9]{12}"
    r"|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|35(?:2[89]|[3-8][0-9])[0-9]{12}"
    r"|6(?:011|5[0-9]{2}|4[4-9][0-9])[0-9]{12}|62[0-9]{14,17}|(?:5018|5020|5038|5893|6304|6759|676[1-3])[0-9]{8,15}"
)
_IBAN = re.compile(rf"(?<![\w])[A-Za-z]{{2}}[0-9]{{2}}(?:{_S}[A-Za-z0-9]){{11,34}}(?![\w])")
_CUT = re.compile(rf"{_S}[A-Za-z0-9]*$")

_ACCOUNT = re.compile(
    r"(?:\b(?:bank )?(?:account|acct)\b\.?(?: (?:number|no|num|nr|#))?|\ba/c(?: no)?|kontonummer|kontonr|\bkto\b\.?(?:-?nr)?|"
    r"\bkonto\b|num[ée]ro de compte|\bcompte\b|n[úu]mero de cuenta|\bcuenta\b|\bclabe\b|conto corrente|rekeningnummer|"
    r"numer konta|\bconta\b|kontonummer)"
    r"[\s.:#=\"'*]{0,6}(?:(?:is|ist|est|es|lautet|number|no|nr)\b[\s.:#]{0,3})?"
    r"(?P<value>[0-9](?:[ \u00a0./-]?[0-9]){5,21})(?![\w])",
    re.IGNORECASE,
)
_ROUTING = re.compile(
    r"(?:\b(?:routing|aba|transit)\b(?: (?:number|no|code))?)[\s.:#=]{0,5}(?:is )?(?P<value>[0-9]{9})(?![\w])",
    re.IGNORECASE,
)
_SORT = re.compile(
    r"(?:\bsort[ -]?code|\bbsb\b|\bblz\b|bankleitzahl)[\s.:#=]{0,5}(?:is )?(?P<value>[0-9]{2,3}(?:[ -]?[0-9]{2,3}){1,3})(?![\w])",
    re.IGNORECASE,
)
_ACCOUNTS = Windows(
    "account acct a/c kto konto compte cuenta clabe conto rekening conta sort bsb blz bankleitzahl".split(),
    _ACCOUNT,
    _SORT,
)
_ROUTINGS = Windows(("routing", "aba", "transit"), _ROUTING)
_NOT_CARDS = re.compile(r"(?:imei|isbn|ean|gtin|barcode|tracking)\W{0,3}(?:\w{1,8}\W{0,3})?$", re.IGNORECASE)


def find(text: str) -> Iterator[Span]:
    """Card numbers by Luhn and issuer, IBANs by their check digits, accounts by the words before them."""
    for match in _CARD.finditer(text):
        digits = re.sub(r"[^0-9]", "", match[0])
        if _ISSUERS.fullmatch(digits) and luhn.is_valid(digits) and not said(_NOT_CARDS, text, match.start(), 30):
            yield Span(match.start(), match.end(), Kind.CARD)
    for match in _IBAN.finditer(text):
        if (end := _iban_end(match)) is not None:
            yield Span(match.start(), end, Kind.IBAN)
    for match in _ACCOUNTS.find(text):
        yield Span(match.start("value"), match.end("value"), Kind.ACCOUNT)
    for match in _ROUTINGS.find(text):
        if rtn.is_valid(match["value"]):
            yield Span(match.start("value"), match.end("value"), Kind.ACCOUNT)


def _iban_end(match: re.Match[str]) -> int | None:
    """Words may follow an IBAN as if they were its groups: cut them off until its check digits are right."""
    found = match[0]
    while len(found) >= 15:
        if iban.is_valid(found, check_country=False):
            return match.start() + len(found)
        shorter = _CUT.sub("", found)
        found = shorter if shorter and shorter != found else found[:-1]
    return None
