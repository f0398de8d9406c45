"""Starts the api service: ``python -m services.api.main``."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from litestar import Litestar

from shared.config import environment, load
from shared.observability import logging

from .app import create_app
from .resources import open_resources
from .settings import Settings


class Server(uvicorn.Server):
    """uvicorn that ends open event streams when it is told to stop, and then exits with 0."""

    def __init__(self, config: uvicorn.Config, app: Litestar) -> None:
        super().__init__(config)
        self._app = app

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop, number)
        yield

    def _stop(self, number: signal.Signals) -> None:
        if not self.started:
            sys.exit(0)  # nothing was accepted yet; a database that does not answer is not waited for
        self._app.state.resources.streams.stop()
        self.handle_exit(number, None)


def main() -> None:
    settings = load(Settings, environment())
    logging.configure(settings.log_level, settings.log_format, "api")
    app = create_app(settings, open_resources)
    config = uvicorn.Config(
        app,
        host=settings.api_host,
        port=settings.api_port,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=max(1, round(settings.shutdown_grace_s)),
    )
    server = Server(config, app)
    server.run()
    if not server.started:
        sys.exit(1)


if __name__ == "__main__":
    main()
