"""The renderer's process: prints documents. ``python -m services.renderer.main``."""

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


async def run(settings: Settings) -> None:
    """Print until told to stop."""
    async with open_pipeline(settings) as pipeline, open_resources(settings, pipeline.store) as resources:
        await serve(
            pipeline,
            service="renderer",
            stages=[Stage.RENDER],
            functions=node_functions(resources),
            threads=settings.render_slots,
            grace_s=settings.shutdown_grace_s,
        )


def main() -> None:
    settings = load(Settings, environment())
    configure(settings.log_level, settings.log_format, "renderer")
    try:
        asyncio.run(run(settings))
    except PressrunError as error:
        raise SystemExit(f"the renderer cannot go on: {error.message}") from None


if __name__ == "__main__":
    main()
