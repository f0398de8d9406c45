"""Knowledge bases over HTTP: who may do what, documents on their way in, searching."""

from __future__ import annotations

from typing import Any

import pytest

from services.api.knowledge import search
from shared.domain.ids import new_id
from shared.templates.internal_workflows import KNOWLEDGE_SEARCH
from tests.integration.knowledge.conftest import JARS, LIMIT, Bag, Keeper

TEA = "# Tea\n\n## Water\n\nGreen tea must not be brewed above 80 degrees.\n\n## Time\n\nIt needs two minutes.\n"
COFFEE = "# Coffee\n\n## Water\n\nFilter coffee is brewed at 90 to 96 degrees within four minutes.\n"


async def principal(keeper: Keeper) -> str:
    """The caller's own id, as others name it."""
    jar = await keeper.jar()
    return (await keeper.client.get(f"{JARS}/{jar}")).json()["data"]["honey_jar"]["owner"]


async def test_a_jar_comes_back_as_it_was_made(keeper: Keeper):
    """Both forms of the collection's path answer themselves."""
    asked = {"name": "Papers", "description": "All of them", "tags": ["tea", "tea", "coffee"], "type": "team"}
    made = await keeper.client.post(JARS, json=asked)
    assert made.status_code == 201
    jar = made.json()["data"]["honey_jar"]
    assert (jar["name"], jar["type"], jar["status"], jar["tags"]) == ("Papers", "team", "active", ["tea", "coffee"])
    assert jar["permissions"] == {"read": [], "write": []}
    assert jar["stats"]["document_count"] == jar["stats"]["embedding_count"] == jar["stats"]["total_size_bytes"] == 0
    assert (await keeper.client.get(f"{JARS}/{jar['id']}/")).json()["data"]["honey_jar"] == jar
    for path in (JARS, f"{JARS}/"):
        listed = (await keeper.client.get(path)).json()["data"]
        assert [one["id"] for one in listed["honey_jars"]] == [jar["id"]]
        assert listed["pagination"] == {"total": 1, "limit": 50, "offset": 0, "has_more": False}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x", "type": "secret"}, "type"),
        ({"name": "x", "tags": "tea"}, "tags"),
        ({"name": "x", "permissions": {"read": ["me"]}}, "permissions"),
        ({"name": "x", "type": "team", "permissions": {"read": [str(new_id())]}}, "permissions"),
        ({"name": "x", "type": "private", "permissions": {"write": [str(new_id())]}}, "permissions"),
    ],
)
async def test_a_wrong_field_is_named(keeper: Keeper, body: dict[str, Any], field: str):
    """In this dialect: 400, ``success`` false, ``error`` with the field."""
    answer = await keeper.client.post(JARS, json=body)
    assert answer.status_code == 400
    assert answer.json()["success"] is False
    assert answer.json()["error"].startswith(f"{field}: ")


@pytest.mark.parametrize("kind", ["public", "private", "team", "premium", "enterprise", "restricted"])
async def test_each_type_lets_in_whom_it_names(keeper: Keeper, stranger: Keeper, kind: str):
    """Everybody reads a public one; of the others whoever is named; a private one is its owner's."""
    jar = await keeper.jar(type=kind)
    may = kind == "public"
    answer = await stranger.client.get(f"{JARS}/{jar}")
    assert answer.status_code == (200 if may else 403)
    listed = (await stranger.client.get(JARS, params={"limit": 100})).json()["data"]["honey_jars"]
    assert (jar in [one["id"] for one in listed]) is may
    assert (await stranger.client.post(f"{JARS}/{jar}/documents", json={"title": "t", "text": "x"})).status_code == 403
    if kind == "private":
        return
    named = {"read": [await principal(stranger)]}
    assert (await keeper.client.patch(f"{JARS}/{jar}", json={"permissions": named})).status_code == 200
    assert (await stranger.client.get(f"{JARS}/{jar}")).status_code == 200
    assert (await stranger.client.post(f"{JARS}/{jar}/documents", json={"title": "t", "text": "x"})).status_code == 403
    assert (await stranger.client.delete(f"{JARS}/{jar}")).status_code == 403


async def test_whoever_may_write_adds_documents_and_changes_nothing_else(keeper: Keeper, stranger: Keeper):
    """The jar itself stays its owner's."""
    jar = await keeper.jar(type="restricted", permissions={"write": [await principal(stranger)]})
    document = await stranger.text(jar, "Tea", TEA)
    assert (await stranger.client.patch(f"{JARS}/{jar}", json={"name": "Mine"})).status_code == 403
    assert (await stranger.client.delete(f"{JARS}/{jar}/documents/{document}")).status_code == 200


