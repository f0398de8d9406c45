"""An entity on its way in: every field's type, the sizes of its lists, and what nobody here knows. Pure."""

from __future__ import annotations

import copy
from typing import Any
from uuid import UUID

import msgspec

from services.api.body import check_values
from services.api.problems import FIELDS, place
from shared.contracts import entities as shapes
from shared.contracts.entities import Shape
from shared.domain.errors import Rejected

from .locating import located
from .soundness import crooked, too_large, unknown, without_values

MOST_VALUES = 2_000_000
LARGEST = 1e100
"""What is larger is no measure of anything."""
MOST_UNKNOWN = 100
"""Unknown keys that are named; there may be more."""

ID = {"synthgen": "job_id", "privacy_session": "session_id"}
"""What the id of these is called; of all others it is ``id``."""
_PARENT = {"model": "experiment_id"}


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """An entity that can be kept."""

    kind: str
    id: UUID
    body: dict[str, Any]
    unknown: list[str] = []
    dropped: list[str] = []
    """What may hold private values, which are kept nowhere."""
    project_id: UUID | None = None
    parent_id: UUID | None = None
    name: str = ""
    status: str = ""


def read(kind: str, entity_id: UUID, given: dict[str, Any], at: tuple[str, ...] = ("body",)) -> Reading:
    """Check an entity against the shape of its kind. Its id may be left out.

    Args:
        at: where in the request it stands.

    Raises:
        Rejected: with the path of what is wrong.
    """
    try:
        check_values(given, most=MOST_VALUES, largest=LARGEST)
    except Rejected as error:
        raise refused(str((error.details or {}).get("field", "")), error.message, at) from None
    name = ID.get(kind, "id")
    body = dict(given) | {name: _same_id(given, name, entity_id, at)}
    dropped: list[str] = []
    if kind == "privacy_session":
        body = copy.deepcopy(body)
        dropped = list(without_values(shapes.SHAPES[kind], body))
    for path, problem in too_large(body):
        raise refused(path, problem, at)
    entity = _converted(kind, body, at)
    for path, problem in crooked(entity):
        raise refused(path, problem, at)
    return Reading(
        kind=kind,
        id=entity_id,
        body=body,
        unknown=sorted(set(unknown(type(entity), body)))[:MOST_UNKNOWN],
        dropped=sorted(set(dropped)),
        project_id=entity_id if kind == "project" else _uuid(body, "project_id", at),
        parent_id=_parent(kind, body, at),
        name=str(body.get("name") or _named(body)),
        status=str(body.get("status") or ""),
    )


def refused(path: str, problem: str, at: tuple[str, ...] = ("body",), kind: str = "value_error") -> Rejected:
    """A refusal of one field."""
    message = problem if not path or problem.startswith(path) else f"{path}: {problem}"
    where = [*at, *place(path)[1:]]
    return Rejected(message, details={FIELDS: [{"loc": where, "msg": message, "type": kind}]})


def _same_id(given: dict[str, Any], name: str, entity_id: UUID, at: tuple[str, ...]) -> str:
    said = given.get(name)
    if said is not None and _uuid(given, name, at) != entity_id:
        raise refused(name, "is not the id that the request names; leave it out, or send the same", at)
    return str(entity_id)


def _converted(kind: str, body: dict[str, Any], at: tuple[str, ...]) -> Shape:
    try:
        return msgspec.convert(body, shapes.SHAPES[kind])
    except msgspec.ValidationError as error:
        path, said = located(shapes.SHAPES[kind], body, error)
        raise refused(path, said, at, "type_error") from None


def _parent(kind: str, body: dict[str, Any], at: tuple[str, ...]) -> UUID | None:
    if kind == "deployment":
        model = body.get("model") or {}
        return _uuid(model, "id", (*at, "model"))
    return _uuid(body, _PARENT[kind], at) if kind in _PARENT else None


def _uuid(body: dict[str, Any], name: str, at: tuple[str, ...]) -> UUID | None:
    said = body.get(name)
    if said is None:
        return None
    try:
        return UUID(str(said))
    except ValueError:
        raise refused(name, "must be a UUID", at, "uuid_parsing") from None


def _named(body: dict[str, Any]) -> str:
    """What people call a synthetic data job or a privacy session."""
    about = body.get("model") or body.get("dataset") or {}
    return str(about.get("name") or "") if isinstance(about, dict) else ""
