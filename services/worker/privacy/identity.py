"""Numbers that states give to people, checked by their own rules. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from importlib import import_module

import msgspec
from stdnum.us import itin, ssn

from .kinds import Kind, Span

_S = r"[ \u00a0\u202f-]"


class Rule(msgspec.Struct, frozen=True):
    """What a number looks like, who checks it, and whether that is proof enough."""

    pattern: re.Pattern[str]
    check: Callable[[str], bool]
    proof: bool


def _rule(pattern: str, *modules: str, proof: bool) -> Rule:
    checks: list[Callable[[str], bool]] = [import_module(f"stdnum.{name}").is_valid for name in modules]
    return Rule(
        re.compile(rf"(?<![\w.-])(?:{pattern})(?![\w]|[.-][0-9])"), lambda text: any(c(text) for c in checks), proof
    )


def _format(pattern: str, check: Callable[[str], bool], *, proof: bool) -> Rule:
    return Rule(re.compile(rf"(?<![\w.-])(?:{pattern})(?![\w]|[.-][0-9])"), check, proof)


def _american(text: str) -> bool:
    """Social security or tax number of the United States, however it is divided."""
    digits = re.sub(r"[^0-9]", "", text)
    return ssn.is_valid(digits) or itin.is_valid(digits)


def _german_insurance(text: str) -> bool:
    """Germany: area, birth, initial, serial number, and a check digit over all of them with the letter as two digits."""
    bare = re.sub(r"[^0-9A-Z]", "", text.upper())
    digits = bare[:8] + f"{ord(bare[8]) - 64:02}" + bare[9:11]
    total = 0
    for digit, weight in zip(digits, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True):
        total += sum(divmod(int(digit) * weight, 10))
    return total % 10 == int(bare[11])


def _travel_document(text: str) -> bool:
    """Germany's identity cards: the check digit of machine-readable documents."""
    bare = text.replace(" ", "").upper()
    total = sum(int(char, 36) * (7, 3, 1)[place % 3] for place, char in enumerate(bare[:9]))
    return total % 10 == int(bare[9])


def _nric(text: str) -> bool:
    """Singapore."""
    total = sum(int(digit) * weight for digit, weight in zip(text[1:8], (2, 7, 6, 5, 4, 3, 2), strict=True))
    total += 4 if text[0] in "TG" else 0
    return ("JZIHGFEDCBA" if text[0] in "ST" else "XWUTRQPNMLK")[total % 11] == text[8]


def _nino(text: str) -> bool:
    """United Kingdom: no checksum, but many beginnings are never given."""
    start = text[:2].upper()
    return (
        start not in {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}
        and start[0] not in "DFIQUV"
        and start[1] not in "DFIQUVO"
    )


