"""Finds the place of a wrong value, which msgspec names only up to the first key of a mapping. Pure."""

from __future__ import annotations

import re
from typing import Any, get_args, get_origin

import msgspec

from .soundness import plain, struct

_AT = re.compile(r" - at `(?:key in )?\$\.?(.*?)`$")
_STEP = re.compile(r"\[(\.\.\.|\d+)\]|([^.\[\]]+)")
_LONGEST = 200


def located(form: Any, value: Any, error: msgspec.ValidationError) -> tuple[str, str]:
    """The path of what is wrong with a value of this form, and what is said of it."""
    found = _AT.search(str(error))
    said = _AT.sub("", str(error)).replace("`", "'")
    steps = _STEP.findall(found.group(1)) if found else []
    return _path(form, value, steps), f"{said[:1].lower()}{said[1:_LONGEST]}"


def _path(form: Any, value: Any, steps: list[tuple[str, str]]) -> str:
    path = ""
    for index, said in steps:
        form, name = plain(form), said
        if index == "...":
            name, form = _wrong_key(form, value)
            if not name:
                break
        elif name:
            form = _field(form, name)
        else:
            form = get_args(form)[0] if get_origin(form) is list else Any
        path += f"[{index}]" if not name else f".{name}" if path else name
        value = _inside(value, int(index) if index.isdigit() else name)
    return path


def _wrong_key(form: Any, value: Any) -> tuple[str, Any]:
    """The key of a mapping whose value is not of its form, and that form."""
    inner = get_args(form)[1] if get_origin(form) is dict else Any
    for key, each in value.items() if isinstance(value, dict) else ():
        try:
            msgspec.convert(each, inner)
        except msgspec.ValidationError:
            return key, inner
    return "", Any


def _field(form: Any, name: str) -> Any:
    kind = struct(form)
    fields = msgspec.structs.fields(kind) if kind else ()
    return next((field.type for field in fields if field.encode_name == name), Any)


def _inside(value: Any, step: int | str) -> Any:
    try:
        return value[step]
    except (KeyError, IndexError, TypeError):
        return None
