"""Reads a document in a process of its own, which is given little memory, little time and none of the worker's settings."""

from __future__ import annotations

import msgspec
import structlog

from services.worker.confined import Confined, Crashed, Late, Overlong

from .content import Ask, Reading, Unfit, Unreadable

MEMORY_BYTES = 1024 * 1024 * 1024
DEADLINE_S = 90.0
LONGEST_ANSWER = 64 * 1024 * 1024

log = structlog.get_logger()


class _Answer(msgspec.Struct, frozen=True):
    reading: Reading | None = None
    unreadable: Unreadable | None = None


class Sandbox:
    """Starts one process per document, so many at once."""

    def __init__(self, *, at_once: int = 4, memory_bytes: int = MEMORY_BYTES, deadline_s: float = DEADLINE_S) -> None:
        self._child = Confined(
            "services.worker.retrieval.child",
            at_once=at_once,
            memory_bytes=memory_bytes,
            deadline_s=deadline_s,
            longest_answer=LONGEST_ANSWER,
        )

    async def read(self, ask: Ask, data: bytes) -> Reading:
        """Read and cut a document.

        Raises:
            Unfit: it cannot be read, takes too long, or too much memory.
        """
        answer = msgspec.json.decode(await self._ask(msgspec.json.encode(ask) + b"\n" + data), type=_Answer)
        if answer.reading is not None:
            return answer.reading
        said = answer.unreadable
        raise Unfit(said.code, said.message) if said else _crashed(None)

    async def _ask(self, question: bytes) -> bytes:
        try:
            return await self._child.ask(question)
        except Late:
            message = "the document takes too long to read; send it in parts, or in a simpler format"
            raise Unfit("document_timeout", message) from None
        except Overlong:
            message = "the document holds more text than is read; send it in parts"
            raise Unfit("document_too_large", message) from None
        except Crashed as crashed:
            raise _crashed(crashed.status) from None


def _crashed(status: int | None) -> Unfit:
    log.warning("document.crashed_reader", status=status)
    return Unfit("document_too_complex", "the document cannot be read: its reader ran out of memory or failed")
