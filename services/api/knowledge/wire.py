"""Knowledge bases as clients see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from services.api.reports.wire import Pagination
from shared.contracts.knowledge import BaseView, Document, Found


class Permissions(msgspec.Struct, frozen=True, kw_only=True):
    """Ids of principals."""

    read: list[UUID] = []
    write: list[UUID] = []


class Stats(msgspec.Struct, frozen=True, kw_only=True):
    document_count: int
    passage_count: int
    embedding_count: int
    total_size_bytes: int
    query_count: int
    average_query_time: float
    """Milliseconds."""


class Jar(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    description: str
    type: str
    status: str
    """active, draft or archived; processing while documents are read, error when none of them could be"""
    owner: UUID
    tags: list[str]
    permissions: Permissions
    stats: Stats
    created_at: datetime
    updated_at: datetime


class JarDocument(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    honey_jar_id: UUID
    title: str
    filename: str
    type: str
    status: str
    """pending, processing, completed or failed"""
    error: str | None
    error_code: str | None
    notices: list[str]
    size_bytes: int
    sha256: str
    language: str | None
    pages: int | None
    word_count: int
    passage_count: int
    embedding_model: str | None
    pii_analysis: dict[str, Any] | None
    """How many values of each private kind rules find in it; null until it is read."""
    uploaded_by: UUID
    created_at: datetime
    updated_at: datetime


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A passage that was found, best first."""

    document_id: UUID
    passage: int
    title: str
    path: list[str]
    place: str
    locator: str
    """Where in the document, for a citation: the place and the innermost heading."""
    text: str
    score: float


class JarData(msgspec.Struct, frozen=True, kw_only=True):
    honey_jar: Jar


class JarAnswer(msgspec.Struct, frozen=True, kw_only=True):
    success: bool = True
    data: JarData


class JarsData(msgspec.Struct, frozen=True, kw_only=True):
    honey_jars: list[Jar]
    pagination: Pagination


class JarsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    success: bool = True
    data: JarsData


class DocumentData(msgspec.Struct, frozen=True, kw_only=True):
    document: JarDocument


class DocumentAnswer(msgspec.Struct, frozen=True, kw_only=True):
    success: bool = True
    data: DocumentData


class DocumentsData(msgspec.Struct, frozen=True, kw_only=True):
    documents: list[JarDocument]
    pagination: Pagination


class DocumentsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    success: bool = True
    data: DocumentsData


class StatusData(msgspec.Struct, frozen=True, kw_only=True):
    status: str
    documents: dict[str, int]
    """How many are completed, failed, and waiting or being read."""
    stats: Stats


class StatusAnswer(msgspec.Struct, frozen=True, kw_only=True):
    success: bool = True
    data: StatusData


class SearchData(msgspec.Struct, frozen=True, kw_only=True):
    query: str
    mode: str
    """``hybrid``: by words and by vectors; ``text``: by words alone."""
    results: list[Hit]
    took_ms: float


class SearchAnswer(msgspec.Struct, frozen=True, kw_only=True):
    success: bool = True
    data: SearchData


class Said(msgspec.Struct, frozen=True, kw_only=True):
    success: bool = True
    message: str


def jar(view: BaseView) -> Jar:
    base = view.base
    return Jar(
        id=base.id,
        name=base.name,
        description=base.description,
        type=base.type,
        status=status(view),
        owner=base.principal_id,
        tags=base.tags,
        permissions=Permissions(read=base.readers, write=base.writers),
        stats=stats(view),
        created_at=base.created_at,
        updated_at=base.updated_at,
    )


def status(view: BaseView) -> str:
    """Its own status, unless its documents are at work or all of them failed."""
    if view.base.status == "active" and view.busy:
        return "processing"
    if view.base.status == "active" and view.documents and view.failed == view.documents:
        return "error"
    return view.base.status


def stats(view: BaseView) -> Stats:
    count = view.base.query_count
    return Stats(
        document_count=view.documents,
        passage_count=view.passages,
        embedding_count=view.embedded,
        total_size_bytes=view.size_bytes,
        query_count=count,
        average_query_time=round(view.base.query_ms / count, 2) if count else 0.0,
    )


def document(found: Document) -> JarDocument:
    same = (
        "id", "title", "filename", "status", "error", "error_code", "notices", "size_bytes", "sha256", "language",
        "pages", "embedding_model", "pii_analysis", "uploaded_by", "created_at", "updated_at",
    )  # fmt: skip
    return JarDocument(
        **{name: getattr(found, name) for name in same},
        honey_jar_id=found.base_id,
        type=found.kind,
        word_count=found.words,
        passage_count=found.passages,
    )


def hit(found: Found) -> Hit:
    locator = ", ".join(part for part in (found.place, found.path[-1] if found.path else "") if part)
    return Hit(
        document_id=found.document_id,
        passage=found.number,
        title=found.title,
        path=found.path,
        place=found.place,
        locator=locator,
        text=found.text,
        score=found.score,
    )
