"""The whole system as processes, for clients that know nothing of it but its address and a key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.rig import Rig


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory, chromium: Path) -> Iterator[Rig]:
    """An api, a worker and a renderer over parts of their own."""
    rig = Rig(tmp_path_factory.mktemp("stack"), chromium)
    try:
        rig.up()
        rig.start("worker")
        rig.start("renderer")
        yield rig
    finally:
        rig.down()
