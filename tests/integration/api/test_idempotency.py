"""A mutating request with an Idempotency-Key happens once, however often and wherever it arrives."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from litestar import Litestar, Request, Response, delete, get, post, put
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, State
from litestar.exceptions import HTTPException
from litestar.handlers.base import BaseRouteHandler
from litestar.params import FromPath
from litestar.response import ServerSentEvent
from structlog.testing import capture_logs

from services.api.idempotency import Idempotency, finalise, scope_to
from shared.db.pool import Database
from shared.domain.errors import Conflict, Forbidden, PressrunError, Rejected, Unauthenticated, Unavailable
from shared.domain.ids import new_id
from shared.domain.sealing import Sealer

SEALER = Sealer(b"k" * 32, "idempotency")
STATUSES = {Conflict: 409, Rejected: 400, Forbidden: 403, Unauthenticated: 401, Unavailable: 503}


class World:
    """What the handlers did, over all processes."""

    def __init__(self) -> None:
        self.ran: Counter[str] = Counter()
        self.script: list[int] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.crash_after_commit = False


def answer(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Two dialects, and a 500 for whatever is not expected."""
    code = error.code if isinstance(error, PressrunError) else "internal_error"
    status = next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 500)
    if isinstance(error, HTTPException):
        status = error.status_code
    name = "detail" if request.scope["path"].startswith("/other") else "error"
    details = error.details if isinstance(error, PressrunError) else None
    return Response({name: code, "details": details}, status_code=status)


