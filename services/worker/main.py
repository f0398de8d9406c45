"""The worker's process: collects, plans, writes and assembles. ``python -m services.worker.main``."""

from __future__ import annotations

import asyncio

from shared.config import environment, load
from shared.contracts.states import Stage
from shared.domain.errors import PressrunError
from shared.observability.logging import configure
from shared.pipeline.resources import open_pipeline
from shared.pipeline.service import serve

from .nodes import node_functions
from .resources import open_resources
from .settings import Settings

STAGES = (Stage.TEMPLATE, Stage.LLM)


async def run(settings: Settings) -> None:
    """Work until told to stop."""
    async with open_pipeline(settings) as pipeline, open_resources(settings, pipeline) as resources:
        await serve(
            pipeline,
            service="worker",
            stages=STAGES,
            functions=node_functions(resources),
            threads=settings.worker_threads,
            grace_s=settings.shutdown_grace_s,
            most={Stage.LLM: settings.llm_concurrency},
        )


def main() -> None:
    settings = load(Settings, environment())
    configure(settings.log_level, settings.log_format, "worker")
    try:
        asyncio.run(run(settings))
    except PressrunError as error:
        raise SystemExit(f"the worker cannot go on: {error.message}") from None


if __name__ == "__main__":
    main()
