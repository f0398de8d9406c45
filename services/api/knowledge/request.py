"""What clients ask of a knowledge base: fields checked one by one, and named when they are wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import msgspec

from services.api.body import wrong
from shared.domain.knowledge import BaseStatus, BaseType

from .wire import Permissions

LONGEST_QUERY = 2000
MOST_NAMED = 200

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Description = Annotated[str, msgspec.Meta(max_length=5000)]
Tags = Annotated[list[Annotated[str, msgspec.Meta(min_length=1, max_length=50)]], msgspec.Meta(max_length=20)]

S = TypeVar("S", bound=msgspec.Struct)


class CreateJar(msgspec.Struct, frozen=True, kw_only=True):
    """A new knowledge base. Fields that are not named here are ignored."""

    name: Name
    description: Description = ""
    type: BaseType = "private"
    status: BaseStatus = "active"
    tags: Tags = []
    permissions: Permissions = Permissions()


class UpdateJar(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be changed; what is absent or null stays."""

    name: Name | None = None
    description: Description | None = None
    type: BaseType | None = None
    status: BaseStatus | None = None
    tags: Tags | None = None
    permissions: Permissions | None = None


class TextDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document that is sent as JSON."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
    text: Annotated[str, msgspec.Meta(min_length=1)]
    type: Annotated[str, msgspec.Meta(max_length=20)] = ""
    """text, markdown, html, csv or json; absent: what it looks like"""
    language: Annotated[str, msgspec.Meta(max_length=40)] = ""
    """A PostgreSQL text search configuration, such as ``german``; absent: what it looks like"""


class Search(msgspec.Struct, frozen=True, kw_only=True):
    query: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_QUERY)]
    limit: Annotated[int, msgspec.Meta(ge=1, le=50)] = 8


_MUST = {
    "name": "must be text of 1 to 200 characters",
    "description": "must be text of at most 5000 characters",
    "type": "must be one of public, private, team, premium, enterprise, restricted",
    "status": "must be one of active, draft, archived",
    "tags": "must be a list of at most 20 texts of 1 to 50 characters",
    "permissions": 'must be {"read": [...], "write": [...]} with ids of principals',
    "title": "must be text of 1 to 300 characters",
    "text": "must be text, and not empty",
    "language": "must be the name of a text search configuration, such as english, german or simple",
    "query": f"must be text of 1 to {LONGEST_QUERY} characters",
    "limit": "must be a number from 1 to 50",
}


def converted(body: Mapping[str, Any], kind: type[S]) -> S:
    """The body as this kind.

    Raises:
        Rejected: naming the field and what it must be.
    """
    given = {name: value.strip() if name in {"name", "title"} and isinstance(value, str) else value
             for name, value in body.items() if value is not None}  # fmt: skip
    try:
        return msgspec.convert(given, kind)
    except msgspec.ValidationError as error:
        field = _field(str(error))
        raise wrong(field, _MUST.get(field, str(error))) from None


def _field(message: str) -> str:
    missing = re.search(r"missing required field `(\w+)`", message)
    found = missing or re.search(r"`\$\.(\w+)", message)
    return found.group(1) if found else "body"
