"""Stored rows of knowledge bases as frozen structs."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec


class Base(msgspec.Struct, frozen=True, kw_only=True):
    """A knowledge base. Who may do what with it: ``shared/domain/knowledge.py``."""

    id: UUID
    principal_id: UUID
    name: str
    description: str = ""
    type: str = "private"
    status: str = "active"
    tags: list[str] = []
    readers: list[UUID] = []
    writers: list[UUID] = []
    query_count: int = 0
    query_ms: float = 0
    created_at: datetime
    updated_at: datetime


class BaseView(msgspec.Struct, frozen=True, kw_only=True):
    """A knowledge base with what its documents add up to."""

    base: Base
    documents: int = 0
    busy: int = 0
    """Documents that wait or are being read."""
    failed: int = 0
    passages: int = 0
    embedded: int = 0
    """Passages that have vectors."""
    size_bytes: int = 0


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A document of a knowledge base, and how far its indexing is."""

    id: UUID
    base_id: UUID
    uploaded_by: UUID
    title: str
    filename: str = ""
    kind: str
    size_bytes: int
    sha256: str
    key: str
    run_id: str
    status: str = "pending"
    error_code: str | None = None
    error: str | None = None
    notices: list[str] = []
    language: str | None = None
    pages: int | None = None
    words: int = 0
    passages: int = 0
    embedding_model: str | None = None
    pii_analysis: dict[str, Any] | None = None
    created_at: datetime
    updated_at: datetime


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A passage that a query found, best first."""

    document_id: UUID
    number: int
    title: str
    """The document's."""
    path: list[str] = []
    place: str = ""
    text: str
    words: int
    score: float = 0
    text_rank: int | None = None
    """Its place, from 1, in the full text ranking; None: not in it."""
    vector_rank: int | None = None
