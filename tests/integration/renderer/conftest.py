"""A disguise for this machine, and engines in it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.renderer.chromium import Chromium, Tab
from services.renderer.disguise import Disguise, choose
from tests.integration.pipeline.conftest import begin, owner, pipeline
from tests.integration.worker.measuring.conftest import month, world

__all__ = ["begin", "month", "owner", "pipeline", "world"]


@pytest.fixture(scope="session")
def disguise(chromium: Path) -> Disguise:
    return choose(chromium, root=os.geteuid() == 0, allow_root=False)


@pytest.fixture
async def engine(chromium: Path, disguise: Disguise) -> AsyncIterator[Chromium]:
    """A browser of one test's own."""
    made = Chromium(chromium, disguise)
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def tab(engine: Chromium) -> Tab:
    return await engine.open()
