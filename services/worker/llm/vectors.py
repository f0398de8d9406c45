"""Vectors of texts by any server that speaks OpenAI's embeddings."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import openai

from shared.domain.errors import Rejected, Unavailable

from .embedding import LONGEST, Vectors


class Endpoint:
    """Any server that speaks OpenAI's embeddings."""

    def __init__(self, *, base_url: str, model: str, api_key: str, time_s: float = 30) -> None:
        self.model = model
        timeout = openai.Timeout(time_s, connect=5)
        self._client = openai.AsyncOpenAI(base_url=base_url, api_key=api_key or "none", max_retries=1, timeout=timeout)

    async def passages(self, texts: Sequence[str]) -> Vectors:
        asked = [text[:LONGEST] or " " for text in texts]
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
