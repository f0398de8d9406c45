"""The long-form dialect's answers, as clients see them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from shared.contracts.states import Format, Priority

from .longform import ReportDetail, ReportSummary
from .sharing import GrantBody


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """A report that was just accepted."""

    id: UUID
    run_id: str
    title: str
    status: str
    priority: Priority
    created_at: datetime
    output_format: Format


class CreatedData(msgspec.Struct, frozen=True, kw_only=True):
    report: Brief
    queue_position: int | None
    """1 for the next; null when it is being made already."""
    estimated_completion: datetime | None


class Created(msgspec.Struct, frozen=True, kw_only=True):
    success: bool = True
    data: CreatedData


class Pagination(msgspec.Struct, frozen=True, kw_only=True):
    total: int
    limit: int
    offset: int
    has_more: bool


class ListedData(msgspec.Struct, frozen=True, kw_only=True):
    reports: list[ReportSummary]
    pagination: Pagination


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    success: bool = True
    data: ListedData


class ShownData(msgspec.Struct, frozen=True, kw_only=True):
    report: ReportDetail


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """The report stands twice: where scripts look for it, and where the web client does."""

    success: bool = True
    report: ReportDetail
    data: ShownData


class Said(msgspec.Struct, frozen=True, kw_only=True):
    success: bool = True
    message: str


class Retried(msgspec.Struct, frozen=True, kw_only=True):
    success: bool = True
    report_id: UUID
    run_id: str
    status: str
    message: str


class SharedData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was made, by method: ``share_url``; ``recipients``; ``download_token`` and ``download_url``."""

    method: str
    message: str
    expires_at: datetime
    expires_in: int
    """Seconds."""
    permissions: list[str]
    grant_ids: list[UUID]
    share_url: str | None = None
    recipients: list[str] | None = None
    download_token: str | None = None
    download_url: str | None = None


class Shared(msgspec.Struct, frozen=True, kw_only=True):
    success: bool = True
    data: SharedData


class GrantedData(msgspec.Struct, frozen=True, kw_only=True):
    grant: GrantBody
    expires_at: datetime


class Granted(msgspec.Struct, frozen=True, kw_only=True):
    success: bool = True
    message: str
    data: GrantedData


class GrantsData(msgspec.Struct, frozen=True, kw_only=True):
    grants: list[GrantBody]
    count: int


class GrantsListed(msgspec.Struct, frozen=True, kw_only=True):
    success: bool = True
    data: GrantsData


class QueueData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The same figures under the names that scripts and the web client use."""

    queue_name: str
    pending_reports: int
    processing_reports: int
    completed_today: int
    failed_today: int
    average_processing_time: str
    estimated_wait_time: str
    waiting_for_people: int
    """Begun, and waiting for a reviewer or an answer; neither pending nor processing."""
    total_pending: int
    currently_processing: int
    avg_processing_time_seconds: float
    timestamp: datetime
    user_active_reports: int | None = None
    """Only for a caller who shows a key."""


class QueueStatus(msgspec.Struct, frozen=True, kw_only=True):
    success: bool = True
    data: QueueData


class NameModel(msgspec.Struct, frozen=True, kw_only=True):
    """What workers look for names in running text with, beside their rules."""

    installed: bool | None = None
    """None: no worker has said so yet, or the database does not answer."""
    model: str | None = None


class Health(msgspec.Struct, frozen=True, kw_only=True):
    success: bool = True
    status: str
    database_connected: bool
    report_service: str
    timestamp: datetime
    name_model: NameModel = NameModel()
