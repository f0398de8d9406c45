"""Reads a document in a child process that is given little memory, little time, and none of the worker's settings."""

from __future__ import annotations

import asyncio
import math
import resource
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec
import structlog

from .content import Ask, Reading, Unfit, Unreadable

ROOT = Path(__file__).parents[3]
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
        self._slots = asyncio.Semaphore(at_once)
        self._memory = memory_bytes
        self._deadline_s = deadline_s

    async def read(self, ask: Ask, data: bytes) -> Reading:
        """Read and cut a document.

        Raises:
            Unfit: it cannot be read, takes too long, or too much memory.
        """
        async with self._slots:
            raw = await self._ask(msgspec.json.encode(ask) + b"\n" + data)
        answer = msgspec.json.decode(raw, type=_Answer)
        if answer.reading is not None:
            return answer.reading
        said = answer.unreadable
        raise Unfit(said.code, said.message) if said else _crashed(None)

    async def _ask(self, question: bytes) -> bytes:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "services.worker.retrieval.child",
            cwd=ROOT,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_limits(self._memory, math.ceil(self._deadline_s)),
        )
        try:
            async with asyncio.timeout(self._deadline_s):
                said, _ = await asyncio.gather(_all(process), _tell(process, question))
                status = await process.wait()
        except TimeoutError:
            raise _late() from None
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if status == -signal.SIGXCPU:
            raise _late()
        if status != 0:
            raise _crashed(status)
        return said


async def _tell(process: asyncio.subprocess.Process, question: bytes) -> None:
    assert process.stdin is not None  # noqa: S101 - it is a pipe
    with suppress(BrokenPipeError, ConnectionResetError):  # it died; its status says why
        process.stdin.write(question)
        await process.stdin.drain()
        process.stdin.close()


async def _all(process: asyncio.subprocess.Process) -> bytes:
    assert process.stdout is not None  # noqa: S101 - it is a pipe
    said = bytearray()
    while piece := await process.stdout.read(1 << 16):
        said += piece
        if len(said) > LONGEST_ANSWER:
            raise Unfit("document_too_large", "the document holds more text than is read; send it in parts")
    return bytes(said)


def _limits(memory: int, seconds: int) -> Callable[[], None]:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))  # told by SIGXCPU before it is killed
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

    return limit


def _late() -> Unfit:
    return Unfit("document_timeout", "the document takes too long to read; send it in parts, or in a simpler format")


def _crashed(status: int | None) -> Unfit:
    log.warning("document.crashed_reader", status=status)
    return Unfit("document_too_complex", "the document cannot be read: its reader ran out of memory or failed")
