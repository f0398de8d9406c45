"""Stored rows as frozen structs: what a query returns and what the pipeline hands on.

A new field gets a default, a type never changes: rows outlive a deploy.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from .states import Format, Priority, RunStatus, Stage, StepStatus


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Who is calling. ``scopes`` are those of the key that was shown."""

    id: UUID
    name: str
    role: str = "user"
    scopes: list[str] = []


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One browser (or other client) in which a person is logged in."""

    id: UUID
    principal_id: UUID
    stepped_up_at: datetime | None = None
    """When the second factor was shown last."""
    address: str = ""
    agent: str = ""
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """A recipe a report is made by, as listed to clients."""

    id: UUID
    key: str
    name: str
    description: str
    category: str
    workflow_id: str
    required_role: str = "user"
    is_active: bool = True
    output_formats: list[Format] = msgspec.field(default_factory=lambda: list(Format))
    requires_scrambling: bool = False
    max_output_tokens: int = 16384
    estimated_time_minutes: int = 5
    theme: str = "pressrun"
    base: str | None = None
    """The key of the built-in template that an administrator's is made by; None for a built-in one."""
    parameters: list[dict[str, Any]] = []
    """What an administrator's template asks for beside its base's schema."""
    config: dict[str, Any] = {}
    """What an administrator's template tells the writer."""
    scrambling_profile: str = "gdpr_compliant"
    security_level: str = "standard"
    is_premium: bool = False
    created_by: UUID | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asked for. Its status is its current run's."""

    id: UUID
    principal_id: UUID
    template_id: UUID
    family: str
    title: str
    description: str = ""
    priority: Priority = Priority.NORMAL
    output_format: Format = Format.PDF
    parameters: dict[str, Any] = {}
    honey_jar_id: str | None = None
    scrambling_enabled: bool = False
    run_id: str
    retry_count: int = 0
    download_count: int = 0
    project_id: UUID | None = None
    """Of a machine-learning report, as are the two below: what it is about."""
    kind: str | None = None
    entity_id: UUID | None = None
    created_at: datetime
    updated_at: datetime
    expires_at: datetime


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One execution of a workflow. ``state`` is the fold of its events, kept beside them."""

    id: str
    principal_id: UUID
    report_id: UUID | None = None
    workflow_id: str
    workflow_digest: str
    status: RunStatus
    priority: Priority = Priority.NORMAL
    inputs: dict[str, Any] = {}
    configurable: dict[str, Any] = {}
    tags: list[str] = []
    metadata: dict[str, Any] = {}
    scope_id: str | None = None
    callback_url: str | None = None
    parent_run_id: str | None = None
    parent_node_id: str | None = None
    source_run_id: str | None = None
    root_run_id: str
    """The first run of a family of retries and forks; its own id for a new run."""
    mode: str = "new"
    """``new``, ``retry``, ``replay`` or ``branch``."""
    from_sequence: int | None = None
    deadline_at: datetime | None = None
    trace_id: str
    created_at: datetime
    started_at: datetime | None = None
    completed_at: datetime | None = None


class Event(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One entry in a run's log, in OpenWOP v1's envelope. ``sequence`` counts from 0 without gaps."""

    event_id: UUID
    run_id: str
    type: str
    sequence: int
    timestamp: datetime
    payload: Any
    node_id: str | None = None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """The unit of claimable work. ``slice`` is -1 for a whole node."""

    id: UUID
    run_id: str
    node_id: str
    slice: int = -1
    type_id: str
    stage: Stage
    status: StepStatus
    attempt: int = 0
    """Claims so far; it fences off the writes of a worker that lost its lease."""
    principal_id: UUID
    priority: Priority
    rank: datetime
    ready_at: datetime
    queued_at: datetime
    resume: Any = None
    """What a waiting step was woken with: an interrupt's value, or a timer."""
    errors: list[dict[str, Any]] = []
    """One entry per attempt that failed: attempt, code, message, at."""


class Artifact(msgspec.Struct, frozen=True, kw_only=True):
    """One stored file. ``key`` is content-addressed within the object store's bucket."""

    id: UUID
    run_id: str
    node_id: str
    format: str
    media_type: str
    key: str
    size_bytes: int
    sha256: str
    pages: int | None = None
    created_at: datetime


class Interrupt(msgspec.Struct, frozen=True, kw_only=True):
    """A run's durable wait for a person or another system."""

    id: UUID
    run_id: str
    node_id: str
    kind: str
    key: str
    data: dict[str, Any]
    resume_schema: dict[str, Any] | None = None
    votes: list[dict[str, Any]] = []
    expires_at: datetime | None = None
    status: str = "open"
    created_at: datetime
    resolution: Any = None
    resolved_by: str | None = None
    token_generation: int = 0
    """Signed tokens of an earlier one were taken back."""
