"""Documents that are broken, locked, far too large or not what they say: each has a clear end, and the jar goes on."""

from __future__ import annotations

import asyncio
import codecs
import io

import pytest

from services.worker.retrieval.content import Ask, Unfit
from services.worker.retrieval.sandbox import Sandbox
from tests.integration.knowledge.conftest import Keeper
from tests.unit.worker.retrieval import made

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
GERMAN = (
    "Grüner Tee darf nicht heißer als achtzig Grad aufgebrüht werden, sonst wird er bitter und verliert sein Aroma."
)


async def test_every_broken_document_says_why_and_the_jar_stays_usable(keeper: Keeper):
    """One jar takes them all, one good document among them is found."""
    jar = await keeper.jar()
    rows = io.StringIO()
    rows.write("name\n")
    rows.writelines(f"{number}\n" for number in range(50_000))
    sent = {
        "broken.pdf": (b"%PDF-1.7\nnot much of one", "application/pdf", "document_broken"),
        "locked.pdf": (made.pdf(["secret"], password="open sesame"), "application/pdf", "document_encrypted"),
        "scan.pdf": (made.pdf([], []), "application/pdf", "document_no_text"),
        "bomb.docx": (made.bomb(), WORD, "document_too_large"),
        "half.docx": (made.word()[:2000] + b"word/", WORD, "document_broken"),
        "broken.json": (b'{"a": [1, 2', "application/json", "document_broken"),
        "script.html": (b"<html><script>only()</script></html>", "text/html", "document_no_text"),
    }
    ids = {}
    for name, (data, media, _) in sent.items():
        answer = await keeper.send(jar, name, data, media)
        assert answer.status_code == 201, (name, answer.text)
        ids[name] = answer.json()["data"]["document"]["id"]
    long = (await keeper.send(jar, "long.csv", rows.getvalue().encode(), "text/csv")).json()["data"]["document"]["id"]
    nul = b'[{"a\\u0000b": {"x": "tea\\u0000pot", "y": "\\ud83c\\udf75"}}]'
    answer = await keeper.send(jar, "nul.json", nul, "application/json")
    with_nul = answer.json()["data"]["document"]["id"]
    wide = codecs.BOM_UTF16_LE + GERMAN.encode("utf-16-le")
    good = (await keeper.send(jar, "tee.txt", wide, "text/plain")).json()["data"]["document"]["id"]
    latin = (await keeper.send(jar, "tee2.txt", ("Auch " + GERMAN).encode("latin-1"), "text/plain")).json()
    await keeper.read()
    for name, (_, _, code) in sent.items():
        document = await keeper.document(jar, ids[name])
        assert (name, document["status"], document["error_code"]) == (name, "failed", code)
        assert len(document["error"]) > 20
    document = await keeper.document(jar, long)
    assert document["status"] == "completed"
    assert document["notices"] == ["Only the first 20,000 of 50,000 rows were read."]
    assert (await keeper.document(jar, with_nul))["status"] == "completed"
    assert (await keeper.search(jar, "teapot tea pot"))["results"][0]["text"] == "x: tea pot; y: \U0001f375"
    for ident in (good, latin["data"]["document"]["id"]):
        assert (await keeper.document(jar, ident))["language"] == "german"
    found = await keeper.search(jar, "Wie heiß wird Tee aufgebrüht?")
    assert [one["title"] for one in found["results"]] == ["tee.txt", "tee2.txt"]
    assert found["results"][0]["text"] == GERMAN
    status = await keeper.client.get(f"/api/knowledge/honey-jars/{jar}/status")
    assert status.json()["data"]["status"] == "active"
    assert status.json()["data"]["documents"] == {"completed": 4, "failed": 7, "waiting": 0}


async def test_a_csv_of_a_million_rows_is_read_within_its_limits():
    """The first rows are read, the rest is counted; it takes seconds and no more memory than any other document."""
    rows = b"id,name,dob\n" + b"".join(b"%d,row %d,1980-05-03\n" % (number, number) for number in range(1_000_000))
    reading = await Sandbox().read(Ask(kind="csv"), rows)
    assert reading.notices[0] == "Only the first 20,000 of 1,000,000 rows were read."
    assert reading.chunks[0].text.startswith("id: 0; name: row 0; dob: 1980-05-03")
    assert reading.private["birth_date"] > 1000


