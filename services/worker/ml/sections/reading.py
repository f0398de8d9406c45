"""An entity as its shape, however broken: what cannot be used is left out and named."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar, get_args, get_origin

import msgspec

from shared.contracts.entities import Shape

Read = TypeVar("Read", bound=Shape)

_LARGEST: Final = 1e100
"""What is larger is no measure of anything, and its square no number."""
_MISSING: Final = object()
_METRICS: Final = "auc aucpr accuracy f1 precision recall mcc logloss mean_per_class_error rmse mae mse r2".split()
"""In the order in which people read them. A database keeps objects' keys in an order of its own."""
_PLACES: Final = {name: place for place, name in enumerate(_METRICS)}


class Problem(msgspec.Struct, frozen=True):
    """Something that could not be used: where it stands and what is wrong with it."""

    path: str
    reason: str


def read(shape: type[Read], body: Mapping[str, Any]) -> tuple[Read, list[Problem]]:
    """Return the entity and what was left out.

    A list of objects loses those that are broken; any other broken value is lost whole. Numbers that are
    infinite, not a number or absurdly large count as missing.

    Raises:
        msgspec.ValidationError: not even its id can be read.
    """
    problems: list[Problem] = []
    cleaned = _finite(dict(body), "", problems)
    found = _lenient(shape, cleaned, "", problems)
    if found is _MISSING:
        found = msgspec.convert(cleaned, shape)
    return found, problems


def _finite(value: Any, path: str, problems: list[Problem]) -> Any:
    match value:
        case dict():
            ordered = sorted(value.items(), key=lambda item: _PLACES.get(str(item[0]), len(_PLACES)))
            return {str(name): _finite(each, _below(path, str(name)), problems) for name, each in ordered}
        case list() | tuple():
            return [_finite(each, f"{path}[{place}]", problems) for place, each in enumerate(value)]
        case bool():
            return value
        case int() | float() if not (abs(value) <= _LARGEST and math.isfinite(value)):
            problems.append(Problem(path, "not a finite number"))
            return None
        case datetime():
            return value.isoformat()
    return value


def _lenient(form: Any, value: Any, path: str, problems: list[Problem]) -> Any:
    """Convert the whole, else what of its parts can be converted; else say so and return nothing."""
    try:
        return _in_utc(msgspec.convert(value, form))
    except (msgspec.ValidationError, OverflowError) as error:
        reason = str(error)
    if value is None and path:
        return _MISSING
    struct = _struct(form)
    if struct and isinstance(value, dict):
        return _struct_of(struct, value, path, problems, reason)
    if get_origin(form) is list and isinstance(value, list) and _struct(get_args(form)[0]):
        items = [_lenient(get_args(form)[0], each, f"{path}[{at}]", problems) for at, each in enumerate(value)]
        return [each for each in items if each is not _MISSING]
    if (inner := _mapping(form)) is not None and isinstance(value, dict):
        named = {name: _lenient(inner, each, _below(path, name), problems) for name, each in value.items()}
        return {name: each for name, each in named.items() if each is not _MISSING}
    problems.append(Problem(path, reason.partition(" - at ")[0]))
    return _MISSING


def _struct_of(
    struct: type[msgspec.Struct], value: dict[str, Any], path: str, problems: list[Problem], reason: str
) -> Any:
    found: dict[str, Any] = {}
    for field in msgspec.structs.fields(struct):
        if field.encode_name in value:
            read = _lenient(field.type, value[field.encode_name], _below(path, field.encode_name), problems)
            if read is not _MISSING:
                found[field.name] = read
        if field.required and field.name not in found:
            problems.append(Problem(path, reason.partition(" - at ")[0]))
            return _MISSING
    return struct(**found)


def _struct(form: Any) -> type[msgspec.Struct] | None:
    """The struct that a form is, or is if it is not None."""
    kinds = [each for each in (get_args(form) or (form,)) if isinstance(each, type)]
    alone = get_origin(form) not in {list, dict, tuple}
    return next((each for each in kinds if alone and issubclass(each, msgspec.Struct)), None)


def _mapping(form: Any) -> Any:
    """The form of a mapping's values."""
    candidates = (form, *get_args(form)) if get_origin(form) is not dict else (form,)
    return next((get_args(each)[1] for each in candidates if get_origin(each) is dict), None)


def _in_utc(value: Any) -> Any:
    """Times without a zone are UTC's; those that UTC has no year for cannot be used."""
    match value:
        case datetime():
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        case msgspec.Struct():
            changes = {name: _in_utc(getattr(value, name)) for name in value.__struct_fields__}
            return type(value)(**changes)
        case list():
            return (
                [_in_utc(each) for each in value]
                if value and isinstance(value[0], datetime | msgspec.Struct)
                else value
            )
        case dict():
            return {name: _in_utc(each) for name, each in value.items()}
    return value


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
