"""Every query that reads or writes a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from .pool import Connection

_COLUMNS = "id, title, messages, characters, created_at, updated_at"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One turn. ``number`` counts from 1 without gaps."""

    number: int
    role: str
    content: str
    created_at: datetime


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation by its figures: how many messages of how many characters."""

    id: UUID
    title: str
    messages: int
    characters: int
    created_at: datetime
    updated_at: datetime


async def insert(db: Connection, principal_id: UUID, conversation_id: UUID, title: str) -> Conversation:
    row = await db.fetchrow(
        f"INSERT INTO conversations (id, principal_id, title) VALUES ($1, $2, $3) RETURNING {_COLUMNS}",
        conversation_id,
        principal_id,
        title,
    )
    return msgspec.convert(dict(row or {}), Conversation)


async def count(db: Connection, principal_id: UUID) -> int:
    found: int = await db.fetchval("SELECT count(*) FROM conversations WHERE principal_id = $1", principal_id)
    return found


async def page(db: Connection, principal_id: UUID, *, limit: int, offset: int) -> list[Conversation]:
    """A principal's conversations, the one that was spoken in last first."""
    rows = await db.fetch(
        f"""SELECT {_COLUMNS} FROM conversations WHERE principal_id = $1
             ORDER BY updated_at DESC, id DESC LIMIT $2 OFFSET $3""",
        principal_id,
        limit,
        offset,
    )
    return [msgspec.convert(dict(row), Conversation) for row in rows]


async def get(db: Connection, principal_id: UUID, conversation_id: UUID, *, lock: bool = False) -> Conversation | None:
    """A principal's conversation; with ``lock`` nobody else adds to it until the transaction ends."""
    row = await db.fetchrow(
        f"SELECT {_COLUMNS} FROM conversations WHERE principal_id = $1 AND id = $2 {'FOR UPDATE' if lock else ''}",
        principal_id,
        conversation_id,
    )
    return msgspec.convert(dict(row), Conversation) if row else None


async def messages(db: Connection, conversation_id: UUID) -> list[Message]:
    """What was said, in order."""
    rows = await db.fetch(
        "SELECT number, role, content, created_at FROM messages WHERE conversation_id = $1 ORDER BY number",
        conversation_id,
    )
    return [Message(**dict(row)) for row in rows]


async def append(db: Connection, held: Conversation, said: Sequence[tuple[str, str]]) -> Conversation:
    """Add messages (role, content) to a locked conversation."""
    await db.execute(
        """INSERT INTO messages (conversation_id, number, role, content)
           SELECT $1, $2 + new.place, new.role, new.content
             FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS new (role, content, place)""",
        held.id,
        held.messages,
        [role for role, _ in said],
        [content for _, content in said],
    )
    row = await db.fetchrow(
        f"""UPDATE conversations SET messages = messages + $2, characters = characters + $3, updated_at = now()
             WHERE id = $1 RETURNING {_COLUMNS}""",
        held.id,
        len(said),
        sum(len(content) for _, content in said),
    )
    return msgspec.convert(dict(row or {}), Conversation)


async def delete(db: Connection, principal_id: UUID, conversation_id: UUID) -> bool:
    """False: there is none, or it is another's."""
    found = await db.fetchval(
        "DELETE FROM conversations WHERE principal_id = $1 AND id = $2 RETURNING true", principal_id, conversation_id
    )
    return bool(found)
