"""Conversations: kept for their owner, and handed to the reports that name them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.api.conversations import request as limits
from shared.db import answers, runs
from shared.db.answers import Paid, Payer
from shared.db.conversations import Conversation
from shared.domain.errors import Rejected

from .conftest import Api, asked

TURNS = [{"role": "user", "content": "How hot?"}, {"role": "assistant", "content": "Boiling."}]


async def begin(client: httpx.AsyncClient, path: str = "/api/conversations", **more: Any) -> dict[str, Any]:
    answer = await client.post(path, json={"title": "Tea", "messages": TURNS} | more)
    assert answer.status_code == 201, answer.text
    return dict(answer.json()["data"]["conversation"])


@pytest.mark.parametrize("path", ["/api/conversations", "/sting/api/conversations/"])
async def test_a_conversation_is_begun_continued_read_listed_and_deleted(api: Api, path: str):
    """Its messages keep their order and their numbers."""
    async with api.client(await api.key()) as client:
        held = await begin(client, path)
        one = f"{path.rstrip('/')}/{held['id']}"
        assert [(said["number"], said["role"]) for said in held["messages"]] == [(1, "user"), (2, "assistant")]
        more = await client.post(f"{one}/messages", json={"content": "And coffee?"})
        assert (more.status_code, more.json()["data"]["conversation"]["message_count"]) == (201, 3)
        several = await client.post(f"{one}/messages", json={"messages": [{"role": "assistant", "content": "Less."}]})
        assert several.json()["data"]["conversation"]["messages"][3]["content"] == "Less."
        shown = (await client.get(one)).json()["data"]["conversation"]
        assert [said["content"] for said in shown["messages"]] == ["How hot?", "Boiling.", "And coffee?", "Less."]
        listed = (await client.get(path)).json()["data"]
        assert [each["id"] for each in listed["conversations"]] == [held["id"]]
        assert listed["pagination"] == {"total": 1, "limit": 50, "offset": 0, "has_more": False}
        assert (await client.delete(one)).json() == {"success": True, "message": "Conversation deleted"}
        assert (await client.get(one)).status_code == 404
    async with api.resources.pipeline.database.connect() as db:
        done = await db.fetch("SELECT action FROM audit_entries WHERE object_id = $1 ORDER BY at", held["id"])
    assert [row["action"].removeprefix("conversation.") for row in done] == ["create", "say", "say", "delete"]


async def test_nobody_else_knows_of_it(api: Api):
    """Reading, continuing, deleting and writing from it: there is no such conversation, and nothing changes."""
    async with api.client(await api.key()) as owner, api.client(await api.key("other")) as other:
        held = await begin(owner)
        one = f"/api/conversations/{held['id']}"
        tried = [
            await other.get(one),
            await other.post(f"{one}/messages", json={"content": "x"}),
            await other.delete(one),
            await other.post("/api/reports/", json=asked(parameters={"conversation_id": held["id"], "query": "q"})),
        ]
        assert {answer.status_code for answer in tried} == {404}
        assert {answer.json()["error"] for answer in tried} == {"Conversation not found"}
        assert tried[3].json()["details"] == {"field": "parameters.conversation_id"}
        assert (await other.get("/api/conversations")).json()["data"]["conversations"] == []
        assert (await owner.get(one)).json()["data"]["conversation"]["message_count"] == 2


async def test_a_report_is_made_from_what_was_said_before_it_was_asked_for(api: Api):
    """Its run holds the conversation as it was."""
    async with api.client(await api.key()) as client:
        held = await begin(client)
        sent = asked(parameters={"conversation_id": held["id"], "query": "q"})
        report = (await client.post("/api/reports/", json=sent)).json()["data"]["report"]
        await client.post(f"/api/conversations/{held['id']}/messages", json={"content": "Later."})
        for unknown in (str(uuid4()), "no-id"):
            answer = await client.post("/api/reports/", json=asked(parameters={"conversation_id": unknown}))
            assert (answer.status_code, answer.json()["details"]) == (404, {"field": "parameters.conversation_id"})
    async with api.resources.pipeline.database.connect() as db:
        run = await runs.get(db, report["run_id"])
    assert run is not None
    assert run.inputs["conversation"] == {"title": "Tea", "messages": TURNS}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"title": 7}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"messages": "x"}, "messages"),
        ({"messages": [7]}, "messages[0]"),
        ({"messages": [{"role": "bee", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": ["user"], "content": "x"}]}, "messages[0].role"),
        ({"messages": [TURNS[0], {"role": "user", "content": " "}]}, "messages[1].content"),
        ({"messages": [{"content": "x" * 20_001}]}, "messages[0].content"),
        ({"messages": [TURNS[0]] * 101}, "messages"),
    ],
)
async def test_what_is_wrong_is_named(api: Api, body: dict[str, Any], field: str):
    """And nothing is kept of it."""
    async with api.client(await api.key()) as client:
        answer = await client.post("/api/conversations", json=body)
        assert (answer.status_code, answer.json()["details"]["field"]) == (400, field)
        assert answer.json()["error"].startswith(f"{field}: must" if field != "messages" else "messages: ")
        held = await begin(client, messages=[])
        empty = await client.post(f"/api/conversations/{held['id']}/messages", json={"messages": []})
        assert (empty.status_code, empty.json()["details"]["field"]) == (400, "messages")


async def test_a_conversation_has_room_for_so_much(api: Api):
    """One message too many, or one character, is refused; what is there stays."""
    async with api.client(await api.key()) as client:
        held = await begin(client)
        async with api.resources.pipeline.database.begin() as db:
            await db.execute("UPDATE conversations SET characters = $1", limits.MOST_CHARACTERS - 3)
        one = f"/api/conversations/{held['id']}/messages"
        assert (await client.post(one, json={"content": "four"})).status_code == 400
        assert (await client.post(one, json={"content": "but"})).status_code == 201
    now = datetime.now(UTC)
    full = Conversation(id=uuid4(), title="", messages=500, characters=0, created_at=now, updated_at=now)
    with pytest.raises(Rejected, match="at most 500 messages"):
        limits.check_room(full, [("user", "x")])


async def test_tokens_and_cost_are_told_while_the_report_is_made(api: Api):
    """The sum over all calls, and each node's; as decimals; in the run's snapshot as the protocol has it."""
    async with api.client(await api.key()) as client:
        report = (await client.post("/api/reports/", json=asked())).json()["data"]["report"]
        assert (await client.get(f"/api/reports/{report['id']}")).json()["report"]["result_summary"] is None
        async with api.resources.pipeline.database.begin() as db:
            for number, node in enumerate(("outline", "write", "write")):
                paid = Paid(
                    model="m", prompt_tokens=1000, completion_tokens=200, cost=Decimal("0.0015"), currency="USD"
                )
                payer = Payer(report["run_id"], node, number)
                await answers.store(db, report["run_id"], str(number), {"text": "x"}, payer, paid)
        summary = (await client.get(f"/api/reports/{report['id']}")).json()["report"]["result_summary"]
        used = summary["usage"]
        assert {name: used[name] for name in ("calls", "total_tokens", "cost", "currency", "models")} == {
            "calls": 3,
            "total_tokens": 3600,
            "cost": "0.0045",
            "currency": "USD",
            "models": ["m"],
        }
        assert used["nodes"]["write"]["completion_tokens"] == 400
        run = (await client.get(f"/v1/runs/{report['run_id']}")).json()
        assert run["metrics"] == {
            "openwopCost": {"usd": 0.0045, "tokens": {"input": 3000, "output": 600}, "model": "m"}
        }
