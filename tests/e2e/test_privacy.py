"""Two hundred private values go in; the model and everything that is kept on the way see none, and the report has them all."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import redis
from pypdf import PdfReader

from services.worker.privacy.tokens import PATTERN
from tests.e2e.rig import CONVERSATIONAL, Rig
from tests.e2e.witness import Witness
from tests.privacy.values import Values

_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl")


class Planted:
    """A request with private values all over it."""

    def __init__(self) -> None:
        self._values = Values(20261122)
        self.all: list[str] = []
        self.body = self._body()

    def new(self, kind: str, *language: str) -> str:
        value = self._values.new(lambda: getattr(self._values, kind)(*language))
        self.all.append(value)
        return value

    @property
    def written(self) -> list[str]:
        """What belongs into the report: all but what only a field says."""
        read = [self.body["title"], self.body["description"], self.body["parameters"]["user_query"], self.jar]
        read += [message["content"] for message in self.talk]
        read += [one[name] for one in self.body["parameters"]["context"]["documents"] for name in ("title", "text")]
        said = "\n".join(read).casefold()
        return [value for value in self.all if value.casefold() in said]

    def _body(self) -> dict[str, Any]:
        people = [self.new("person", _LANGUAGES[at % 7]) for at in range(24)]
        fields = {
            "patient": {"name": people[0], "first_name": people[1].split()[0], "ssn": self.new("ssn")},
            "customer": people[2],
            "contacts": [{"name": name, "email": self.new("email")} for name in people[3:11]],
            "employees": people[11:22],
            "author": people[22],
            "reviewer": {"full_name": people[23]},
            "home_address": self.new("address", "en"),
            "account_number": self.new("account"),
        }
        documents = [
            {"title": f"Letter {at + 1} to {people[at]}", "text": self._letter(people, at), "type": "markdown"}
            for at in range(8)
        ]
        self.talk = [{"role": "user", "content": self._turn(people, at)} for at in range(6)]
        self.jar = (
            f"All letters of {people[5]} were copied for {self.new('email')} and {self.new('email', 'fr')}. The copies of the "
            f"letters cost a fee, paid from {self.new('iban')}; questions go to {self.new('phone', 'it')}."
        )
        query = (
            f"Compare what the letters say of {people[0]} and {people[2].upper()}, and whom {self.new('email')} reached at "
            f"{self.new('phone', 'de')}; mind {self.new('iban')}, card {self.new('card')} and the server {self.new('ip')}. "
            f"The key is {self.new('secret')}."
        )
        return {
            "template_id": CONVERSATIONAL,
            "title": f"The papers of {people[0]}",
            "description": f"Asked for by {people[22]}, born {self.new('birth', 'en')}, passport {self.new('passport')}",
            "output_format": "pdf",
            "parameters": {"user_query": query, "context": {"documents": documents}, **fields},
        }

    def _letter(self, people: list[str], at: int) -> str:
        new, language = self.new, _LANGUAGES[at % 7]
        return "\n\n".join(
            (
                f"# Of {people[at]}",
                (
                    f"{people[at]} was born on {new('birth', 'en')} and lives at {new('address', language)}. "
                    f"The mail address is {new('email', language)}, the second one {new('email')}; telephone {new('phone', language)}."
                ),
                "## Money",
                (
                    f"Payments go to {new('iban')} or the card {new('card')}. Account number {new('account')} is closed. "
                    f"Coins were sent to {new('wallet')}. The tax id is {new('national', ('us', 'en', 'es', 'fr', 'pl', 'de', 'it', 'in')[at])}."
                ),
                "## Machines",
                (
                    f"The workstation {new('mac')} has the address {new('ip')}. Its backup is at {new('login')} "
                    f"and the password: {new('password')} belongs to it. The deployment uses {new('secret')}."
                ),
                "## Papers",
                (
                    f"The passport number is {new('passport')}, the driver's licence number {new('licence')}, "
                    f"and the medical record number {new('medical')} of {people[(at + 3) % 22].lower()} was mixed up with it."
                ),
            )
        )

    def _turn(self, people: list[str], at: int) -> str:
        return (
            f"Dear {people[at + 12]}, I wrote to {self.new('email')} and called {self.new('phone', 'es')}. "
            f"{people[at + 4]} says the SSN {self.new('ssn')} is wrong. Best regards,\n{people[at + 10]}"
        )


@pytest.fixture
def witness() -> Iterator[Witness]:
    witness = Witness()
    yield witness
    witness.close()


async def test_no_planted_value_leaves_and_all_of_them_come_back(rig: Rig, witness: Witness) -> None:
    """Neither the model's endpoint nor logs, events, steps, answers or Redis have one; the printed report has them all."""
    planted = Planted()
    assert len(set(planted.all)) == len(planted.all) >= 200
    assert len(planted.written) >= 170
    rig.start("worker", PRESSRUN_LLM_BASE_URL=witness.url, PRESSRUN_LLM_MODEL="witness")
    rig.start("renderer")
    parameters = planted.body["parameters"] | {"conversation_id": _conversation(rig, planted.talk)}
    report_id = rig.post(**planted.body | {"parameters": parameters, "honey_jar_id": _jar(rig, planted.jar)})
    assert rig.ended([report_id], within_s=120) == {report_id: "completed"}, rig.report(report_id)
    await _nothing_left_behind(rig, witness, planted.all)

    pdf = _letters(
        "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(rig.download(report_id).content)).pages)
    )
    markdown = rig.download(report_id, "md").text
    missing = [value for value in planted.written if _letters(value) not in pdf]
    assert not missing
    assert not PATTERN.search(markdown)
    report = rig.report(report_id)
    assert report["pii_detected"]
    assert report["risk_level"] == "high"
    assert report["scrambling_mapping_id"]
    told = report["result_summary"]["privacy"]
    assert told["left"] == 0
    assert told["counts"]["email"] >= 20
    [kept] = await rig.until("SELECT counts FROM privacy_maps WHERE sealed IS NULL", within_s=20)
    assert json.loads(kept["counts"]) == told["counts"]


