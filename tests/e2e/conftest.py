"""One rig for all; each test breaks something, and finds everything whole and empty."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.e2e.model import SlowModel
from tests.e2e.rig import Rig


@pytest.fixture(scope="package")
def everything(tmp_path_factory: pytest.TempPathFactory, chromium: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path_factory.mktemp("rig"), chromium)
    try:
        rig.up()
        yield rig
    finally:
        rig.down()


@pytest.fixture
async def rig(everything: Rig) -> AsyncIterator[Rig]:
    """Parts and api up, no report, no worker and no renderer."""
    everything.rest()
    everything.mend()
    await everything.empty()
    yield everything
    everything.rest()


@pytest.fixture
async def staffed(everything: Rig) -> Rig:
    """Parts and api up, no report, a worker and a renderer, which stay for the next test that can use them."""
    everything.mend()
    for name in ("worker", "renderer"):
        if not everything.running(name):
            everything.start(name)
    await everything.empty()
    return everything


@pytest.fixture
def model() -> Iterator[SlowModel]:
    model = SlowModel()
    yield model
    model.close()
