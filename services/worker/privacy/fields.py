"""What the names of fields tell of their values: in objects that clients give, and in rows of tables. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from .kinds import Kind, Span
from .names import parts

_PERSONS = frozenset(
    """
    name fullname firstname lastname middlename givenname familyname surname forename maidenname nickname username displayname realname
    legalname preferredname author patient customer client employee contact contactperson user owner manager supervisor doctor physician
    nurse therapist lawyer attorney insured policyholder accountholder cardholder holder applicant claimant plaintiff defendant witness
    tenant landlord recipient sender participant attendee speaker assignee reporter reviewer approver person people member guardian
    spouse husband wife mother father sister brother son daughter parent child children partner sibling student teacher instructor
    candidate interviewer interviewee caller agent beneficiary signatory signer staff buyer seller payee payer borrower lender resident
    victim suspect teamlead salesrep salesperson createdby requestedby preparedby writtenby signedby assignedto reportedby approvedby
    kunde kundin vorname nachname patientin mitarbeiter mitarbeiterin ansprechpartner ansprechpartnerin nom prenom nombre apellido nome
    cognome naam achternaam voornaam klant
    """.split()
)
_ALONE = frozenset({"from", "to", "cc", "bcc"})
"""Persons only where nothing else is in the field's name."""
_KINDS = {
    Kind.ORGANISATION: "company organisation organization employer firm firma entreprise empresa azienda bedrijf institution",
    Kind.PLACE: "city town stadt ville ciudad birthplace placeofbirth",
    Kind.ADDRESS: "address street postaladdress homeaddress streetaddress billingaddress shippingaddress adresse anschrift direccion",
    Kind.BIRTH: "dob dateofbirth birthdate birthday birth geburtsdatum geburtstag",
    Kind.PHONE: "phone telephone mobile mobil phonenumber fax cell cellphone tel telefon handy whatsapp",
    Kind.EMAIL: "email mail emailaddress mailaddress",
    Kind.NATIONAL: "ssn nationalid taxid socialsecurity socialsecuritynumber nationalinsurance personalid idcard steuerid personalausweis",
    Kind.PASSPORT: "passport passportnumber passportid reisepass",
    Kind.MEDICAL: "mrn medicalrecord medicalrecordnumber patientid patientnumber healthplan insuranceid memberid",
    Kind.LICENCE: "licence driverslicense driverslicence driverlicense driverlicence drivinglicence drivinglicense dl fuhrerschein",
    Kind.VEHICLE: "licenseplate licenceplate numberplate plate kennzeichen vin",
    Kind.IBAN: "iban",
    Kind.CARD: "creditcard debitcard cardnumber pan",
    Kind.ACCOUNT: "account bankaccount accountnumber routing sortcode acct konto kontonummer bankleitzahl blz",
    Kind.SECRET: "password passwd passphrase passwort apikey secretkey privatekey accesskey secret token clientsecret sessionid pin cvv",
    Kind.IP: "ip ipaddress",
    Kind.MAC: "mac macaddress",
    Kind.WALLET: "wallet walletaddress",
    Kind.URL: "website webaddress homepage",
}
_OTHERS = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_NUMBER = frozenset({"number", "no", "nr", "num", "nummer", "value"})
_THINGS = frozenset(
    """
    api app application attribute axis brand bucket bug category chart class color colour column command company component country course
    currency data database dataset department device disease document domain drug event experiment feature field file folder format
    function group host http index issue item job key kind label language layer library list medication method metric model module
    object package parameter place plan plant product program project property queue region report repository resource role rule schema
    section server service sheet species state status step style system table tag task team template test theme ticket tool topic track
    type unit user variable version workflow
    """.split()
)
"""What has a name and is no person."""
_OF_THINGS = frozenset("name child children parent sibling client user agent holder member".split())
_WORD = re.compile(r"[A-Z]+(?![^\W\d_A-Z])|[A-Z]?[^\W\d_A-Z]+")
_SAYS_NOTHING = frozenset("yes no true false none null n/a na nil unknown various other".split())
_DIGITS = frozenset(
    {
        Kind.PHONE,
        Kind.NATIONAL,
        Kind.PASSPORT,
        Kind.MEDICAL,
        Kind.LICENCE,
        Kind.VEHICLE,
        Kind.IBAN,
        Kind.CARD,
        Kind.ACCOUNT,
    }
)
_LONGEST = 120
_LEAST_NUMBER = 10_000
"""A smaller number counts or measures something."""
_CELL = re.compile(r"(?:^|(?<=; ))(?P<label>[^\W\d_][\w .()/#-]{0,47}): (?P<value>[^;]+?)(?=; |$)", re.MULTILINE)
_ROW = re.compile(r"^[^\n]*: [^\n]*; [^\n]*: [^\n]*$", re.MULTILINE)


