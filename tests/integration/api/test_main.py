"""The api as a process: how it starts, how it stops, what it prints."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from deploy.local.seaweedfs import S3


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def environment(database_url: str, redis_url: str, s3: S3, port: int) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PRESSRUN_")}  # noqa: TID251
    return inherited | {
        "PRESSRUN_DATABASE_URL": database_url,
        "PRESSRUN_REDIS_URL": redis_url,
        "PRESSRUN_S3_ENDPOINT": s3.endpoint,
        "PRESSRUN_S3_ACCESS_KEY": s3.access_key,
        "PRESSRUN_S3_SECRET_KEY": s3.secret_key,
        "PRESSRUN_S3_BUCKET": s3.bucket,
        "PRESSRUN_SECRET_KEY": base64.b64encode(bytes(range(32))).decode(),
        "PRESSRUN_API_PORT": str(port),
        "PRESSRUN_LOG_FORMAT": "json",
    }


@asynccontextmanager
async def process(env: dict[str, str]) -> AsyncIterator[Process]:
    made = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.api.main", env=env, stdout=PIPE, stderr=PIPE
    )
    try:
        yield made
    finally:
        if made.returncode is None:
            made.kill()
            await made.communicate()


async def live(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                if (await client.get("/health/ready")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)


async def stopped(made: Process, within_s: float = 8) -> tuple[list[dict[str, Any]], str]:
    """Its lines of log and its standard error, after a polite stop that must be exit 0."""
    made.send_signal(signal.SIGTERM)
    out, err = await asyncio.wait_for(made.communicate(), within_s)
    assert made.returncode == 0, out.decode() + err.decode()
    return [json.loads(line) for line in out.decode().splitlines()], err.decode()


async def test_a_stop_is_polite_and_quick_with_visitors_there(fresh_database_url: str, fresh_redis_url: str, s3: S3):
    """Streams end, the exit is 0, and every line was JSON with the service's name."""
    port = free_port()
    env = environment(fresh_database_url, fresh_redis_url, s3, port)
    async with process(env) as made, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
        await live(client)
        async with client.stream("GET", "/queue/events") as stream:
            lines = stream.aiter_lines()
            await anext(lines)
            logged, err = await stopped(made)
            assert [line async for line in lines][-1:] in ([""], [])
    assert err == ""
    assert all(line["service"] == "api" and line["level"] in {"info", "warning"} for line in logged)
    assert any(line["event"] == "request.answered" and line["route"] == "/queue/events" for line in logged)


async def test_a_stop_before_the_start_is_over_is_a_stop(fresh_redis_url: str, s3: S3):
    """A database that does not answer is not waited for."""
    database_url = f"postgresql://nobody:nothing@127.0.0.1:{free_port()}/none"
    async with process(environment(database_url, fresh_redis_url, s3, free_port())) as made:
        assert made.stdout is not None
        async with asyncio.timeout(30):
            while b"part.unavailable" not in await made.stdout.readline():
                pass
        await stopped(made, within_s=3)


async def test_a_missing_setting_is_named(fresh_redis_url: str, s3: S3):
    """In one line, without a traceback."""
    env = environment("postgresql://x", fresh_redis_url, s3, 1)
    del env["PRESSRUN_DATABASE_URL"]
    async with process(env) as made:
        out, err = await asyncio.wait_for(made.communicate(), 30)
    assert made.returncode == 1
    assert b"database_url" in err
    assert b"Traceback" not in out + err


async def test_a_port_that_is_taken_ends_the_process(fresh_database_url: str, fresh_redis_url: str, s3: S3):
    """Not with a zero: a supervisor must see it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        env = environment(fresh_database_url, fresh_redis_url, s3, taken.getsockname()[1])
        async with process(env) as made:
            await asyncio.wait_for(made.communicate(), 40)
    assert made.returncode not in {0, None}
