"""Runs a module of ours in a process with little memory, little time and nothing to steal."""

from __future__ import annotations

import asyncio
import math
import resource
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}


class Late(Exception):
    """It took longer than it may."""


class Overlong(Exception):
    """Its answer is longer than it may be."""


class Crashed(Exception):
    """It ran out of memory or failed; ``status`` is how it ended."""

    def __init__(self, status: int) -> None:
        super().__init__(f"ended with status {status}")
        self.status = status


class Confined:
    """Starts one process per question: it is asked on its standard input and answers on its standard output."""

    def __init__(
        self,
        module: str,
        *,
        at_once: int,
        memory_bytes: int,
        deadline_s: float,
        longest_answer: int,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """
        Args:
            at_once: processes; further questions wait.
            memory_bytes: of address space.
            deadline_s: of the clock and of the processor.
            environment: beside a path and a locale, which is all that the process is given.
        """
        self._module = module
        self._slots = asyncio.Semaphore(at_once)
        self._memory = memory_bytes
        self._deadline_s = deadline_s
        self._longest = longest_answer
        self._environment = _ENVIRONMENT | dict(environment or {})

    async def ask(self, question: bytes) -> bytes:
        """What the process answers.

        Raises:
            Late, Overlong, Crashed.
        """
        async with self._slots:
            return await self._ask(question)

    async def _ask(self, question: bytes) -> bytes:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            self._module,
            cwd=ROOT,
            env=self._environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_limits(self._memory, math.ceil(self._deadline_s)),
        )
        try:
            async with asyncio.timeout(self._deadline_s):
                said, _ = await asyncio.gather(self._all(process), _tell(process, question))
                status = await process.wait()
        except TimeoutError:
            raise Late from None
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if status == -signal.SIGXCPU:
            raise Late
        if status != 0:
            raise Crashed(status)
        return said

    async def _all(self, process: asyncio.subprocess.Process) -> bytes:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        said = bytearray()
        while piece := await process.stdout.read(1 << 16):
            said += piece
            if len(said) > self._longest:
                raise Overlong
        return bytes(said)


async def _tell(process: asyncio.subprocess.Process, question: bytes) -> None:
    assert process.stdin is not None  # noqa: S101 - it is a pipe
    with suppress(BrokenPipeError, ConnectionResetError):  # it died; its status says why
        process.stdin.write(question)
        await process.stdin.drain()
        process.stdin.close()


def _limits(memory: int, seconds: int) -> Callable[[], None]:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))  # told by SIGXCPU before it is killed
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))

    return limit
