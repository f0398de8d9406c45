"""What is kept from a language model: kinds of values, profiles that choose among them, and how grave each is."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

import msgspec

Risk = Literal["low", "medium", "high"]


class Kind(StrEnum):
    """The more specific ones first: of two readings of the same characters the earlier kind is taken."""

    SECRET = "secret"  # noqa: S105 - a kind, not a password
    LOGIN = "login"
    WALLET = "wallet"
    IBAN = "iban"
    CARD = "card"
    NATIONAL = "national_id"
    MEDICAL = "medical_record"
    PASSPORT = "passport"
    LICENCE = "licence"
    ACCOUNT = "bank_account"
    VEHICLE = "vehicle"
    EMAIL = "email"
    URL = "url"
    MAC = "mac"
    IP = "ip"
    BIRTH = "birth_date"
    PHONE = "phone"
    ADDRESS = "address"
    PERSON = "person"
    ORGANISATION = "organisation"
    PLACE = "place"
    LOOKALIKE = "lookalike"
    """Not private: text that only looks like one of the tokens that values are replaced by."""


LABELS: Mapping[Kind, str] = {
    Kind.SECRET: "SECRET",
    Kind.LOGIN: "LOGIN",
    Kind.WALLET: "WALLET",
    Kind.IBAN: "IBAN",
    Kind.CARD: "CARD",
    Kind.NATIONAL: "ID",
    Kind.MEDICAL: "MEDICAL",
    Kind.PASSPORT: "PASSPORT",
    Kind.LICENCE: "LICENCE",
    Kind.ACCOUNT: "ACCOUNT",
    Kind.VEHICLE: "VEHICLE",
    Kind.EMAIL: "EMAIL",
    Kind.URL: "URL",
    Kind.MAC: "MAC",
    Kind.IP: "IP",
    Kind.BIRTH: "BIRTH",
    Kind.PHONE: "PHONE",
    Kind.ADDRESS: "ADDRESS",
    Kind.PERSON: "PERSON",
    Kind.ORGANISATION: "ORG",
    Kind.PLACE: "PLACE",
    Kind.LOOKALIKE: "TEXT",
}
"""How a kind is called inside a token: short words that a model can use in a sentence."""

RANK: Mapping[Kind, int] = {kind: place for place, kind in enumerate(Kind)}
"""Lower is more specific."""

_GRAVE = frozenset(
    {
        Kind.SECRET,
        Kind.LOGIN,
        Kind.IBAN,
        Kind.CARD,
        Kind.NATIONAL,
        Kind.MEDICAL,
        Kind.PASSPORT,
        Kind.LICENCE,
        Kind.ACCOUNT,
    }
)
_PERSONAL = frozenset({Kind.EMAIL, Kind.PHONE, Kind.ADDRESS, Kind.BIRTH, Kind.PERSON, Kind.VEHICLE, Kind.WALLET})
_MANY = 25

_ALWAYS = frozenset({Kind.SECRET, Kind.LOGIN, Kind.IBAN, Kind.CARD, Kind.EMAIL, Kind.PERSON})
_PRIVATE = frozenset(Kind) - {Kind.LOOKALIKE}

PROFILES: Mapping[str, frozenset[Kind]] = {
    "gdpr_compliant": _PRIVATE - {Kind.ORGANISATION, Kind.PLACE, Kind.URL},
    "hipaa_compliant": _PRIVATE - {Kind.ORGANISATION},
    "full_anonymization": _PRIVATE,
    "security_audit": _ALWAYS | {Kind.IP, Kind.MAC, Kind.WALLET, Kind.NATIONAL, Kind.ACCOUNT, Kind.PHONE},
    "chat_analytics": _ALWAYS
    | {Kind.PHONE, Kind.NATIONAL, Kind.IP, Kind.BIRTH, Kind.ADDRESS, Kind.ACCOUNT, Kind.PASSPORT, Kind.MEDICAL},
}
"""Which kinds a profile keeps back.

gdpr_compliant      what relates to a natural person; not the names of organisations and places
hipaa_compliant     identifiers of HIPAA's safe harbour, as far as there are kinds of them here: also places and web addresses. It does
                    not know dates of admission, discharge and death, ages over 89, ZIP codes alone, serial numbers of devices, biometrics
                    and pictures: what it leaves is not de-identified in the sense of that rule
full_anonymization  every kind there is
security_audit      credentials, hosts, accounts and who they belong to
chat_analytics      what people tell about themselves in a conversation
"""
DEFAULT_PROFILE = "gdpr_compliant"


class Span(msgspec.Struct, frozen=True, order=True):
    """A value's place in a text."""

    start: int
    end: int
    kind: Kind

    @property
    def length(self) -> int:
        return self.end - self.start


def risk(counts: Mapping[str, int]) -> Risk:
    """How grave it would be if what was found became known.

    high    a credential, an official, medical or financial number, or very many personal values
    medium  anything else that leads to a person
    low     the rest, and nothing at all
    """
    found = {Kind(kind): count for kind, count in counts.items() if count}
    personal = sum(count for kind, count in found.items() if kind in _PERSONAL)
    if found.keys() & _GRAVE or personal >= _MANY:
        return "high"
    return "medium" if personal else "low"