RULES = (
    _rule(r"[0-9]{3}-[0-9]{2}-[0-9]{4}", "us.ssn", "us.itin", "us.atin", proof=True),
    _format(r"[0-9]{9}|[0-9]{3}[ .\u2013][0-9]{2}[ .\u2013][0-9]{4}", _american, proof=False),
    _format(r"[A-Za-z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[A-Da-d]", _nino, proof=True),
    _rule(r"[0-9]{3}[ -][0-9]{3}[ -][0-9]{4}", "gb.nhs", proof=False),
    _rule(r"[0-9]{10}", "gb.nhs", "bg.egn", "cz.rc", "at.vnr", "is_.kennitala", "ee.registrikood", proof=False),
    _rule(r"[0-9]{4} ?[0-9]{6}", "at.vnr", proof=False),
    _rule(r"[0-9]{4} [0-9]{6}", "at.vnr", proof=True),
    _rule(r"756[. ]?[0-9]{4}[. ]?[0-9]{4}[. ]?[0-9]{2}", "ch.ssn", proof=True),
    _rule(r"[0-9]{2} ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}|[0-9]{11}", "de.idnr", proof=False),
    _rule(r"[0-9]{2} [0-9]{3} [0-9]{3} [0-9]{3}", "de.idnr", proof=True),
    _format(
        r"[0-9]{2} ?[0-3][0-9] ?[01][0-9] ?[0-9]{2} ?[A-Z] ?[0-9]{3}|[0-9]{2} ?[0-9]{6} ?[A-Z] ?[0-9]{3}",
        _german_insurance,
        proof=True,
    ),
    _format(r"[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}[0-9]", _travel_document, proof=False),
    _format(r"[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}", str.isalnum, proof=False),
    _rule(
        r"[12][ .]?[0-9]{2}[ .]?[0-9]{2}[ .]?[0-9AB]{2}[ .]?[0-9]{3}[ .]?[0-9]{3}[ .]?[0-9]{2}", "fr.nir", proof=True
    ),
    _rule(r"[0-9]{8}-?[A-Za-z]|[XYZxyz]-?[0-9]{7}-?[A-Za-z]", "es.dni", "es.nie", proof=True),
    _rule(
        r"[A-Za-z]{6}[0-9LMNP-V]{2}[A-Za-z][0-9LMNP-V]{2}[A-Za-z][0-9LMNP-V]{3}[A-Za-z]", "it.codicefiscale", proof=True
    ),
    _rule(r"[0-9]{9}|[0-9]{4}\.[0-9]{2}\.[0-9]{3}", "nl.bsn", "pt.nif", proof=False),
    _rule(r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3}\.[0-9]{2}", "be.nn", "be.bis", proof=True),
    _rule(r"[0-9]{11}", "pl.pesel", "no.fodselsnummer", "lt.asmens", "ee.ik", proof=True),
    _rule(r"[0-9]{11}", "be.nn", "tr.tckimlik", "br.cpf", "hr.oib", "gr.amka", "de.idnr", proof=False),
    _rule(r"[0-9]{6} [0-9]{5}", "no.fodselsnummer", proof=True),
    _rule(r"(?:[0-9]{2})?[0-9]{6}[-+][0-9]{4}", "se.personnummer", proof=True),
    _rule(r"[0-9]{6}-[0-9]{4}", "dk.cpr", "is_.kennitala", proof=True),
    _rule(r"[0-9]{6}[-+A][0-9]{3}[0-9A-Y]", "fi.hetu", proof=True),
    _rule(r"[0-9]{6}/[0-9]{3,4}", "cz.rc", "sk.rc", proof=True),
    _rule(r"[1-9][0-9]{12}", "ro.cnp", "za.idnr", proof=True),
    _rule(r"[0-9]{13}", "si.emso", "th.pin", proof=False),
    _rule(r"[0-9]-[0-9]{4}-[0-9]{5}-[0-9]{2}-[0-9]", "th.pin", proof=True),
    _rule(r"[0-9]{7}[A-Wa-w][A-IWa-iw]?", "ie.pps", proof=True),
    _rule(r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}", "br.cpf", proof=True),
    _rule(r"[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}-[0-9Kk]", "cl.rut", proof=True),
    _rule(r"(?:20|23|24|25|26|27)-[0-9]{8}-[0-9]", "ar.cuit", proof=True),
    _rule(r"[A-Z]{4}[0-9]{6}[HM][A-Z]{5}[0-9A-Z][0-9]", "mx.curp", proof=True),
    _rule(r"[0-9]{3}[ -][0-9]{3}[ -][0-9]{3}", "ca.sin", proof=True),
    _rule(r"[0-9]{3} ?[0-9]{3} ?[0-9]{3}", "ca.sin", "au.tfn", "il.idnr", proof=False),
    _rule(r"[2-9][0-9]{3}[ -][0-9]{4}[ -][0-9]{4}", "in_.aadhaar", proof=True),
    _rule(r"[2-9][0-9]{11}", "in_.aadhaar", proof=False),
    _rule(r"[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]", "in_.pan", proof=True),
    _rule(r"[1-9][0-9]{16}[0-9Xx]", "cn.ric", proof=True),
    _rule(r"[0-9]{6}-[0-9]{7}", "kr.rrn", proof=True),
    _rule(r"[0-9]{6}-[0-9]{2}-[0-9]{4}", "my.nric", proof=True),
    _format(r"[STFG][0-9]{7}[A-Z]", _nric, proof=True),
    _rule(r"[0-9]{5}-[0-9]{7}-[0-9]", "pk.cnic", proof=True),
)

_ABOUT = re.compile(
    r"social security|\bssn\b|\bsin\b|\btfn\b|\bnin\b|\bitin\b|\bnino\b|\bsocial\b|national (?:id|insurance|identification)|\bid (?:number|no|card)|"
    r"identity (?:number|card|no)|tax(?:payer)? (?:id|number|file|no)|personal (?:id|number|code|identification)|\bnhs\b|"
    r"citizen|steuer-?(?:id|identifikations|nummer)|sozialversicherung|\bsvnr?\b|\bidnr\b|versicherungsnummer|ausweis|"
    r"num[ée]ro (?:de )?s[ée]curit[ée]|\bnir\b|codice fiscale|\bdni\b|\bnie\b|\bnif\b|c[ée]dula|documento|"
    r"burgerservicenummer|\bbsn\b|\bpesel\b|personnummer|\bcpr\b|f[øo]dselsnummer|henkil[öo]tunnus|rodn[ée]|\bcnp\b|\bcpf\b|"
    r"aadhaar|\bpan\b|kimlik|\boib\b|\bamka\b|\begn\b|\bpps\b|\bnric\b|teudat|身份证|주민등록|registro nacional|rijksregister",
    re.IGNORECASE,
)
_LIKELY = re.compile(
    r"(?<![\w.-])(?:[A-Za-z]{1,6}[ -]?(?=[0-9][0-9A-Za-z \u00a0\u202f./+\u2013-]{4})|(?=[0-9][0-9A-Za-z \u00a0\u202f./+\u2013-]{6}))"
    r"[0-9][0-9A-Za-z \u00a0\u202f./+\u2013-]{4,34}"
)
"""Wherever a number may be, whoever gave it: only there every rule is tried."""
_NEAR = 60


def find(text: str) -> Iterator[Span]:
    """National numbers: those that prove themselves, and others where the words before say what they are."""
    for near in _LIKELY.finditer(text):
        end = near.start() + len(near[0].rstrip(" .-"))
        for rule in RULES:
            for match in rule.pattern.finditer(text, near.start(), min(end + 2, len(text))):
                if rule.check(match[0]) and (rule.proof or said(_ABOUT, text, match.start())):
                    yield Span(match.start(), match.end(), Kind.NATIONAL)


def said(words: re.Pattern[str], text: str, at: int, near: int = _NEAR) -> bool:
    """Whether words stand shortly before a place."""
    return words.search(text, max(at - near, 0), at) is not None
