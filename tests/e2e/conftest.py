"""One rig per test: each test breaks something."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.model import SlowModel
from tests.e2e.rig import Rig


@pytest.fixture
def rig(tmp_path_factory: pytest.TempPathFactory, chromium: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path_factory.mktemp("rig"), chromium)
    try:
        rig.up()
        yield rig
    finally:
        rig.down()


@pytest.fixture
def model() -> Iterator[SlowModel]:
    model = SlowModel()
    yield model
    model.close()
