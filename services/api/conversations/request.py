"""What clients say to a conversation, checked field by field. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.api.body import wrong
from shared.db.conversations import Conversation
from shared.domain.errors import NotFound

ROLES = ("user", "assistant", "system")
LONGEST_TITLE = 200
LONGEST_MESSAGE = 20_000
MOST_AT_ONCE = 100
MOST_MESSAGES = 500
MOST_CHARACTERS = 400_000
MOST_CONVERSATIONS = 500

Said = list[tuple[str, str]]
"""Messages: role and content."""


def title(body: Mapping[str, Any]) -> str:
    """Raises ``Rejected``."""
    given = body.get("title")
    if given is None:
        return ""
    if not isinstance(given, str) or len(given) > LONGEST_TITLE:
        raise wrong("title", f"must be text of at most {LONGEST_TITLE} characters")
    return " ".join(given.split())


def messages(body: Mapping[str, Any], *, needed: bool) -> Said:
    """The messages of a body: its ``messages``, or itself as one of them.

    Raises:
        Rejected: naming the field.
    """
    given = body.get("messages")
    if given is None and ("content" in body or (needed and "role" in body)):
        return [_message(body, "")]
    if given is None and not needed:
        return []
    if not isinstance(given, list) or not (given or not needed):
        raise wrong("messages", "must be a list of messages: {role, content}")
    if len(given) > MOST_AT_ONCE:
        raise wrong("messages", f"holds more than {MOST_AT_ONCE} messages; send them in parts")
    return [_message(one, f"messages[{number}]") for number, one in enumerate(given)]


def check_room(held: Conversation, said: Said) -> None:
    """Raises ``Rejected`` if the conversation would become too long."""
    if held.messages + len(said) > MOST_MESSAGES:
        raise wrong("messages", f"a conversation holds at most {MOST_MESSAGES} messages; begin another one")
    if held.characters + sum(len(content) for _, content in said) > MOST_CHARACTERS:
        raise wrong("messages", f"a conversation holds at most {MOST_CHARACTERS} characters; begin another one")


def conversation_id(text: str, field: str | None = None) -> UUID:
    """Raises ``NotFound`` for what is no id, naming the field if there is one."""
    try:
        return UUID(text)
    except ValueError:
        raise missing(field) from None


def missing(field: str | None = None) -> NotFound:
    return NotFound("Conversation not found", details={"field": field} if field else None)


def _message(given: Any, where: str) -> tuple[str, str]:
    inside = f"{where}." if where else ""
    if not isinstance(given, Mapping):
        raise wrong(where, "must be an object: {role, content}")
    role, content = given.get("role") or "user", given.get("content")
    if role not in ROLES:
        raise wrong(f"{inside}role", f"must be one of {', '.join(ROLES)}")
    if not isinstance(content, str) or not content.strip() or len(content) > LONGEST_MESSAGE:
        raise wrong(f"{inside}content", f"must be text of 1 to {LONGEST_MESSAGE} characters")
    return str(role), content
