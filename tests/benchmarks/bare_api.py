"""The least that an api can do: a plain POST that becomes one INSERT. ``python -m tests.benchmarks.bare_api PORT``."""

from __future__ import annotations

import sys
from typing import Any

import asyncpg
import msgspec
import uvicorn

from shared.config import Core, environment, load
from shared.domain.ids import new_id

CREATE = "CREATE TABLE IF NOT EXISTS bench_posts (id uuid PRIMARY KEY, body jsonb, at timestamptz DEFAULT now())"
INSERT = "INSERT INTO bench_posts (id, body) VALUES ($1, $2)"


class App:
    """ASGI with nothing around it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool: asyncpg.Pool | None = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            self._pool = await asyncpg.create_pool(self._url, min_size=4, max_size=12)
            await self._pool.execute(CREATE)
            await send({"type": "lifespan.startup.complete"})
            await receive()
            return
        assert self._pool is not None
        ident, body = new_id(), (await receive())["body"]
        msgspec.json.decode(body)
        await self._pool.execute(INSERT, ident, body.decode())
        answer = msgspec.json.encode({"id": str(ident)})
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


if __name__ == "__main__":
    app = App(load(Core, environment()).database_url)
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False, timeout_keep_alive=600)
