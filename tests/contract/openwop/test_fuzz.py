"""Requests made from our own OpenAPI document, right ones and wrong ones, to every route of every API."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode

from services.api.problems import BY_PATH, LONGFORM, ML, OPENWOP, PLAIN
from tests.contract.openwop.conftest import Host
from tests.contract.openwop.talk import begin, ran, until

ENDLESS = {"/queue/events"}
SECONDS = 25
EXAMPLES = 12
LEAST = 3
"""Every route is asked this often, however slow the machine."""
VERBS = ("", ":pause", ":resume", ":fork", ":unheard-of")

Known = dict[str, list[str]]
Seen = dict[str, int]

TABLES = {
    "principals": (),
    "users": (),
    "api_keys": ("last_used_at",),
    "second_factors": (),
    "reports": ("updated_at",),
    "grants": (),
    "templates": (),
    "webhooks": ("failures", "circuit_open_until"),
    "knowledge_bases": ("query_count", "query_ms", "updated_at"),
    "knowledge_documents": (
        *("status", "error_code", "error", "notices", "language", "pages", "words", "passages"),
        *("embedding_model", "pii_analysis", "updated_at"),
    ),
    "conversations": (),
    "messages": (),
    "entities": (),
}
"""What requests change, with the columns that change by themselves: by use, or by a worker."""


@pytest.fixture(scope="module")
async def known(http: httpx.AsyncClient) -> Known:
    """Ids that are there, so that requests come further than to 404."""
    waiting = await begin(http, "approval")
    snap = await until(http, waiting, "waiting-approval")
    return {
        "run_id": [await ran(http, "noop"), waiting],
        "node_id": ["gate", "noop"],
        "token": [snap["interrupt"]["interruptToken"]],
        "workflow_id": ["conformance-noop"],
    }


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
async def test_no_request_breaks_the_host_and_every_refusal_is_in_its_dialect(
    host: Host, key: str, known: Known, mode: GenerationMode
):
    """And whoever is refused has changed nothing."""
    async with host.http(key) as http:
        document = (await http.get("/v1/openapi.json")).json()
    loop = asyncio.get_running_loop()

    def look() -> Seen:
        return asyncio.run_coroutine_threadsafe(_look(host, known["run_id"]), loop).result()

    asker = Asker(host.url, key, known, look)
    await asyncio.to_thread(asker.ask_everything, document, mode)
    assert asker.asked >= 100


class Asker:
    """Sends what schemathesis makes up, for a while."""

    def __init__(self, url: str, key: str, known: Known, look: Callable[[], Seen]) -> None:
        self.asked = 0
        self._url = url
        self._known = known
        self._look = look
        self._seen: Seen = {}
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {key}"
        self._until = time.monotonic() + SECONDS

    def ask_everything(self, document: dict[str, Any], mode: GenerationMode) -> None:
        self._seen = self._look()
        with self._session:
            for found in schemathesis.openapi.from_dict(document).get_all_operations():
                operation = found.ok()
                if operation.path not in ENDLESS:
                    self._ask_one(operation, operation.as_strategy(generation_mode=mode))

    def _ask_one(self, operation: Any, cases: st.SearchStrategy[Any]) -> None:
        @settings(
            max_examples=EXAMPLES if time.monotonic() < self._until else LEAST,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(data=st.data())
        def ask(data: st.DataObject) -> None:
            case = data.draw(cases)
            self._meet(operation, case, data.draw)
            if self.asked - before < LEAST or time.monotonic() < self._until:
                self._send(operation, case)

        before = self.asked
        with suppress(Unsatisfiable):  # there is no wrong request to an address that takes nothing
            ask()

    def _meet(self, operation: Any, case: Any, draw: Callable[[Any], Any]) -> None:
        """Put ids that are there in the place of some that are made up."""
        for name, values in self._known.items():
            if name in (case.path_parameters or {}) and draw(st.booleans()):
                case.path_parameters[name] = draw(st.sampled_from(values))
        if (operation.method, operation.path) == ("post", "/v1/runs/{run_id}"):
            case.path_parameters["run_id"] = self._known["run_id"][0] + draw(st.sampled_from(VERBS))

    def _send(self, operation: Any, case: Any) -> None:
        answer = case.call(base_url=self._url, session=self._session, timeout=40)
        self.asked += 1
        said = f"{answer.status_code} {answer.text[:300]}\n{case.as_curl_command()}"
        assert answer.status_code < 500 or (answer.status_code, operation.path) == (503, "/health/ready"), said
        now = self._look()
        if answer.status_code >= 400:
            _check_dialect(operation.path, answer, said)
            changed = [name for name in now if now[name] != self._seen[name]]
            assert not changed, f"{changed}\n{said}"
        self._seen = now


def _check_dialect(path: str, answer: Any, said: str) -> None:
    body = answer.json()
    assert "traceparent" in answer.headers, said
    dialect = next((found for prefix, found in BY_PATH if path == prefix or path.startswith(f"{prefix}/")), PLAIN)
    if dialect is OPENWOP:
        assert {"error", "message"} <= set(body) <= {"error", "message", "details"}, said
    elif dialect is LONGFORM:
        assert {"success", "error", "detail", "code"} <= set(body), said
        assert body["success"] is False, said
    elif dialect is ML:
        assert {"detail", "code"} <= set(body), said
        assert isinstance(body["detail"], list if answer.status_code == 422 else str), said
    else:
        assert {"error", "message"} <= set(body), said


async def _look(host: Host, run_ids: list[str]) -> Seen:
    """A digest of everything that a refused request must not change: whole rows, and where the known runs stand."""
    rows = [
        f"SELECT '{name}', (to_jsonb(t) - ARRAY{list(moving)}::text[])::text FROM {name} t"
        for name, moving in TABLES.items()
    ]
    rows += [
        "SELECT 'runs', id FROM runs",
        "SELECT 'known runs', concat_ws(' ', id, status, next_sequence, state) FROM runs WHERE id = ANY($1)",
        "SELECT 'interrupts', to_jsonb(t)::text FROM interrupts t WHERE run_id = ANY($1)",
    ]
    query = f"""SELECT of, sum(hashtextextended(told, 0)::numeric % 1000000007)::bigint AS digest
                  FROM ({" UNION ALL ".join(rows)}) AS rows (of, told) GROUP BY of"""
    async with host.resources.pipeline.database.connect() as db:
        found = {row["of"]: row["digest"] for row in await db.fetch(query, run_ids)}
    return {name: found.get(name, 0) for name in (*TABLES, "runs", "known runs", "interrupts")}
