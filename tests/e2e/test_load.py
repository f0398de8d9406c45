"""Two hundred reports of ten owners and four priorities: their order and their shares, read from the event log."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from typing import Any

import httpx

from shared.contracts.scopes import OWNER_SCOPES
from shared.contracts.states import Priority
from shared.db import principals
from shared.db.pool import Database
from tests.e2e.rig import DOCUMENT, Rig

LARGE, SMALL, OWNERS = 65, 15, 9
REPORTS = LARGE + SMALL * OWNERS
THREADS = 4
"""What one worker claims at once may be written down in any order."""


async def test_two_hundred_reports_of_ten_owners_are_begun_in_order_and_fairly(rig: Rig) -> None:
    """All of them while nobody works; then one worker and one renderer make every one of them.

    Urgent before high before normal before low; first in, first out for one owner in one priority; and an
    owner with many does not hold up the others of its priority.
    """
    async with httpx.AsyncClient(base_url=rig.url, timeout=60) as client:
        large, *small = [await _key(rig, f"owner {number}") for number in range(1 + OWNERS)]
        asked = [await _ask(client, large, number) for number in range(LARGE)]
        for many in await asyncio.gather(*(_ask_for(client, key) for key in small)):
            asked += many
        assert (await _status(client)) == (REPORTS, 0)
        rig.start("worker", PRESSRUN_WORKER_THREADS=str(THREADS))
        rig.start("renderer")
        await rig.until("SELECT 1 FROM runs WHERE status = 'completed' HAVING count(*) = $1", REPORTS, within_s=400)
        async with asyncio.timeout(30):
            while (await _status(client)) != (0, 0):  # the figures follow a moment after the commits
                await asyncio.sleep(0.1)
    await rig.check_logs(accepted=REPORTS)
    begun = await rig.sql(
        """SELECT runs.priority, runs.principal_id AS owner, runs.report_id::text AS report
             FROM events JOIN runs ON runs.id = events.run_id
            WHERE events.type = 'node.started' AND events.sequence = 1 ORDER BY events.timestamp, events.run_id"""
    )
    assert sorted(row["report"] for row in begun) == sorted(asked)
    _check_priorities([row["priority"] for row in begun])
    _check_order(begun, asked)
    _check_shares(begun)


def _check_priorities(begun: list[str]) -> None:
    """No report is begun before one of a higher priority, but for those that are claimed at the same time."""
    lanes = sorted(begun, key=list(Priority).index)
    assert Counter(begun) == Counter(lanes)
    assert all(at_once(begun.index(lane), lanes.index(lane)) for lane in set(begun))
    for lane in Priority:
        first = lanes.index(lane)
        inside = begun[first : first + lanes.count(lane)]
        assert sum(one != lane for one in inside) <= 2 * THREADS


def _check_order(begun: list[Any], asked: list[str]) -> None:
    """What one owner asked for in one priority is begun in the order in which it was asked for."""
    lanes: dict[Any, list[int]] = defaultdict(list)
    for row in begun:
        lanes[row["owner"], row["priority"]].append(asked.index(row["report"]))
    for places in lanes.values():
        expected = sorted(places)
        assert all(at_once(places.index(one), expected.index(one)) for one in places)


def _check_shares(begun: list[Any]) -> None:
    """Before the others of a priority are all begun, the large owner has begun about as many as each of them."""
    for lane in Priority:
        owners = [row["owner"] for row in begun if row["priority"] == lane]
        sizes = Counter(owners)
        ((large, many),) = sizes.most_common(1)
        others = [place for place, owner in enumerate(owners) if owner != large]
        theirs = max(size for owner, size in sizes.items() if owner != large)
        before = sum(owner == large for owner in owners[: others[-1]])
        assert many > 3 * theirs
        assert before <= theirs + 1 + THREADS, f"{lane}: {before} of {many} were begun before the others' {theirs}"


def at_once(place: int, expected: int) -> bool:
    return abs(place - expected) < THREADS


async def _ask_for(client: httpx.AsyncClient, key: str) -> list[str]:
    return [await _ask(client, key, number) for number in range(SMALL)]


async def _ask(client: httpx.AsyncClient, key: str, number: int) -> str:
    body = {
        "template_id": DOCUMENT,
        "title": f"Report {number}",
        "priority": list(Priority)[number % 4],
        "parameters": {"context": "# One\n\nText."},
        "output_format": "md",
    }
    answer = await client.post("/api/reports/", json=body, headers={"X-API-Key": key})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["data"]["report"]["id"])


async def _status(client: httpx.AsyncClient) -> tuple[int, int]:
    data = (await client.get("/api/reports/public/queue/status")).json()["data"]
    return data["pending_reports"], data["processing_reports"]


async def _key(rig: Rig, name: str) -> str:
    database = await Database.open(rig.postgres.url())
    async with database.begin() as db:
        owner = await principals.create_principal(db, name)
        key = await principals.create_key(db, owner.id, name="load", scopes=OWNER_SCOPES)
    await database.close()
    return key
