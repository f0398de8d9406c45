"""What a request for a machine-learning report says: every field that is wrong is named at once. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from services.api.problems import FIELDS
from shared.domain.errors import Unprocessable

from .options import Options, Wrong
from .options import read as read_options

KINDS = ("experiment", "model", "project", "deployment", "synthgen")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A request whose fields are all well formed."""

    project_id: UUID
    kind: str
    entity_id: UUID
    options: Options


def read(body: Mapping[str, Any]) -> Asked:
    """The request.

    Raises:
        Unprocessable: with everything that is wrong with it.
    """
    wrong: list[dict[str, Any]] = []
    project_id = _uuid(body, "project_id", wrong)
    kind = body.get("kind")
    if kind not in KINDS:
        said = "is required: one of" if kind is None else "must be one of"
        wrong.append(_field(("kind",), f"kind: {said} {', '.join(KINDS)}", _missing(kind, "literal_error")))
    entity_id = _uuid(body, "entity_id", wrong)
    options, broken = _options(body.get("options"))
    wrong += [_field(("options", one.name) if one.name else ("options",), one.message, one.type) for one in broken]
    if kind == "project" and project_id and entity_id and project_id != entity_id:
        wrong.append(_field(("entity_id",), "entity_id: of kind project it is the project's own id", "value_error"))
    if wrong or project_id is None or entity_id is None:
        raise refused(wrong)
    return Asked(project_id=project_id, kind=str(kind), entity_id=entity_id, options=options)


def refused(wrong: list[dict[str, Any]]) -> Unprocessable:
    """A refusal that names each of these fields."""
    return Unprocessable("; ".join(one["msg"] for one in wrong[:5]), details={FIELDS: wrong})


def wrong_field(name: str, message: str) -> Unprocessable:
    """A refusal of one field, named by its path."""
    return refused([_field((*name.split("."),), f"{name}: {message}", "value_error")])


def _options(given: Any) -> tuple[Options, list[Wrong]]:
    if given is None:
        return Options(), []
    if not isinstance(given, dict):
        return Options(), [Wrong("", "options: must be an object", "dict_type")]
    return read_options(given)


def _uuid(body: Mapping[str, Any], name: str, wrong: list[dict[str, Any]]) -> UUID | None:
    said = body.get(name)
    if isinstance(said, str):
        try:
            return UUID(said)
        except ValueError:
            pass
    message = f"{name}: is required" if said is None else f"{name}: must be a UUID"
    wrong.append(_field((name,), message, _missing(said, "uuid_parsing")))
    return None


def _missing(said: Any, otherwise: str) -> str:
    return "missing" if said is None else otherwise


def _field(path: tuple[str, ...], message: str, kind: str) -> dict[str, Any]:
    return {"loc": ["body", *path], "msg": message, "type": kind}
