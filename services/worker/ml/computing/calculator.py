"""Has figures computed in a process of its own."""

from __future__ import annotations

import msgspec
import structlog

from services.worker.confined import Confined, Crashed, Late, Overlong

from .asking import Ask, Computed, Refused, Unfit

MEMORY_BYTES = 3 * 1024 * 1024 * 1024
"""Of address space, of which the libraries take a third before they read anything."""
DEADLINE_S = 150.0
"""Below what one attempt of a step may take."""
LONGEST_ANSWER = 32 * 1024 * 1024
_ONE_THREAD = {"POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

log = structlog.get_logger()


class _Answer(msgspec.Struct, frozen=True):
    computed: Computed | None = None
    refused: Refused | None = None


class Calculator:
    """Starts one process at a time."""

    def __init__(self, *, memory_bytes: int = MEMORY_BYTES, deadline_s: float = DEADLINE_S) -> None:
        self._child = Confined(
            "services.worker.ml.computing.child",
            at_once=1,
            memory_bytes=memory_bytes,
            deadline_s=deadline_s,
            longest_answer=LONGEST_ANSWER,
            environment=_ONE_THREAD,
        )

    async def compute(self, ask: Ask, data: bytes) -> Computed:
        """The fields that the tables give.

        Raises:
            Unfit: they give none, take too long, or too much memory.
        """
        try:
            raw = await self._child.ask(msgspec.json.encode(ask) + b"\n" + data)
        except (Late, Overlong):
            message = "the figures take too long to compute; send fewer rows or columns"
            raise Unfit("compute_timeout", message) from None
        except Crashed as crashed:
            log.warning("ml.crashed_calculator", status=crashed.status)
            message = "computing ran out of memory or failed; send fewer rows or columns, or the table as CSV"
            raise Unfit("compute_failed", message) from None
        answer = msgspec.json.decode(raw, type=_Answer)
        if answer.computed is None:
            said = answer.refused or Refused(code="compute_failed", message="computing gave no answer")
            raise Unfit(said.code, said.message)
        return answer.computed
