"""Postal addresses, as far as the habits of some countries go. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .kinds import Kind, Span

_U = "A-ZÀ-ÖØ-ÞŁŚŻŹČŠŽ"
_NAME = rf"[{_U}][\w'’.-]{{0,30}}"
_PLAIN = rf"[{_U}](?:[\w'’-]|\.(?=[\w-])){{1,30}}"
_TOWN = rf"{_PLAIN}(?:[ -](?:am|an der|bei|im|de|la|le|les|sur|upon|on|of|du|del|do|{_PLAIN})){{0,3}}"
_GLUE = r"(?:,? ?\n[ \t]{0,8}|,[ \t]{0,3}|[ \t]{1,3})"
_UNIT = r"(?:,? (?:(?:apt|apartment|suite|ste|unit|flat|floor|room|bldg|top|t[üu]r|stiege|apto|esc|piso|int)\.? ?#?|#) ?[0-9]{1,5}[A-Za-z]?)?"
_UK = r"[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][ABD-HJLNP-UW-Z]{2}"
_STATE = (
    r"(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]|"
    r"AB|BC|MB|NB|NL|NS|ON|PE|QC|SK|NSW|VIC|QLD|WA|SA|TAS|ACT)"
)
_ENGLISH = (
    rf"[0-9]{{1,6}}[A-Za-z]?(?:[-/][0-9]{{1,4}})? (?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West|Old|St)\.? )?(?:(?:{_NAME}|[0-9]{{1,3}}(?:st|nd|rd|th)) ){{1,4}}?"
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Court|Ct|Boulevard|Blvd|Way|Place|Pl|Square|Sq|Terrace|Ter|Close|Crescent|Cres|"
    r"Parkway|Pkwy|Highway|Hwy|Circle|Cir|Trail|Mews|Row|Gardens|Grove|Hill|Walk)\b\.?"
    rf"(?: (?:N|S|E|W|NE|NW|SE|SW)\b)?{_UNIT}"
    rf"(?:{_GLUE}{_TOWN}(?:{_GLUE}(?:{_STATE}\b|{_PLAIN}))?(?:{_GLUE}(?:[0-9]{{5}}(?:-[0-9]{{4}})?|{_UK}|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]|[0-9]{{4}}))(?![\w]))?"
)
_POSTCODE_TOWN = rf"(?:(?:[A-Z]{{1,2}}-)?[0-9]{{2,3}}[- ]?[0-9]{{2,3}}|[0-9]{{4}} ?[A-Z]{{2}}|[0-9]{{4,5}}) {_TOWN}"
_NUMBER = r"[0-9]{1,4} ?[a-zA-Z]?(?![\w])(?:[/-][0-9]{1,4}(?:/[0-9]{1,4})?)?"
_GERMANIC = (
    rf"(?:{_NAME}[ -]){{0,2}}[{_U}][\w-]{{0,30}}(?:stra(?:ß|ss)e|str\.|gasse|weg|platz|allee|ring|ufer|damm|steig|promenade|kai|hof|markt|berg|"
    r"straat|laan|plein|gracht|kade|dijk|singel|gatan|v[äa]gen|gade|vej|veien|katu|tie)"
    rf" {_NUMBER}(?:{_GLUE}{_POSTCODE_TOWN})?"
)
_GERMANIC_APART = (
    rf"(?:{_NAME} ){{1,3}}(?:Stra(?:ß|ss)e|Str\.|Gasse|Weg|Platz|Allee|Ring|Straat|Laan|Plein) {_NUMBER}(?:{_GLUE}{_POSTCODE_TOWN})?"
    rf"|(?:Am|An der|Auf der|Im|In der|Zum|Zur|Unter den|Alte[rs]?|Neue[rs]?) {_NAME}(?: {_NAME})? {_NUMBER}{_GLUE}{_POSTCODE_TOWN}"
)
_ROMANCE_NUMBER_FIRST = (
    r"[0-9]{1,4}(?: ?(?:bis|ter|quater|[A-D]))?,? (?:[Rr]ue|[Aa]venue|[Bb]oulevard|[Bb]d|[Pp]lace|[Cc]hemin|[Aa]ll[ée]e|[Ii]mpasse|[Qq]uai|[Cc]ours|[Rr]oute|"
    rf"[Pp]assage|[Ss]quare|[Ff]aubourg) (?:(?:de|du|des|la|le|les|à|aux?|en) |[ld]['’]|{_PLAIN}(?:[ -](?=[\w])|(?![\w]))){{1,7}}(?:{_GLUE}[0-9]{{5}} {_TOWN})?"
)
_ROMANCE_NUMBER_LAST = (
    r"(?:Calle|C/|Avenida|Avda\.?|Av\.|Plaza|Paseo|Carrera|Camino|Ronda|Via|Viale|Piazza|Piazzale|Corso|Largo|Vicolo|Rua|Pra[çc]a|Travessa|Alameda|"
    rf"ul\.|ulica|al\.|aleja|Aleje|pl\.|plac|os\.) ?(?:(?:de|del|della|dei|delle|di|da|do|dos|das|la|las|los|el|e|y|San|Santa) |d['’]|dell['’]|{_NAME} ?){{1,6}}"
    rf",? ?(?:n[º°.]? ?|nr ?)?{_NUMBER}(?:,? [0-9]{{1,2}}[º°ª] ?[A-Z]?(?!\w))?(?:{_GLUE}{_POSTCODE_TOWN}(?:,? \(?[A-Z]{{2}}\)?(?!\w))?)?"
)
_BOX = rf"(?:P\.? ?O\.? ?Box|Postfach|Postbus|Bo[îi]te postale|BP|Apartado(?: de Correos)?|Casella postale|Caixa Postal) [0-9][0-9 ]{{0,9}}[0-9](?:{_GLUE}{_POSTCODE_TOWN})?"
_EAST = r"〒[0-9]{3}-[0-9]{4}(?:[ \u3000]?[\u3040-\u30ff\u4e00-\u9fff0-9\uff10-\uff19\u30fc\uff0d-]{4,40})?|[\u4e00-\u9fff]{2,9}(?:省|市|区|區|都|道|府|県)[\u4e00-\u9fff]{1,15}(?:路|街|道|巷|町|丁目)[0-9\uff10-\uff19]{1,5}(?:号|號|番地?)?(?:[0-9\uff10-\uff19-]{1,8}(?:号|室|楼)?)?"

_PATTERNS = tuple(
    re.compile(rf"(?<![\w])(?:{pattern})")
    for pattern in (
        _ENGLISH,
        _GERMANIC,
        _GERMANIC_APART,
        _ROMANCE_NUMBER_FIRST,
        _ROMANCE_NUMBER_LAST,
        _BOX,
    )
)
_WITHOUT_WORDS = re.compile(_EAST)
_CODES = re.compile(rf"(?<![\w-])(?:(?:{_TOWN}, )?{_STATE} [0-9]{{5}}(?:-[0-9]{{4}})?|(?:{_TOWN} )?{_UK})(?![\w-])")
_DIGIT = re.compile(r"[0-9]")


def find(text: str) -> Iterator[Span]:
    """Streets with their numbers and towns, post boxes, and postcodes that are unmistakable."""
    if not _DIGIT.search(text):
        return
    for pattern in (*_PATTERNS, _CODES):
        yield from (_ended(match) for match in pattern.finditer(text))
    yield from (Span(match.start(), match.end(), Kind.ADDRESS) for match in _WITHOUT_WORDS.finditer(text))


def _ended(match: re.Match[str]) -> Span:
    found = match[0].rstrip(" ,.-\n\t")
    return Span(match.start(), match.start() + len(found), Kind.ADDRESS)