async def test_an_administrator_may_do_everything(keeper: Keeper):
    """And finds it in the list."""
    jar = await keeper.jar()
    async with keeper.api.client(await keeper.api.key("chief", role="admin")) as chief:
        assert (await chief.get(f"{JARS}/{jar}")).status_code == 200
        assert (await chief.patch(f"{JARS}/{jar}", json={"status": "archived"})).status_code == 200
    answer = await keeper.client.post(f"{JARS}/{jar}/documents", json={"title": "t", "text": "x"})
    assert answer.status_code == 400
    assert "archived" in answer.json()["error"]


async def test_a_draft_is_seen_only_by_those_who_write_to_it(keeper: Keeper, stranger: Keeper):
    """Even if it is public."""
    jar = await keeper.jar(type="public", status="draft")
    assert (await stranger.client.get(f"{JARS}/{jar}")).status_code == 403
    assert (await keeper.client.put(f"{JARS}/{jar}", json={"status": "active"})).status_code == 200
    assert (await stranger.client.get(f"{JARS}/{jar}")).status_code == 200


async def test_what_is_not_there_is_404(keeper: Keeper):
    """Jars and documents, by any id."""
    jar = await keeper.jar()
    for path in (
        f"{JARS}/{new_id()}",
        f"{JARS}/no-id",
        f"{JARS}/{jar}/documents/{new_id()}",
        f"{JARS}/{jar}/documents/x",
    ):
        answer = await keeper.client.get(path)
        assert answer.status_code == 404
        assert answer.json()["success"] is False


async def test_a_key_that_only_reads_writes_nothing(keeper: Keeper):
    """Reading a jar does not ask for more."""
    async with keeper.api.client(await keeper.api.key("reader", scopes=["read"])) as reader:
        assert (await reader.get(JARS)).status_code == 200
        assert (await reader.post(JARS, json={"name": "x"})).status_code == 403
    async with keeper.api.client() as nobody:
        assert (await nobody.get(JARS)).status_code == 401


async def test_a_document_is_read_and_found(keeper: Keeper):
    """With the heading and the document that a citation needs."""
    jar = await keeper.jar()
    tea = await keeper.text(jar, "All about tea", TEA, type="markdown")
    assert (await keeper.document(jar, tea))["status"] == "pending"
    assert (await keeper.client.get(f"{JARS}/{jar}")).json()["data"]["honey_jar"]["status"] == "processing"
    await keeper.text(jar, "All about coffee", COFFEE, type="markdown")
    await keeper.read()
    read = await keeper.document(jar, tea)
    assert (read["status"], read["type"], read["passage_count"], read["error"]) == ("completed", "markdown", 2, None)
    found = await keeper.search(jar, "How hot may the water for green tea be?")
    assert found["mode"] == "text"
    assert (found["results"][0]["title"], found["results"][0]["locator"]) == ("All about tea", "Water")
    assert "80 degrees" in found["results"][0]["text"]
    status = (await keeper.client.get(f"{JARS}/{jar}/status")).json()["data"]
    assert (status["status"], status["documents"]) == ("active", {"completed": 2, "failed": 0, "waiting": 0})
    assert status["stats"]["query_count"] == 1


async def test_a_document_says_how_much_in_it_is_private(keeper: Keeper):
    """Counts by kind, and no value."""
    jar = await keeper.jar()
    text = "Write to ada@example.org or bob@example.org, or pay to DE89 3704 0044 0532 0130 00."
    document = await keeper.text(jar, "Contacts", text)
    assert (await keeper.document(jar, document))["pii_analysis"] is None
    await keeper.read()
    assert (await keeper.document(jar, document))["pii_analysis"] == {"email": 2, "iban": 1}


async def test_a_file_without_a_title_has_its_own(keeper: Keeper):
    """What the document calls itself, else the file's name; a title that was given stays."""
    jar = await keeper.jar()
    titles = {}
    for name, text, given in (("a.md", TEA, ""), ("b.txt", "No title here.", ""), ("c.md", COFFEE, "Mine")):
        answer = await keeper.send(jar, name, text.encode(), **({"title": given} if given else {}))
        titles[name] = answer.json()["data"]["document"]["id"]
    await keeper.read()
    assert [(await keeper.document(jar, ident))["title"] for ident in titles.values()] == ["Tea", "b.txt", "Mine"]


