"""The closed vocabularies: stages, statuses, priorities, formats."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """The kind of work a step is, and the queue it waits in."""

    TEMPLATE = "template"
    LLM = "llm"
    RENDER = "render"
    DELIVER = "deliver"


class Priority(StrEnum):
    URGENT = "urgent"
    HIGH = "high"
    NORMAL = "normal"
    LOW = "low"


class Format(StrEnum):
    """What a client may ask a report to be printed as."""

    PDF = "pdf"
    HTML = "html"
    MD = "md"


class RunStatus(StrEnum):
    """OpenWOP v1's run statuses."""

    PENDING = "pending"
    RUNNING = "running"
    PAUSED = "paused"
    WAITING_APPROVAL = "waiting-approval"
    WAITING_INPUT = "waiting-input"
    WAITING_EXTERNAL = "waiting-external"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def terminal(self) -> bool:
        return self in TERMINAL

    @property
    def parked(self) -> bool:
        """Begun, and in nobody's hands: it goes on when a person or another system says so."""
        return self in PARKED


PARKED = frozenset({RunStatus.PAUSED, RunStatus.WAITING_APPROVAL, RunStatus.WAITING_INPUT, RunStatus.WAITING_EXTERNAL})
TERMINAL = frozenset({RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.CANCELLED})


class StepStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