async def authenticated(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    user = connection.headers.get("x-user")
    if user is None:
        raise Unauthenticated("no key")
    connection.scope["user"] = SimpleNamespace(id=user)
    if connection.headers.get("x-scopes") == "none":
        raise Forbidden("no scope")


async def by_token(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    scope_to(connection, f"token:{connection.path_params['token']}")


@post("/things", guards=[authenticated])
async def create(request: Request[Any, Any, Any], state: State) -> Response[dict[str, Any]]:
    state.world.ran["create"] += 1
    number = state.world.ran["create"]
    await state.world.gate.wait()
    body = await request.json()
    return Response(
        {"number": number, "asked": body},
        status_code=201,
        headers={"Location": f"/things/{number}"},
        cookies=[Cookie(key="session", value="secret")],
    )


@post("/stored", guards=[authenticated])
async def store(request: Request[Any, Any, Any], state: State) -> Response[dict[str, Any]]:
    """Commits its effect and its answer together."""
    state.world.ran["store"] += 1
    async with state.database.begin() as db:
        await db.execute("INSERT INTO principals (id, name) VALUES ($1, 'made')", new_id())
        response = Response({"number": state.world.ran["store"]}, status_code=201)
        await state.world.gate.wait()
        await finalise(db, request, response)
    if state.world.crash_after_commit:
        raise RuntimeError("the process died here")
    return response


@post("/scripted", guards=[authenticated], status_code=200)
async def scripted(state: State) -> Response[Any]:
    state.world.ran["scripted"] += 1
    status = state.world.script.pop(0)
    if status == 500:
        raise RuntimeError("a bug")
    return Response({"status": status}, status_code=status)


@post("/runs/{run:str}", guards=[authenticated], status_code=202)
async def custom_method(state: State, run: FromPath[str]) -> dict[str, Any]:
    state.world.ran[run] += 1
    return {"run": run}


@put("/things/{thing:str}", guards=[authenticated])
async def replace(state: State, thing: FromPath[str]) -> dict[str, Any]:
    state.world.ran[f"put {thing}"] += 1
    return {"thing": thing}


@delete("/things/{thing:str}", guards=[authenticated])
async def remove(state: State, thing: FromPath[str]) -> None:
    state.world.ran[f"delete {thing}"] += 1


@get("/things", guards=[authenticated])
async def list_things(state: State) -> dict[str, Any]:
    state.world.ran["list"] += 1
    return {"times": state.world.ran["list"]}


@post("/open", status_code=200)
async def stranger(state: State) -> dict[str, Any]:
    state.world.ran["open"] += 1
    return {"times": state.world.ran["open"]}


@post("/tokens/{token:str}", guards=[by_token], status_code=200)
async def answer_token(state: State, token: FromPath[str]) -> dict[str, Any]:
    state.world.ran[token] += 1
    return {"times": state.world.ran[token]}


@post("/other/upload", guards=[authenticated], status_code=200)
async def upload(request: Request[Any, Any, Any], state: State) -> dict[str, Any]:
    state.world.ran["upload"] += 1
    form = await request.form()
    return {"bytes": len(await form["file"].read()), "times": state.world.ran["upload"]}


@post("/events", guards=[authenticated], status_code=200)
async def events(state: State) -> ServerSentEvent:
    state.world.ran["events"] += 1

    async def two() -> AsyncIterator[str]:
        yield "one"
        await state.world.gate.wait()
        yield "two"

    return ServerSentEvent(two())


ROUTES = [create, store, scripted, custom_method, replace, remove, list_things, stranger, answer_token, upload, events]


def make_app(database: Database, world: World, **timing: float) -> Litestar:
    once = Idempotency(database=lambda app: app.state.database, sealer=lambda _: SEALER, answer=answer, **timing)
    return Litestar(
        route_handlers=ROUTES,
        state=State({"database": database, "world": world}),
        middleware=[once],
        before_request=once.before,
        exception_handlers={Exception: answer, HTTPException: answer},
        request_max_body_size=100_000,
        openapi_config=None,
        logging_config=None,
    )


@pytest.fixture
async def databases(fresh_database_url: str) -> AsyncIterator[list[Database]]:
    """Two processes' pools on one database."""
    opened = [await Database.open(fresh_database_url, most=4) for _ in range(2)]
    yield opened
    for each in opened:
        await each.close()


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def client(databases: list[Database], world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with make_client(make_app(databases[0], world)) as made:
        yield made


def make_client(app: Litestar) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://test", headers={"X-User": "ada"})


def keyed(key: str, **more: str) -> dict[str, str]:
    return {"Idempotency-Key": key, **more}


def replay(response: httpx.Response) -> str | None:
    return response.headers.get("openwop-idempotent-replay")


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not condition():
            await asyncio.sleep(0.01)


async def rows(database: Database) -> list[dict[str, Any]]:
    async with database.connect() as db:
        return [dict(row) for row in await db.fetch("SELECT * FROM idempotency ORDER BY created_at")]


async def test_a_repeat_gets_the_same_answer_without_another_execution(client: httpx.AsyncClient, world: World) -> None:
    first = await client.post("/things", json={"a": 1}, headers=keyed("k1"))
    assert (first.status_code, replay(first)) == (201, "false")
    assert first.cookies.get("session") == "secret"
    for _ in range(5):
        again = await client.post("/things", json={"a": 1}, headers=keyed("k1"))
        assert "set-cookie" not in again.headers
        assert (again.status_code, replay(again)) == (201, "true")
        assert again.content == first.content
        assert again.headers["location"] == "/things/1"
        assert again.headers["content-type"] == first.headers["content-type"]
    assert world.ran["create"] == 1


async def test_a_kept_answer_holds_no_cookie_and_no_key(
    client: httpx.AsyncClient, databases: list[Database], world: World
) -> None:
    with capture_logs() as logs:
        await client.post("/things", json={}, headers=keyed("customer-4711"))
    [row] = await rows(databases[0])
    assert "set-cookie" not in dict(row["headers"])
    assert row["key_hash"] == hashlib.sha256(b"customer-4711").digest()
    assert "4711" not in repr({**row, "key_hash": None}) + repr(logs)
    assert SEALER.open_bytes(row["body"], row["key_hash"]).startswith(b"{")


async def test_ten_at_once_over_two_processes_are_one_execution(databases: list[Database], world: World) -> None:
    """The others wait for the one, and all get its answer."""
    world.gate.clear()
    async with make_client(make_app(databases[0], world)) as here, make_client(make_app(databases[1], world)) as there:
        waiting = [
            asyncio.create_task(each.post("/things", json={"a": 1}, headers=keyed("k1"))) for each in [here, there] * 5
        ]
        await asyncio.sleep(0.3)
        assert not any(each.done() for each in waiting)
        world.gate.set()
        answers = await asyncio.gather(*waiting)
    assert world.ran["create"] == 1
    assert {each.content for each in answers} == {answers[0].content}
    assert Counter(replay(each) for each in answers) == {"true": 9, "false": 1}


async def test_other_keys_execute_side_by_side(client: httpx.AsyncClient, world: World) -> None:
    answers = await asyncio.gather(
        *(client.post("/things", json={"a": 1}, headers=keyed(f"k{number}")) for number in range(10))
    )
    assert world.ran["create"] == 10
    assert len({each.content for each in answers}) == 10


async def test_who_waits_too_long_is_told_to_ask_again(databases: list[Database], world: World) -> None:
    world.gate.clear()
    async with make_client(make_app(databases[0], world, wait_s=0.2)) as client:
        first = asyncio.create_task(client.post("/things", json={}, headers=keyed("k1")))
        await until(lambda: world.ran["create"] == 1)
        second = await client.post("/things", json={}, headers=keyed("k1"))
        assert second.status_code == 409
        assert second.json() == {"error": "idempotency_in_flight", "details": {"retryAfter": 1}}
        assert second.headers["retry-after"] == "1"
        assert replay(second) is None
        world.gate.set()
        assert (await first).status_code == 201
        assert replay(await client.post("/things", json={}, headers=keyed("k1"))) == "true"


async def test_another_body_under_the_same_key_is_a_mismatch(client: httpx.AsyncClient, world: World) -> None:
    await client.post("/things", json={"a": 1}, headers=keyed("k1"))
    other = await client.post("/things", json={"a": 2}, headers=keyed("k1"))
    assert (other.status_code, other.json()["error"]) == (409, "idempotency_key_mismatch")
    assert "number" not in other.text
    assert replay(other) is None
    assert world.ran["create"] == 1


@pytest.mark.parametrize(
    "body", [b'{"b": {"d": 2, "c": 1}, "a": 1}', b'{"a":1,"b":{"c":1,"d":2}}\n', b' {"a" : 1, "b":{"c":1, "d":2}}']
)
async def test_spaces_and_the_order_of_names_make_no_other_request(
    client: httpx.AsyncClient, world: World, body: bytes
) -> None:
    await client.post("/things", json={"a": 1, "b": {"c": 1, "d": 2}}, headers=keyed("k1"))
    again = await client.post("/things", content=body, headers=keyed("k1"))
    assert replay(again) == "true"


@pytest.mark.parametrize("body", [b"[" * 50_000, b'{"a":', b"\xff\xfe", b"1e999", b""])
async def test_a_body_that_is_no_json_is_the_handler_s_to_refuse(
    client: httpx.AsyncClient, world: World, body: bytes
) -> None:
    world.script = [200, 200]
    await client.post("/scripted", content=body, headers=keyed("k1"))
    await client.post("/scripted", content=body, headers=keyed("k1"))
    assert world.ran["scripted"] == 1


async def test_a_query_and_an_address_are_part_of_the_request(client: httpx.AsyncClient, world: World) -> None:
    """One key never crosses from one thing to another; another operation has keys of its own."""
    await client.put("/things/a", headers=keyed("k1"))
    assert (await client.put("/things/b", headers=keyed("k1"))).status_code == 409
    assert (await client.put("/things/a?force=1", headers=keyed("k1"))).status_code == 409
    assert (await client.delete("/things/a", headers=keyed("k1"))).status_code == 204
    again = await client.delete("/things/a", headers=keyed("k1"))
    assert (again.status_code, again.content, replay(again)) == (204, b"", "true")
    assert world.ran == {"put a": 1, "delete a": 1}


async def test_custom_methods_on_one_route_are_operations_of_their_own(client: httpx.AsyncClient, world: World) -> None:
    for verb in ("pause", "resume"):
        for _ in range(2):
            assert (await client.post(f"/runs/run-1:{verb}", headers=keyed("k1"))).status_code == 202
    assert world.ran == {"run-1:pause": 1, "run-1:resume": 1}


async def test_another_principal_s_key_is_another_key(client: httpx.AsyncClient, world: World) -> None:
    mine = await client.post("/things", json={"a": 1}, headers=keyed("k1"))
    theirs = await client.post("/things", json={"a": 2}, headers=keyed("k1", **{"X-User": "bob"}))
    assert theirs.status_code == 201
    assert replay(theirs) == "false"
    assert mine.json()["number"] != theirs.json()["number"]


async def test_a_repeat_passes_the_guards_first(client: httpx.AsyncClient, world: World) -> None:
    """Without a credential, or without the scope, nobody gets a kept answer."""
    await client.post("/things", json={}, headers=keyed("k1"))
    refused = await client.post("/things", json={}, headers=keyed("k1", **{"X-Scopes": "none"}))
    assert refused.status_code == 403
    del client.headers["X-User"]
    assert (await client.post("/things", json={}, headers=keyed("k1"))).status_code == 401


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_request_that_was_none_leaves_the_key_free(
    client: httpx.AsyncClient, databases: list[Database], world: World, status: int
) -> None:
    """It may be corrected and sent again under the same key."""
    world.script = [status, 200]
    refused = await client.post("/scripted", json={"a": "wrong"}, headers=keyed("k1"))
    assert (refused.status_code, replay(refused)) == (status, "false")
    assert await rows(databases[0]) == []
    assert (await client.post("/scripted", json={"a": "right"}, headers=keyed("k1"))).status_code == 200
    assert world.ran["scripted"] == 2


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
async def test_a_failure_that_may_pass_is_not_repeated(client: httpx.AsyncClient, world: World, status: int) -> None:
    """A retry executes again, and its success is what later repeats get; another body stays a mismatch."""
    world.script = [status, status, 201]
    assert (await client.post("/scripted", json={}, headers=keyed("k1"))).status_code == status
    assert (await client.post("/scripted", json={}, headers=keyed("k1"))).status_code == status
    assert (await client.post("/scripted", json={"other": 1}, headers=keyed("k1"))).status_code == 409
    good = await client.post("/scripted", json={}, headers=keyed("k1"))
    assert (good.status_code, replay(good)) == (201, "false")
    again = await client.post("/scripted", json={}, headers=keyed("k1"))
    assert (again.status_code, replay(again)) == (201, "true")
    assert world.ran["scripted"] == 3


@pytest.mark.parametrize("status", [404, 409, 410, 422])
async def test_a_final_refusal_is_repeated(client: httpx.AsyncClient, world: World, status: int) -> None:
    world.script = [status]
    for expected in ("false", "true"):
        refused = await client.post("/scripted", json={}, headers=keyed("k1"))
        assert (refused.status_code, replay(refused)) == (status, expected)


async def test_waiters_behind_a_failure_execute_themselves(client: httpx.AsyncClient, world: World) -> None:
    """Ten at once of which the first two fail: the third's answer is everybody's after it."""
    world.script = [500, 503, 201]
    answers = await asyncio.gather(*(client.post("/scripted", json={}, headers=keyed("k1")) for _ in range(10)))
    assert Counter(each.status_code for each in answers) == {201: 8, 500: 1, 503: 1}
    assert world.ran["scripted"] == 3


async def test_a_dead_process_s_request_is_taken_over_after_its_lease(databases: list[Database], world: World) -> None:
    """Nobody renews the lease of a process that was killed; one of those who wait takes over."""
    world.gate.clear()
    async with make_client(make_app(databases[0], world, lease_s=30)) as dead:
        first = asyncio.create_task(dead.post("/things", json={}, headers=keyed("k1")))
        await until(lambda: world.ran["create"] == 1)
        async with databases[1].connect() as db:
            await db.execute("UPDATE idempotency SET lease_until = now() + interval '2 seconds'")
        async with make_client(make_app(databases[1], world)) as alive:
            retries = [asyncio.create_task(alive.post("/things", json={}, headers=keyed("k1"))) for _ in range(3)]
            await asyncio.sleep(0.2)
            assert world.ran["create"] == 1
            await until(lambda: world.ran["create"] == 2)
            with capture_logs() as logs:
                world.gate.set()
                answers = await asyncio.gather(*retries)
                late = await first
    assert {each.json()["number"] for each in answers} == {2}
    assert late.json()["number"] == 1
    assert [each["event"] for each in logs] == ["idempotency.lost"]


async def test_a_long_execution_keeps_its_lease(databases: list[Database], world: World) -> None:
    world.gate.clear()
    async with make_client(make_app(databases[0], world, lease_s=1.5)) as client:
        first = asyncio.create_task(client.post("/things", json={}, headers=keyed("k1")))
        await until(lambda: world.ran["create"] == 1)
        second = asyncio.create_task(client.post("/things", json={}, headers=keyed("k1")))
        await asyncio.sleep(2.5)
        world.gate.set()
        assert [replay(await each) for each in (first, second)] == ["false", "true"]
    assert world.ran["create"] == 1


async def test_an_answer_kept_in_the_handler_s_transaction_survives_a_crash_after_it(
    client: httpx.AsyncClient, databases: list[Database], world: World
) -> None:
    """Effect and answer were committed together: the retry gets the answer, and nothing is made twice."""
    world.crash_after_commit = True
    assert (await client.post("/stored", json={}, headers=keyed("k1"))).status_code == 500
    again = await client.post("/stored", json={}, headers=keyed("k1"))
    assert (again.status_code, again.json(), replay(again)) == (201, {"number": 1}, "true")
    assert again.headers["content-type"] == "application/json"
    assert world.ran["store"] == 1
    async with databases[0].connect() as db:
        assert await db.fetchval("SELECT count(*) FROM principals WHERE name = 'made'") == 1


async def test_an_execution_that_lost_its_lease_commits_nothing(databases: list[Database], world: World) -> None:
    """It hung; another took over; when it wakes, its transaction is rolled back."""
    world.gate.clear()
    async with make_client(make_app(databases[0], world)) as hung, make_client(make_app(databases[1], world)) as other:
        first = asyncio.create_task(hung.post("/stored", json={}, headers=keyed("k1")))
        await until(lambda: world.ran["store"] == 1)
        async with databases[1].connect() as db:
            await db.execute("UPDATE idempotency SET lease_until = now() - interval '1 second'")
        second = asyncio.create_task(other.post("/stored", json={}, headers=keyed("k1")))
        await until(lambda: world.ran["store"] == 2)
        world.gate.set()
        lost, won = await asyncio.gather(first, second)
    assert (lost.status_code, lost.json()["error"]) == (409, "idempotency_in_flight")
    assert won.status_code == 201
    async with databases[0].connect() as db:
        assert await db.fetchval("SELECT count(*) FROM principals WHERE name = 'made'") == 1


async def test_without_a_key_everything_executes_and_nothing_is_kept(
    client: httpx.AsyncClient, databases: list[Database], world: World
) -> None:
    for _ in range(2):
        assert replay(await client.post("/things", json={})) is None
        assert (await client.post("/stored", json={})).status_code == 201
    assert world.ran == {"create": 2, "store": 2}
    assert await rows(databases[0]) == []


async def test_reads_ignore_keys(client: httpx.AsyncClient, databases: list[Database], world: World) -> None:
    for times in (1, 2):
        read = await client.get("/things", headers=keyed("k1"))
        assert (read.json(), replay(read)) == ({"times": times}, None)
    assert await rows(databases[0]) == []


async def test_strangers_have_no_keys(client: httpx.AsyncClient, databases: list[Database], world: World) -> None:
    """Nobody fills the table without a credential."""
    for times in (1, 2):
        assert (await client.post("/open", headers=keyed("k1"))).json() == {"times": times}
    assert await rows(databases[0]) == []


async def test_a_token_s_keys_are_its_own(client: httpx.AsyncClient, world: World) -> None:
    for token in ("t1", "t2"):
        answers = [await client.post(f"/tokens/{token}", json={}, headers=keyed("k1")) for _ in range(2)]
        assert [replay(each) for each in answers] == ["false", "true"]
        assert {each.text for each in answers} == {'{"times":1}'}


@pytest.mark.parametrize("headers", [[("k", "x" * 256)], [("k", "")], [("k", "a"), ("k", "b")]])
async def test_a_key_that_is_no_key_is_refused(
    client: httpx.AsyncClient, world: World, headers: list[tuple[str, str]]
) -> None:
    pairs = [("Idempotency-Key", value) for _, value in headers]
    refused = await client.post("/things", json={}, headers=pairs)
    assert (refused.status_code, refused.json()["error"]) == (400, "validation_error")
    assert world.ran["create"] == 0
    accepted = await client.post("/things", json={}, headers=keyed("x" * 255))
    assert accepted.status_code == 201


async def test_refusals_speak_the_caller_s_dialect(client: httpx.AsyncClient, world: World) -> None:
    refused = await client.post("/other/upload", json={}, headers=keyed("x" * 256))
    assert (refused.status_code, refused.json()["detail"]) == (400, "validation_error")


async def test_a_multipart_body_is_the_same_under_another_boundary(client: httpx.AsyncClient, world: World) -> None:
    for expected in ("false", "true"):
        sent = await client.post("/other/upload", files={"file": ("a.txt", b"x" * 5000)}, headers=keyed("k1"))
        assert (sent.json(), replay(sent)) == ({"bytes": 5000, "times": 1}, expected)
    other = await client.post("/other/upload", files={"file": ("a.txt", b"y" * 5000)}, headers=keyed("k1"))
    assert other.status_code == 409


async def test_a_streamed_body_is_read_up_to_the_limit(client: httpx.AsyncClient, world: World) -> None:
    """A body that comes in pieces, without a length, is as good as a whole one; a larger one is 413."""

    async def pieces(count: int) -> AsyncIterator[bytes]:
        yield b'["'
        for _ in range(count):
            yield b"x" * 1000
            await asyncio.sleep(0)
        yield b'"]'

    for expected in ("false", "true"):
        sent = await client.post("/things", content=pieces(99), headers=keyed("k1"))
        assert (sent.status_code, replay(sent)) == (201, expected)
    large = await client.post("/things", content=pieces(101), headers=keyed("k2"))
    assert large.status_code == 413
    assert world.ran["create"] == 1


async def test_a_stream_of_events_is_not_held_back(databases: list[Database], world: World) -> None:
    """Its first event is on its way while the handler still works; there is no answer to repeat."""
    app = make_app(databases[0], world)
    sent: list[bytes] = []
    world.gate.clear()
    scope = {
        "type": "http", "method": "POST", "path": "/events", "raw_path": b"/events", "query_string": b"",
        "root_path": "", "scheme": "http", "http_version": "1.1", "server": ("test", 80), "client": ("test", 1),
        "headers": [(b"x-user", b"ada"), (b"idempotency-key", b"k1")],
    }  # fmt: skip

    ended = asyncio.Event()

    async def receive() -> dict[str, Any]:
        if not sent:
            return {"type": "http.request", "body": b"", "more_body": False}
        await ended.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message.get("body", b""))
        if message["type"] == "http.response.body" and not message["more_body"]:
            ended.set()

    task = asyncio.create_task(app(scope, receive, send))  # type: ignore[arg-type]
    await until(lambda: any(b"one" in part for part in sent))
    assert not task.done()
    world.gate.set()
    await task
    assert any(b"two" in part for part in sent)
    [row] = await rows(databases[0])
    assert row["state"] == "pending"


async def test_a_cancelled_request_may_be_retried_at_once(databases: list[Database], world: World) -> None:
    world.gate.clear()
    async with make_client(make_app(databases[0], world)) as client:
        first = asyncio.create_task(client.post("/things", json={}, headers=keyed("k1")))
        await until(lambda: world.ran["create"] == 1)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        world.gate.set()
        again = await client.post("/things", json={}, headers=keyed("k1"))
    assert (again.status_code, again.json()["number"], replay(again)) == (201, 2, "false")