class _Cell(msgspec.Struct, frozen=True):
    label: str
    start: int
    value: str
    kind: Kind | None


def find(text: str) -> Iterator[Span]:
    """Every cell of a private column, in rows as the readers of CSV and JSON write them: ``column: value; column: value``."""
    for row in _ROW.finditer(text):
        cells = [
            _Cell(match["label"], match.start("value"), match["value"].rstrip(), kind_of(match["label"]))
            for match in _CELL.finditer(text, row.start(), row.end())
        ]
        if len(cells) < max(2, row[0].count("; ") * 0.75):
            continue
        personal = sum(cell.kind is not None for cell in cells) > 1
        for cell in cells:
            alone = cell.label.strip().lower() == "name" and not personal
            if cell.kind is not None and not alone and fits(cell.value, cell.kind):
                yield Span(cell.start, cell.start + len(cell.value), cell.kind)


def given(fields: Any) -> dict[str, Kind]:
    """Values that the names of their fields tell to be private, with the parts of persons' names."""
    found: dict[str, Kind] = {}
    for value, kind in _given(fields, None):
        text = " ".join(value.split())
        if not fits(text, kind):
            continue
        found.setdefault(text, kind)
        if kind is Kind.PERSON:
            for part in parts(text):
                found.setdefault(part, kind)
    return found


@lru_cache(maxsize=4096)
def kind_of(name: str) -> Kind | None:
    """What a field holds by its name: ``customer_full_name``, ``employeeNames`` and ``Date of birth`` alike.

    The longest end of the name that is known decides, in the singular or plural.
    """
    words = [word.lower() for word in _WORD.findall(name.replace("'", ""))]
    if len(words) == 1 and words[0] in _ALONE:
        return Kind.PERSON
    for start in range(len(words)):
        kind = _of("".join(words[start:]))
        if kind is not None and not (start and _no_person(words, start)):
            return kind
    if len(words) > 1 and words[-1] in _NUMBER:
        kind = kind_of(" ".join(words[:-1]))
        return kind if kind in _DIGITS or kind in {Kind.EMAIL, Kind.SECRET} else None
    return None


def fits(text: str, kind: Kind) -> bool:
    """Whether a value can be what a field of its kind is for."""
    if not text or len(text) > _LONGEST or text.casefold() in _SAYS_NOTHING:
        return False
    digits = sum(char.isdigit() for char in text)
    if kind in _DIGITS:
        return digits > 1 and len(text) > 3
    if kind is Kind.BIRTH:
        return digits > 0
    if kind in {Kind.SECRET, Kind.ADDRESS, Kind.EMAIL, Kind.URL}:
        return len(text) > 3
    return any(char.isalnum() for char in text)


def _of(word: str) -> Kind | None:
    for form in (word, word.removesuffix("s"), word.removesuffix("es")):
        if form in _PERSONS:
            return Kind.PERSON
        kind = _OTHERS.get(form) or _OTHERS.get(form.removesuffix("name"))
        if kind is not None and (form == word or kind is not Kind.SECRET):  # tokens are counted, a token is kept
            return kind
        if form.removesuffix("name") in _PERSONS:
            return Kind.PERSON
    return None


def _no_person(words: list[str], start: int) -> bool:
    """Things have names, parents and clients too."""
    return words[start].rstrip("s") in _OF_THINGS and words[start - 1] in _THINGS


def _given(value: Any, kind: Kind | None) -> Iterator[tuple[str, Kind]]:
    match value:
        case str() if kind is not None:
            yield value, kind
        case int() if kind in _DIGITS and not isinstance(value, bool) and value >= _LEAST_NUMBER:
            yield str(value), kind
        case list():
            for item in value:
                yield from _given(item, kind)
        case Mapping():
            for name, inner in value.items():
                yield from _given(inner, kind_of(str(name)))
