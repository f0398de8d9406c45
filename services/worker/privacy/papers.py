"""Dates of birth and numbers of papers, which only the words before them tell from other dates and numbers. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .kinds import Kind, Span
from .windows import Windows, fold

_MONTHS = (
    r"jan(?:uary|uar|vier|uari)?|j[äa]n(?:ner)?|feb(?:ruary|ruar|ruari)?|f[ée]v(?:rier)?|febrero|febbraio|mar(?:ch|s|zo|ço)?|m[äa]rz|maart|apr(?:il)?|"
    r"avr(?:il)?|abril|aprile|may|mai|mayo|maggio|mei|maj|jun[ei]?|juin|junio|giugno|jul[iy]?|juil(?:let)?|julio|luglio|lipca|aug(?:ust|ustus)?|ao[ûu]t|"
    r"agosto|sep(?:t(?:ember|embre)?)?|septiembre|settembre|setembro|o[ck]t(?:ober|obre|ubre)?|ottobre|outubro|nov(?:ember|embre|iembre)?|"
    r"novembro|de[cz](?:ember|embre|iembre|embro)?|d[ée]c(?:embre)?|dicembre|diciembre|stycznia|lutego|marca|kwietnia|maja|czerwca|sierpnia|"
    r"wrze[śs]nia|pa[źz]dziernika|listopada|grudnia|janeiro|fevereiro|março|maio|junho|julho|dezembro|gennaio|enero"
)
_DATE = (
    r"(?:(?:18|19|20)[0-9]{2}[-./](?:1[0-2]|0?[1-9])[-./](?:3[01]|[12][0-9]|0?[1-9])"
    r"|(?:3[01]|[12][0-9]|0?[1-9])[-./ ]{1,2}(?:1[0-2]|0?[1-9])[-./ ]{1,2}(?:(?:18|19|20)[0-9]{2}|[0-9]{2})"
    r"|(?:1[0-2]|0?[1-9])/(?:3[01]|[12][0-9]|0?[1-9])/(?:(?:18|19|20)[0-9]{2}|[0-9]{2})"
    rf"|(?:3[01]|[12][0-9]|0?[1-9])(?:st|nd|rd|th|er|\.|º)?[ -](?:of |de |d[ie] )?(?:{_MONTHS})\.?,?[ -](?:de |del )?(?:18|19|20)?[0-9]{{2}}"
    rf"|(?:{_MONTHS})\.? (?:3[01]|[12][0-9]|0?[1-9])(?:st|nd|rd|th)?,? (?:18|19|20)[0-9]{{2}}"
    r"|(?:18|19|20)[0-9]{2}年[0-9]{1,2}月[0-9]{1,2}日)(?![0-9])"
)
_RUN_TOGETHER = r"(?:18|19|20)[0-9]{2}(?:1[0-2]|0[1-9])(?:3[01]|[12][0-9]|0[1-9])(?![0-9])"
_BIRTH = re.compile(
    r"(?:\bborn\b|\bbirth(?:day|date)?\b|\bdob\b|\bd\.o\.b\b\.?|geboren|geburts(?:datum|tag)|\bgeb\b\.?|n[ée]e? le|naissance|nacid[oa]|"
    r"nacimiento|nat[oa] (?:il|a)|nascita|nascid[oa]|nascimento|geboortedatum|urodz\w*|født|f[öo]dd|syntynyt|narozen[aá]?|生年月日|出生|생년월일)"
    rf"(?:[^\n0-9]{{0,40}}?)(?P<value>{_DATE}|{_RUN_TOGETHER})",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"(?<![\w.-])(?P<value>{_DATE})\s?(?:\((?:DOB|date of birth|geb\.?|geboren|birth)\)|(?:, | )?is (?:my|his|her|their|the) (?:birthday|date of birth|dob))",
    re.IGNORECASE,
)

_ASIDE = r"(?:[-\u2010-\u2015\s.:#=*\"'°º]|n[or°º]\b|nr\b|num(?:ber)?\b|numm?er\b|n[úu]mero\b|num[ée]ro\b|is\b|ist\b|est\b|es\b|was\b|id\b|with\b|the\b){0,14}"
_MARK = r"(?P<value>(?=[\w/.-]*[0-9][\w/.-]*[0-9][\w/.-]*[0-9])[A-Za-z0-9](?:[A-Za-z0-9]|[/.-](?=[A-Za-z0-9])| (?=[0-9]{2,})){4,24})(?![\w])"
_PAPERS = (
    (
        Kind.MEDICAL,
        (
            r"\bmrn\b|medical record|patient[ -](?:id|no|number|file)|patienten[ -]?(?:nummer|nr|id)|krankenakte|krankenversichert\w*|health (?:plan|insurance|card)"
            r"(?: (?:id|number|no|beneficiary|policy))?|medicare|medicaid|member id|chart (?:no|number)|hospital (?:no|number)|versichertennummer|"
            r"dossier m[ée]dical|historia cl[ií]nica|cartella clinica|numer pacjenta|dossiernummer|prontu[áa]rio|case file"
        ),
    ),
    (
        Kind.PASSPORT,
        r"\bpassport|reisepass(?:-?(?:nummer|nr))?|\bpass-?(?:nummer|nr)\b|\bpasse?port|pasaporte|passaporto|paspoort(?:nummer)?|paszport\w*|passaporte|护照|パスポート",
    ),
    (
        Kind.LICENCE,
        (
            r"driv(?:er|ing)(?:[’']?s)?[ -]?licen[cs]e|\bdl\b ?(?:no\b|number|nr\b|#)|f[üu]hrerschein(?:-?(?:nummer|nr))?|permis de conduire|carn[ée]t? de conducir|"
            r"licencia de conduc\w*|patente di guida|rijbewijs(?:nummer)?|prawo jazdy|carteira de motorista|(?:medical|nursing|professional|pilot|bar)"
            r" licen[cs]e|licen[cs]e (?:no|number)|\bdea (?:no|number|registration)|certificate (?:no|number)"
        ),
    ),
    (
        Kind.VEHICLE,
        r"licen[cs]e plate|number plate|kennzeichen|plaque d[’']immatriculation|matr[íi]cula|\btarga\b|kenteken|registration plate",
    ),
)
_STEMS = {
    Kind.MEDICAL: (
        "mrn medical patient krank health medicare medicaid member chart hospital versicherten dossier historia cartella "
        "prontu case"
    ),
    Kind.PASSPORT: "pass passaporte pasaporte paspoort paszport 护照 パスポート",
    Kind.LICENCE: (
        "licen dl führerschein fuhrerschein permis carnet carné conduc patente rijbewijs prawo carteira dea certificate"
    ),
    Kind.VEHICLE: "plate kennzeichen plaque matr targa kenteken",
}
_NUMBERS = tuple(
    (
        kind,
        Windows(
            _STEMS[kind].split(),
            re.compile(rf"(?:{words}){_ASIDE}{_MARK}", re.IGNORECASE),
        ),
    )
    for kind, words in _PAPERS
)
_BIRTHS = Windows(
    "born birth dob d.o.b geb né nee naissance nacid nacim nat nascita nascid nascim urodz fød föd fodd syntyn naroz 生年 出生 생년".split(),
    _BIRTH,
)
_BIRTHS_AFTER = Windows(("(dob", "of birth", "(geb", "birthday", " dob"), _AFTER)
_PLATE = re.compile(
    r"(?i:licen[cs]e[ -]plate|number[ -]plate|plate (?:number|no)\b\.?|kennzeichen|registration plate|kenteken|\btarga\b|matr[íi]cula)[\s.:=\"'-]{0,4}(?i:is |ist |number |nr\.? )?"
    r"(?P<value>[A-ZÄÖÜ0-9]{1,4}[ -]?[A-Z0-9]{1,4}(?:[ -][A-Z0-9]{1,5})?)(?![\w])"
)
_PLATES = Windows(("plate", "kennzeichen", "kenteken", "targa", "matr"), _PLATE)
_MRZ = re.compile(r"(?<![\w<])[PIACV][A-Z<][A-Z]{3}[A-Z<]{20,39}(?:\s{1,2}[A-Z0-9<]{30,44})?(?![\w<])")
_VIN = re.compile(r"(?<![\w-])[A-HJ-NPR-Z0-9]{17}(?![\w-])")
_VIN_VALUES = dict(
    zip("0123456789ABCDEFGHJKLMNPRSTUVWXYZ", [*range(10), *range(1, 9), *range(1, 6), 7, 9, *range(2, 10)], strict=True)
)
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def find(text: str) -> Iterator[Span]:
    """Dates of birth, passports, licences, records of patients, vehicles."""
    folded = fold(text)
    for births in (_BIRTHS, _BIRTHS_AFTER):
        yield from (Span(match.start("value"), match.end("value"), Kind.BIRTH) for match in births.find(text, folded))
    for kind, numbers in _NUMBERS:
        yield from (Span(match.start("value"), match.end("value"), kind) for match in numbers.find(text, folded))
    yield from (
        Span(match.start("value"), match.end("value"), Kind.VEHICLE)
        for match in _PLATES.find(text, folded)
        if any(char.isdigit() for char in match["value"])
    )
    if "<<" in text:
        yield from (
            Span(match.start(), match.end(), Kind.PASSPORT) for match in _MRZ.finditer(text) if "<<" in match[0]
        )
    yield from (Span(match.start(), match.end(), Kind.VEHICLE) for match in _VIN.finditer(text) if _is_vin(match[0]))


def _is_vin(text: str) -> bool:
    """By its check digit; seventeen digits alone are something else."""
    if text.isdigit() or text.isalpha():
        return False
    rest = sum(_VIN_VALUES[char] * weight for char, weight in zip(text, _VIN_WEIGHTS, strict=True)) % 11
    return text[8] == ("X" if rest == 10 else str(rest))