def _conversation(rig: Rig, messages: list[dict[str, str]]) -> str:
    answer = _posted(rig, "/api/conversations/", {"title": "Talk", "messages": messages})
    return answer["conversation"]["id"]


def _jar(rig: Rig, text: str) -> str:
    """A knowledge base with one document, read."""
    jar = _posted(rig, "/api/knowledge/honey-jars", {"name": "Copies"})["honey_jar"]["id"]
    document = _posted(rig, f"/api/knowledge/honey-jars/{jar}/documents", {"title": "Copies", "text": text})["document"]
    address = f"{rig.url}/api/knowledge/honey-jars/{jar}/documents/{document['id']}"
    rig.wait_for(
        lambda: httpx.get(address, headers={"X-API-Key": rig.key}).json()["data"]["document"]["status"] == "completed",
        what="the document to be read",
    )
    return jar


def _posted(rig: Rig, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = httpx.post(f"{rig.url}{path}", json=body, headers={"X-API-Key": rig.key}, timeout=20)
    assert answer.status_code in {201, 202}, answer.text
    return answer.json()["data"]


async def _nothing_left_behind(rig: Rig, witness: Witness, values: list[str]) -> None:
    assert len(witness.heard) > 4
    places = {f"request {number}": heard.decode() for number, heard in enumerate(witness.heard)}
    places |= {f"log of {name}": rig.log(name).read_text() for name in ("api", "worker", "renderer")}
    for table, text in (
        ("events", "payload::text"),
        ("steps", "coalesce(resume::text, '') || errors::text"),
        ("answers", "answer::text"),
        ("interrupts", "data::text"),
        ("runs", "state::text"),
        ("audit_entries", "details"),
        ("results", "coalesce(body::text, '')"),
    ):
        where = """WHERE NOT coalesce(body ? 'blocks' AND body ? 'meta', false)""" if table == "results" else ""
        rows = await rig.sql(f"SELECT {text} AS said FROM {table} {where}")
        places[table] = "\n".join(row["said"] for row in rows)
    places["redis"] = _redis(rig)
    found = {
        (place, value)
        for place, said in places.items()
        for value in values
        for form in (value, json.dumps(value)[1:-1])
        if form.casefold() in said.casefold()
    }
    assert not found


def _redis(rig: Rig) -> str:
    client = redis.Redis.from_url(rig.valkey.url)
    return "\n".join(repr(client.dump(key)) + repr(key) for key in client.scan_iter())


def _letters(text: str) -> str:
    """A text without what printing adds: line breaks, hyphens at their ends, typographic hyphens."""
    return re.sub(r"[\s\u00ad\u2010-\u2015-]+", "", text).casefold()


async def test_the_answer_of_a_refused_request_is_the_only_place_that_repeats_it(rig: Rig) -> None:
    """What is wrong with a request is said to its caller, and to no log."""
    value = Values(7).email()
    answer = httpx.post(
        f"{rig.url}/api/reports/",
        json={"template_id": CONVERSATIONAL, "title": "A report", "parameters": {"report_style": value}},
        headers={"X-API-Key": rig.key},
    )
    assert answer.status_code == 400
    assert value not in rig.log("api").read_text()
