"""Plain Presidio with the same small model: its own recognisers, English, its findings from a score of 0.4."""

from __future__ import annotations

import tldextract
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider

from .score import Found

_KINDS = {
    "EMAIL_ADDRESS": "email",
    "PHONE_NUMBER": "phone",
    "CREDIT_CARD": "card",
    "IBAN_CODE": "iban",
    "IP_ADDRESS": "ip",
    "MAC_ADDRESS": "mac",
    "CRYPTO": "wallet",
    "URL": "url",
    "PERSON": "person",
    "ORGANIZATION": "organisation",
    "LOCATION": "place",
    "DATE_TIME": "birth_date",
    "MEDICAL_LICENSE": "medical_record",
    "US_BANK_NUMBER": "bank_account",
    "US_DRIVER_LICENSE": "licence",
    "US_PASSPORT": "passport",
    "UK_PASSPORT": "passport",
}
_LEAST = 0.4


class Presidio:
    """Presidio as its documentation starts it."""

    def __init__(self, model: str) -> None:
        tldextract.extract = tldextract.TLDExtract(suffix_list_urls=())  # else it asks the network for every address
        settings = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": model}]}
        engine = NlpEngineProvider(nlp_configuration=settings).create_engine()
        self._engine = AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])

    def find(self, text: str) -> Found:
        """Its findings, with its names of kinds translated; every national number is a national number."""
        results = self._engine.analyze(text=text, language="en", score_threshold=_LEAST)
        return [(one.start, one.end, _KINDS.get(one.entity_type, "national_id")) for one in results]