@pytest.mark.parametrize(
    ("name", "data", "media", "why"),
    [
        ("empty.txt", b"", "text/plain", "is empty"),
        ("blank.txt", b" \n ", "text/plain", "is empty"),
        ("tea.pdf", b"Tea", "application/pdf", "its content is text"),
        ("tea.txt", b"%PDF-1.7", "text/plain", "its content is pdf"),
        ("tea.docx", b"PK\x03\x04", WORD, "a ZIP archive"),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "application/msword", "password-protected"),
        ("tea.png", b"\x89PNG\r\n", "image/png", "an image"),
    ],
)
async def test_what_is_not_what_it_says_is_refused_at_once(
    keeper: Keeper, name: str, data: bytes, media: str, why: str
):
    """400 with the reason; nothing is stored."""
    jar = await keeper.jar()
    answer = await keeper.send(jar, name, data, media)
    assert answer.status_code == 400
    assert answer.json()["success"] is False
    assert why in answer.json()["error"]
    listed = await keeper.client.get(f"/api/knowledge/honey-jars/{jar}/documents")
    assert listed.json()["data"]["documents"] == []


async def test_a_request_that_is_no_upload_says_what_to_send(keeper: Keeper):
    """Wrong content types, no file, two files, no text, an unknown language."""
    jar = await keeper.jar()
    path = f"/api/knowledge/honey-jars/{jar}/documents"
    for answer, why in (
        (await keeper.client.post(path, content=b"Tea", headers={"Content-Type": "text/plain"}), "multipart/form-data"),
        (await keeper.client.post(path, data={"title": "x"}, files={"note": (None, "no file")}), "one file"),
        (await keeper.client.post(path, files=[("file", ("a.txt", b"a")), ("file", ("b.txt", b"b"))]), "one file"),
        (await keeper.client.post(path, json={"title": "x"}), "text: "),
        (await keeper.client.post(path, json={"title": "x", "text": ""}), "text: "),
        (await keeper.client.post(path, json={"title": "x", "text": "y", "type": "pdf"}), "type: "),
        (await keeper.client.post(path, json={"title": "x", "text": "y", "language": "klingon"}), "language: "),
        (await keeper.client.post(path, content=b"--x", headers={"Content-Type": "multipart/form-data"}), ""),
    ):
        assert answer.status_code == 400, answer.text
        assert why in answer.json()["error"]


async def test_a_document_that_failed_is_read_again_when_it_is_sent_again(keeper: Keeper):
    """The reader may have learned since; a document that was read is not."""
    jar = await keeper.jar()
    first = (await keeper.send(jar, "broken.pdf", b"%PDF-1.7\nbroken")).json()["data"]["document"]["id"]
    await keeper.read()
    again = await keeper.send(jar, "broken.pdf", b"%PDF-1.7\nbroken")
    assert again.status_code == 201
    assert again.json()["data"]["document"]["status"] == "pending"
    assert again.json()["data"]["document"]["id"] != first


async def test_a_reader_that_wants_too_much_memory_is_ended():
    """A page that inflates to a quarter of a gigabyte meets a limit, and the worker goes on."""
    sandbox = Sandbox(memory_bytes=220 * 1024 * 1024)
    data = await asyncio.to_thread(made.deep_pdf)
    with pytest.raises(Unfit) as unfit:
        await sandbox.read(Ask(kind="pdf"), data)
    assert unfit.value.code in {"document_too_complex", "document_broken", "document_no_text"}


async def test_a_reader_that_takes_too_long_is_killed():
    """And nothing of it is left behind."""
    with pytest.raises(Unfit) as unfit:
        await Sandbox(deadline_s=0.05).read(Ask(kind="text"), b"Tea. " * 10_000)
    assert unfit.value.code == "document_timeout"
    assert (await Sandbox().read(Ask(kind="text"), b"Tea. " * 1000)).chunks


async def test_a_cancelled_reader_is_killed():
    """A worker that lost its step does not leave a process behind."""
    sandbox = Sandbox(at_once=1)
    task = asyncio.create_task(sandbox.read(Ask(kind="text"), b"Tea. " * 100_000))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await sandbox.read(Ask(kind="text"), b"Tea.")).chunks
