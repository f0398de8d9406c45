"""A stored conversation as a source like any other: its passages are messages, cited by their number."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from shared.domain.context import SourceText
from shared.domain.errors import Rejected

TITLE = "Conversation"
_HEADING = re.compile(r"^( {0,3})#{1,6}(?=\s|$)|^( {0,3})(?=(?:=+|-+)\s*$)", re.MULTILINE)
_FENCE = re.compile(r"^ {0,3}(```|~~~)", re.MULTILINE)


class Message(msgspec.Struct, frozen=True):
    """One turn. ``role`` is who spoke: user, assistant or system."""

    role: str
    content: str


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    title: str = ""
    messages: list[Message] = []


def conversation(given: Any, number: int) -> list[SourceText]:
    """The conversation as a source of this number; nothing if there is none, or nothing was said in it.

    Raises:
        Rejected: it is no conversation.
    """
    if not given:
        return []
    try:
        talk = msgspec.convert(given, Talk)
    except msgspec.ValidationError as error:
        raise Rejected(f"conversation: {error}", details={"field": "conversation"}) from None
    said = [message for message in talk.messages if message.content.strip()]
    if not said:
        return []
    text = "\n\n".join(f"# Message {at}, {one.role}\n\n{_plain(one.content)}" for at, one in enumerate(said, 1))
    title = f"{TITLE}: {' '.join(talk.title.split())}" if talk.title.strip() else TITLE
    return [SourceText(number=number, title=title, kind="markdown", text=text)]


def _plain(content: str) -> str:
    """A message cannot begin another one: its headings are text, and its code ends where it does."""
    text = _HEADING.sub(lambda found: f"{found[1] or found[2] or ''}\\", content.strip())
    fences = _FENCE.findall(text)
    return f"{text}\n{fences[-1]}" if len(fences) % 2 else text
