"""What a client wants to see of a machine-learning report: its options, one by one. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from jsonschema import Draft202012Validator

from shared.document import design

FLAGS = (
    "metrics",
    "charts",
    "hyperparameters",
    "data_summary",
    "leaderboard",
    "feature_importance",
    "confusion_matrix",
    "roc_curve",
    "learning_curves",
)
"""Each is known with ``include_`` before it and without."""
LONGEST = {"title": 500, "comments": 20_000}
"""Texts, and how long they may be."""
FORMATS = ("pdf", "html")

_OTHER_NAMES = {"roc": "roc_curve", "learning_curve": "learning_curves"}
_SWITCHES = ("llm_insights", "review")
_LANGUAGE = re.compile(r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")
_DESIGN: dict[str, Any] = design.PARAMETERS["properties"]


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """Options that hold: ``said`` under one name each, without ``data``."""

    said: dict[str, Any] = {}
    ignored: list[str] = []
    """Names that nobody here knows."""
    data: dict[str, Any] | None = None

    @property
    def title(self) -> str:
        return str(self.said.get("title") or "").strip()

    @property
    def language(self) -> str:
        return str(self.said.get("language") or "en")

    @property
    def format(self) -> str:
        return str(self.said.get("format") or "pdf")


class Wrong(msgspec.Struct, frozen=True):
    """What is wrong with one option."""

    name: str
    message: str
    type: str


def read(given: Mapping[str, Any]) -> tuple[Options, list[Wrong]]:
    """The options, and everything that is wrong with them. Null is the same as absent."""
    said: dict[str, Any] = {}
    ignored: list[str] = []
    wrong: list[Wrong] = []
    for name, value in given.items():
        if value is None or name == "data":
            continue
        known = _canonical(name)
        if known is None:
            ignored.append(name)
            continue
        wrong += [Wrong(name, f"options.{name}: {problem}", kind) for problem, kind in _problems(known, value)]
        said[known] = said[known] and value if known.startswith("include_") and known in said else value
    data = given.get("data")
    if data is not None and not isinstance(data, dict):
        wrong.append(Wrong("data", "options.data: must be an object", "dict_type"))
        data = None
    return Options(said=said, ignored=sorted(ignored)[:100], data=data), wrong


def _canonical(name: str) -> str | None:
    """The one name of an option; None for one that nobody here knows."""
    bare = name.removeprefix("include_")
    bare = _OTHER_NAMES.get(bare, bare)
    if bare in FLAGS:
        return f"include_{bare}"
    known = {*_SWITCHES, *LONGEST, "language", "format", *_DESIGN}
    return name if name in known else None


def _problems(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if name.startswith("include_") or name in _SWITCHES:
        if not isinstance(value, bool):
            yield "must be true or false", "bool_type"
    elif name in LONGEST:
        yield from _text(value, LONGEST[name])
    elif name == "language":
        if not isinstance(value, str) or not _LANGUAGE.match(value) or len(value) > 35:
            yield "must be a language tag such as en or pt-BR", "value_error"
    elif name == "format":
        if value not in FORMATS:
            yield f"must be one of {', '.join(FORMATS)}", "literal_error"
    elif not Draft202012Validator(_DESIGN[name]).is_valid(value):
        allowed = [str(one) for one in _DESIGN[name].get("enum", []) if one is not None]
        yield (f"must be one of {', '.join(allowed)}" if allowed else f"must {_in_words(name)}"), "value_error"


def _text(value: Any, longest: int) -> Iterator[tuple[str, str]]:
    if not isinstance(value, str):
        yield "must be text", "string_type"
    elif len(value) > longest:
        yield f"must have at most {longest} characters", "string_too_long"


def _in_words(name: str) -> str:
    longest = _DESIGN[name].get("maxLength")
    return f"{_DESIGN[name]['x-must']}" + (f" of at most {longest} characters" if longest else "")
