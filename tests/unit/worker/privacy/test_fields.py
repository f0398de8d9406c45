"""Names of fields, of columns and of keys tell what their values are, however they are written."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.worker.privacy import fields
from services.worker.privacy.detect import Detector
from services.worker.privacy.kinds import Kind
from services.worker.privacy.traced import bare, spelt_out
from services.worker.retrieval import child
from services.worker.retrieval.content import Ask

FULL = Detector("full_anonymization")
PERSONS = """
    name full_name fullName FirstName patient_name customer_full_name client_first_name user_full_name names employeeNames lastNames
    emergency_contact primary_contact account_manager projectManager attending_doctor legal_name preferred_name staff mother wife buyer
    payee signer created_by createdBy from Vorname
""".split()
OTHERS = {
    Kind.PHONE: "phone phones home_phone mobileNumber cellphone phone_number fax",
    Kind.EMAIL: "email emails work_email emailAddress",
    Kind.PASSPORT: "passport passport_no passportNumber",
    Kind.NATIONAL: "ssn ssn_number socialSecurityNumber national_id nationalId tax_id",
    Kind.CARD: "credit_card cardNumber",
    Kind.ADDRESS: "address addresses billing_address street_address homeAddress",
    Kind.BIRTH: "dob date_of_birth dateOfBirth birth_date",
    Kind.MEDICAL: "mrn patient_id medical_record_number",
    Kind.LICENCE: "drivers_license driverLicense",
    Kind.VEHICLE: "license_plate",
    Kind.ACCOUNT: "account_number bankAccount routing_number sort_code",
    Kind.ORGANISATION: "company company_name employer",
    Kind.PLACE: "city city_name",
    Kind.SECRET: "password db_password apiKey access_token",
    Kind.IP: "ip_address",
}


def found(text: str) -> list[tuple[str, str]]:
    return [(span.kind.value, text[span.start : span.end]) for span in FULL.find(text)]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *((name, Kind.PERSON) for name in PERSONS),
        *((name, kind) for kind, said in OTHERS.items() for name in said.split()),
    ],
)
def test_a_field_is_known_by_the_end_of_its_name(name, kind):
    """In snake_case and camelCase, in the singular and plural."""
    assert fields.kind_of(name) is kind


@pytest.mark.parametrize(
    "name",
    "title file_name product_name columnName projectName max_tokens tokens userAgent valid_from date_to http_client report_style count".split(),
)
def test_what_things_are_called_is_not_private(name):
    """Neither are counts and periods."""
    assert fields.kind_of(name) is None


def test_values_that_cannot_be_what_their_field_is_for_are_left():
    """A count of accounts, a yes, a phone that is off: hiding them would hide them everywhere."""
    assert (
        fields.given({"accounts": 12, "passport": "yes", "phones": ["none"], "owner": True, "patient": "unknown"}) == {}
    )


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("date_of_birth: 1980-05-03", "birth_date", "1980-05-03"),
        ("dateOfBirth: 1980-05-03", "birth_date", "1980-05-03"),
        ('{"birthDate": "1980-05-03"}', "birth_date", "1980-05-03"),
        ("passport_number: C4J7X2K91", "passport", "C4J7X2K91"),
        ("passportNumber=C4J7X2K91", "passport", "C4J7X2K91"),
        ("account_number: 12345678", "bank_account", "12345678"),
        ("routing_number: 021000021", "bank_account", "021000021"),
        ("sort_code: 12-34-56", "bank_account", "12-34-56"),
        ("social_security_number: 536221234", "national_id", "536221234"),
        ("ssn_number: 536221234", "national_id", "536221234"),
        ("nationalId: 536221234", "national_id", "536221234"),
        ("patient_id: 00482913", "medical_record", "00482913"),
        ("medicalRecordNumber: 00482913", "medical_record", "00482913"),
        ("drivers_license: D1234567", "licence", "D1234567"),
        ("license_plate: 7ABC123", "vehicle", "7ABC123"),
        ("firstName: Jane", "person", "Jane"),
        ("customerName: Jane Roe", "person", "Jane Roe"),
        ("dbPassword: S3cret!x", "secret", "S3cret!x"),
    ],
)
def test_a_label_in_snake_case_or_camel_case_is_a_label(text, kind, value):
    """As exports and logs write them."""
    assert found(text) == [(kind, value)]


CSV = """customer_id,first_name,last_name,date_of_birth,passport_number,account_number,social_security_number,home_address,plan
17,jane,roe,1980-05-03,C4J7X2K91,12345678,536221234,"Hinterhaus, links",basic
"""
JSON = (
    '[{"id": 17, "firstName": "jane", "lastName": "roe", "dateOfBirth": "1980-05-03", "passportNo": "C4J7X2K91", '
    '"accountNumber": "12345678", "ssn": "536221234", "homeAddress": "Hinterhaus, links", "plan": "basic"}]'
)
CELLS = ["jane", "roe", "1980-05-03", "C4J7X2K91", "12345678", "536221234", "Hinterhaus, links"]


@pytest.mark.parametrize(("kind", "data"), [("csv", CSV), ("json", JSON)])
def test_every_cell_of_a_private_column_is_found_in_what_our_readers_write(kind, data):
    """Whatever is in it: a first name in small letters, an address without a street."""
    reading = child.read(Ask(kind=kind), data.encode())
    values = [value for chunk in reading.chunks for _, value in found(chunk.text)]
    assert values == CELLS
    assert sum(reading.private.values()) == len(CELLS)


def test_every_cell_of_a_private_column_is_found_in_pasted_tables():
    """CSV with quotes, and a table of Markdown; what stands below them is text again."""
    assert [value for _, value in found(CSV + "\nplain, text\n")] == CELLS
    table = "| DOB | Customer |\n|---|---|\n| 1980-05-03 | jane roe |\n| 1981-06-04 | ada vogel |\n"
    assert [value for _, value in found(table)] == ["1980-05-03", "jane roe", "1981-06-04", "ada vogel"]


def test_a_name_among_things_is_left_alone():
    """Products have names too; only beside something personal it is a person's."""
    assert found("name: trowel; price: 3; stock: 7") == []
    assert found("name: jane; email: j@example.com") == [("person", "jane"), ("email", "j@example.com")]


TEXTS = st.text(st.sampled_from(list("abZÄéßﬁ_-'. \n\u00ad\u200b\u0301İ王가1")), max_size=30)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_places_of_a_rewritten_text_are_places_of_the_text(text):
    """From the first to the last, in order, and a letter's place has that letter."""
    for made in (bare(text), bare(text, joined=True), spelt_out(text)):
        places = [made.place(at) for at in range(len(made.text) + 1)]
        assert places == sorted(places)
        assert places[-1] == len(text)
        for at, char in enumerate(made.text):
            if char.isascii() and char.isalnum() and text[made.place(at)].isascii():
                assert text[made.place(at)].lower() == char.lower()
