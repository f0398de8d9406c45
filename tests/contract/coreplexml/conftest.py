"""What the published client and the published examples find: entities that were pushed, and pauses that are short."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import requests
from coreplexml import CorePlexMLClient

from tests.e2e.rig import Rig

from .entities import Family

MOUNTS = ("", "/ml")
PROJECT, EXPERIMENT = "d4e5f6a7-b8c9-0123-def4-567890123456", "b8c9d0e1-f2a3-4567-8901-bcdef1234567"
"""The ids that the published examples print."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody sleep for five seconds."""
    sleep = time.sleep
    monkeypatch.setattr(time, "sleep", lambda seconds: sleep(min(seconds, 0.2)))


@pytest.fixture(scope="package")
def family(stack: Rig) -> Family:
    """The entities that this package's tests describe."""
    return pushed(stack, Family(project=PROJECT, experiment=EXPERIMENT))


@pytest.fixture(params=MOUNTS, ids=["root", "ml"])
def client(request: pytest.FixtureRequest, stack: Rig) -> Iterator[CorePlexMLClient]:
    """The published client, at the root and below the mount."""
    with CorePlexMLClient(f"{stack.url}{request.param}", stack.key) as client:
        yield client


def pushed(stack: Rig, family: Family) -> Family:
    for kind, body in family.bodies().items():
        address = f"{stack.url}/api/ml/entities/{kind}/{getattr(family, kind)}"
        answer = requests.put(address, json=body, headers={"X-API-Key": stack.key}, timeout=20)
        assert answer.status_code in {200, 201}, answer.text
    return family
