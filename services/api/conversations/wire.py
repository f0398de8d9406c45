"""Conversations as clients see them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from shared.db.conversations import Conversation, Message


class MessageBody(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    role: str
    """user, assistant or system"""
    content: str
    created_at: datetime


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation in a list."""

    id: UUID
    title: str
    message_count: int
    created_at: datetime
    updated_at: datetime


class Detail(Summary, frozen=True, kw_only=True):
    """A conversation by itself."""

    messages: list[MessageBody]


class Pagination(msgspec.Struct, frozen=True, kw_only=True):
    total: int
    limit: int
    offset: int
    has_more: bool


class ListedData(msgspec.Struct, frozen=True, kw_only=True):
    conversations: list[Summary]
    pagination: Pagination


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    success: bool = True
    data: ListedData


class ShownData(msgspec.Struct, frozen=True, kw_only=True):
    conversation: Detail


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    success: bool = True
    data: ShownData


class Said(msgspec.Struct, frozen=True, kw_only=True):
    success: bool = True
    message: str


def summary(found: Conversation) -> Summary:
    return Summary(**_fields(found))


def shown(found: Conversation, said: list[Message]) -> Shown:
    bodies = [MessageBody(**msgspec.structs.asdict(message)) for message in said]
    return Shown(data=ShownData(conversation=Detail(**_fields(found), messages=bodies)))


def _fields(found: Conversation) -> dict[str, Any]:
    return {
        "id": found.id,
        "title": found.title,
        "message_count": found.messages,
        "created_at": found.created_at,
        "updated_at": found.updated_at,
    }
