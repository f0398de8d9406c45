"""A plan: the outline that the reader will see, and what the writer of each section is given."""

from __future__ import annotations

import msgspec

from services.worker.content import Mode, Outline, Section

MAX_TOKENS = 16384


class Named(msgspec.Struct, frozen=True):
    """A section that the report must have."""

    title: str
    instructions: str = ""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for."""

    title: str
    query: str
    language: str = "en"
    style: object = None
    mode: Mode = "conversational"
    max_tokens: int = MAX_TOKENS
    instructions: str = ""
    sections: list[Named] = []
    """Binding: these and no others."""


class Plan(msgspec.Struct, frozen=True):
    outline: Outline
    sections: list[Section]
