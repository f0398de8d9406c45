"""What a node's function may answer: Done, Wait, Retry or Fail, and nothing else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import msgspec


class ArtifactFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that a node has already put into the object store under ``key``."""

    format: str
    media_type: str
    key: str
    size_bytes: int
    sha256: str
    pages: int | None = None


class ChannelWrite(msgspec.Struct, frozen=True, kw_only=True):
    """A value added to one of the run's channels; entries older than ``ttl_ms`` at a write are dropped."""

    channel: str
    value: Any
    ttl_ms: int | None = None


class Done(msgspec.Struct, frozen=True, tag=True):
    """The step's outputs. Large values are stored by content hash; the log holds references."""

    outputs: dict[str, Any] = {}
    artifacts: list[ArtifactFile] = []
    writes: list[ChannelWrite] = []
    private: list[str] = []
    """Outputs that the log only refers to, however small they are."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What an interrupt asks, in OpenWOP v1's InterruptPayload terms (``timeout_s`` in seconds)."""

    kind: str
    data: dict[str, Any]
    resume_schema: dict[str, Any] | None = None
    timeout_s: float | None = None


class Child(msgspec.Struct, frozen=True, kw_only=True):
    """A run of another workflow that a node waits for."""

    workflow_id: str
    inputs: dict[str, Any]


class Wait(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """Come back later: when ``request`` is answered, when ``child`` moves, or after ``delay_s`` seconds.

    The node's function is then called again with ``Work.resume`` set: ``{"value", "by"}`` of an answer,
    ``{"child": {"runId", "status", "variables"}}``, or ``{"timer": true}``.
    """

    request: Request | None = None
    child: Child | None = None
    delay_s: float | None = None


class Retry(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """A part failed; try again after a backoff, at least ``after_s`` seconds.

    ``limit`` caps how often this ``code`` may occur on one step; None means the stage's limit.
    """

    code: str
    message: str
    after_s: float | None = None
    limit: int | None = None


class Fail(msgspec.Struct, frozen=True, tag=True):
    """A retry cannot help. ``message`` is for the client: what failed, which field, what to do."""

    code: str
    message: str
    details: dict[str, Any] | None = None


Outcome = Done | Wait | Retry | Fail


class Recorded(msgspec.Struct, frozen=True):
    """What a replay takes over instead of asking a node's function: outputs as its source's log shows them."""

    outputs: dict[str, Any]


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """A step's input: everything a node's function may look at."""

    run_id: str
    node_id: str
    type_id: str
    slice: int
    attempt: int
    config: dict[str, Any]
    inputs: dict[str, Any]
    """Resolved values; a slice also finds ``item`` and ``index`` here."""
    configurable: dict[str, Any]
    started_at: datetime
    """The run's start: the only clock that content may show."""
    resume: Any = None
    note: str | None = None
    """What a reviewer wants changed in what this step made before."""
    replaying: bool = False
    """In a replay nothing is waited for."""
    root_run_id: str = ""


NodeFunction = Callable[[Work], Awaitable[Outcome]]
