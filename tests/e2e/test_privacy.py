"""Two hundred private values go in; the model and everything that is kept on the way see none, and the report has them all."""

from __future__ import annotations

import io
import json
import re
import threading
from collections.abc import Iterator
from typing import Any, Self

import httpx
import minio
import pytest
import redis
from pypdf import PdfReader

from services.worker.privacy.tokens import PATTERN
from tests.contract.coreplexml.entities import Family
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


class Monitor:
    """Every command that Redis is given, whatever becomes of its keys."""

    def __init__(self, url: str) -> None:
        self.commands: list[str] = []
        self._client = redis.Redis.from_url(url)
        self._monitor = self._client.monitor()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._monitor.__enter__()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.set("monitor-ends", "1")
        self._thread.join(10)
        self._monitor.__exit__(None, None, None)
        self._client.close()

    def _listen(self) -> None:
        for command in self._monitor.listen():
            self.commands.append(command["command"])
            if "monitor-ends" in command["command"]:
                return


async def test_no_planted_value_leaves_and_all_of_them_come_back(rig: Rig, witness: Witness) -> None:
    """Neither endpoint, log, event, step, answer, webhook, stored result or command to Redis has one; the print has them all."""
    rig.kill("api")
    rig.start("api", PRESSRUN_WEBHOOK_ALLOW_PRIVATE="true")
    rig.wait_for(rig.ready)
    planted = Planted()
    assert len(set(planted.all)) == len(planted.all) >= 200
    assert len(planted.written) >= 170
    _worker(rig, witness)
    rig.start("renderer")
    _posted(
        rig,
        "/v1/webhooks",
        {"url": witness.url.replace("/v1", "/hook"), "events": ["run.completed", "run.failed", "node.completed"]},
    )
    parameters = planted.body["parameters"] | {"conversation_id": _conversation(rig, planted.talk)}
    with Monitor(rig.valkey.url) as monitor:
        report_id = rig.post(**planted.body | {"parameters": parameters, "honey_jar_id": _jar(rig, planted.jar)})
        assert rig.ended([report_id], within_s=120) == {report_id: "completed"}, rig.report(report_id)
        rig.wait_for(lambda: any(b"/hook" in heard for heard in witness.heard), what="a webhook's delivery")
    assert len(witness.heard) > 4
    assert any(b"/embeddings" in heard for heard in witness.heard)
    seen = {"commands to Redis": "\n".join(monitor.commands)} | _told(rig, rig.report(report_id)["run_id"])
    await _nothing_left_behind(rig, witness, planted.all, seen)

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


async def test_a_run_that_fails_in_the_middle_leaves_nothing_either(rig: Rig, witness: Witness) -> None:
    """The model refuses a section and quotes the prompt in its error: nothing of it but tokens is anywhere."""
    planted = Planted()
    witness.refuses = "You write one section"
    _worker(rig, witness)
    report_id = rig.post(**planted.body)
    assert rig.ended([report_id], within_s=60) == {report_id: "failed"}
    seen = _told(rig, rig.report(report_id)["run_id"])
    assert "run.failed" in seen["stream"]
    await _nothing_left_behind(rig, witness, planted.all, seen)


async def test_a_commentary_on_a_model_is_asked_for_without_values(rig: Rig, witness: Witness) -> None:
    """A report about a model has titles, names and findings too; it keeps no map, and its commentary has the names."""
    _worker(rig, witness)
    rig.start("renderer")
    family, mail = Family(), "ottilie.brueckner@example.com"
    headers = {"X-API-Key": rig.key}
    for kind, body in family.bodies().items():
        said = body | ({"name": f"{body['name']} of {mail}"} if kind == "model" else {})
        answer = httpx.put(f"{rig.url}/api/ml/entities/{kind}/{getattr(family, kind)}", json=said, headers=headers)
        assert answer.status_code == 201, answer.text
    asked = {"project_id": family.project, "kind": "model", "entity_id": family.model}
    options = {"llm_insights": True, "title": f"For Mrs Okafor, {mail}"}
    made = httpx.post(f"{rig.url}/api/reports", json=asked | {"options": options}, headers=headers)
    assert made.status_code == 201, made.text
    await rig.until("SELECT 1 FROM runs WHERE status = 'completed'", within_s=60)
    heard = b"".join(witness.heard).decode()
    assert "observations" in heard
    assert not [value for value in (mail, "Okafor") if value in heard]


def _worker(rig: Rig, witness: Witness) -> None:
    rig.start(
        "worker",
        PRESSRUN_LLM_BASE_URL=witness.url,
        PRESSRUN_LLM_MODEL="witness",
        PRESSRUN_EMBEDDING_BASE_URL=witness.url,
        PRESSRUN_EMBEDDING_MODEL="witness",
        PRESSRUN_WEBHOOK_ALLOW_PRIVATE="true",
    )


def _told(rig: Rig, run_id: str) -> dict[str, str]:
    """What the api shows of a run as it went on."""
    where, headers = f"{rig.url}/v1/runs/{run_id}", {"X-API-Key": rig.key}
    stream = httpx.get(f"{where}/events", headers=headers | {"Accept": "text/event-stream"}, timeout=30)
    bundle = httpx.get(f"{where}/debug-bundle", headers=headers, timeout=30)
    assert stream.status_code == bundle.status_code == 200
    return {"stream": stream.text, "debug bundle": bundle.text}


def _stored(rig: Rig) -> dict[str, str]:
    """Large results in the object store, but for documents: these are for their owner."""
    s3 = rig.seaweedfs.s3
    client = minio.Minio(s3.endpoint.partition("//")[2], s3.access_key, s3.secret_key, secure=False)
    found = {}
    for item in client.list_objects(s3.bucket, prefix="results/", recursive=True):
        body = json.loads(client.get_object(s3.bucket, item.object_name).data)
        if not (isinstance(body, dict) and {"blocks", "meta"} <= body.keys()):
            found[item.object_name] = json.dumps(body, ensure_ascii=False)
    return found


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
    told: dict[str, Any] = answer.json()
    return told.get("data", told)


async def _nothing_left_behind(rig: Rig, witness: Witness, values: list[str], more: dict[str, str]) -> None:
    places = {f"request {number}": heard.decode() for number, heard in enumerate(witness.heard)}
    places |= {
        f"log of {name}": rig.log(name).read_text() for name in ("api", "worker", "renderer") if rig.log(name).exists()
    }
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
    places |= _stored(rig) | more
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
    readers = {
        b"string": client.get,
        b"list": lambda key: client.lrange(key, 0, -1),
        b"hash": client.hgetall,
        b"set": client.smembers,
        b"zset": lambda key: client.zrange(key, 0, -1),
        b"stream": client.xrange,
    }
    return "\n".join(f"{key!r} {readers[client.type(key)](key)!r}" for key in client.scan_iter())


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