async def test_vectors_find_what_shares_no_language(keeper: Keeper):
    """The run in the worker answers; nothing is left of it."""
    jar = await keeper.jar()
    await keeper.text(jar, "Tea", TEA)
    bag = Bag()
    await keeper.read(bag)
    stats = (await keeper.client.get(f"{JARS}/{jar}")).json()["data"]["honey_jar"]["stats"]
    assert stats["embedding_count"] == stats["passage_count"] > 0
    async with keeper.working(bag):
        found = await keeper.search(jar, "brewed above")
    assert found["mode"] == "hybrid"
    assert found["results"][0]["title"] == "Tea"
    async with keeper.api.resources.pipeline.database.connect() as db:
        assert await db.fetchval("SELECT count(*) FROM runs WHERE workflow_id = 'pressrun.knowledge.search'") == 0


async def test_the_same_content_is_the_same_document(keeper: Keeper):
    """Sending it again reads nothing twice."""
    jar = await keeper.jar()
    first = await keeper.text(jar, "Tea", TEA)
    again = await keeper.client.post(f"{JARS}/{jar}/documents", json={"title": "Tea again", "text": TEA})
    assert again.status_code == 200
    assert again.json()["data"]["document"]["id"] == first
    assert (await keeper.client.get(f"{JARS}/{jar}/documents")).json()["data"]["pagination"]["total"] == 1


async def test_a_deleted_document_is_found_no_more(keeper: Keeper):
    """And its file is on the list of what goes."""
    jar = await keeper.jar()
    tea = await keeper.text(jar, "Tea", TEA + jar)
    await keeper.read()
    assert (await keeper.client.delete(f"{JARS}/{jar}/documents/{tea}")).status_code == 200
    assert (await keeper.search(jar, "tea"))["results"] == []
    assert (await keeper.client.delete(f"{JARS}/{jar}/documents/{tea}")).status_code == 404


async def test_a_jar_may_be_deleted_while_its_documents_are_read(keeper: Keeper):
    """The run that was there for them ends as if nothing had been."""
    jar = await keeper.jar()
    await keeper.text(jar, "Tea", TEA)
    assert (await keeper.client.delete(f"{JARS}/{jar}")).status_code == 200
    await keeper.read()
    assert (await keeper.client.get(f"{JARS}/{jar}")).status_code == 404
    async with keeper.api.resources.pipeline.database.connect() as db:
        assert await db.fetchval("SELECT count(*) FROM runs WHERE status <> 'completed'") == 0


async def test_what_is_too_large_is_refused(keeper: Keeper):
    """By the document's size, and by the body's."""
    jar = await keeper.jar()
    answer = await keeper.send(jar, "large.txt", b"x " * (LIMIT // 2 + 10))
    assert answer.status_code == 400
    assert answer.json()["code"] == "document_too_large"
    answer = await keeper.send(jar, "huge.txt", b"x " * LIMIT)
    assert answer.status_code == 413
    assert str(LIMIT) in answer.json()["error"]


async def test_indexing_is_nobodys_report(keeper: Keeper):
    """The list of reports stays empty."""
    jar = await keeper.jar()
    await keeper.text(jar, "Tea", TEA)
    await keeper.read()
    assert (await keeper.client.get("/api/reports/")).json()["data"]["pagination"]["total"] == 0


async def test_another_model_has_vectors_made_again(keeper: Keeper):
    """Until then the document is found by its words."""
    from services.worker.reindexing import Reindexing

    jar = await keeper.jar()
    tea = await keeper.text(jar, "Tea", TEA)
    await keeper.read(Bag("bag-1"))
    newer = Bag("bag-2")
    async with keeper.working(newer):
        assert (await keeper.search(jar, "green tea"))["results"]
    assert await Reindexing(keeper.api.resources.pipeline, "bag-2").round() >= 1
    await keeper.read(newer)
    document = await keeper.document(jar, tea)
    assert (document["status"], document["embedding_model"]) == ("completed", "bag-2")
    assert await Reindexing(keeper.api.resources.pipeline, "bag-2").round() == 0


async def test_a_search_that_no_worker_answers_leaves_nothing(keeper: Keeper, monkeypatch: pytest.MonkeyPatch):
    """It is answered by words after a while, and its run is gone."""
    jar, bag = await keeper.jar(), Bag()
    await keeper.text(jar, "Tea", TEA)
    await keeper.read(bag)
    monkeypatch.setattr(search, "PATIENCE_S", 0.2)
    found = await keeper.search(jar, "tea")
    assert (found["mode"], bool(found["results"])) == ("text", True)
    async with keeper.api.resources.pipeline.database.connect() as db:
        assert await db.fetchval("SELECT count(*) FROM runs WHERE workflow_id = $1", KNOWLEDGE_SEARCH) == 0
