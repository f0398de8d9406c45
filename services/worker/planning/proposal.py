"""An outline as a model proposes it: the schema that it must fit, and what no schema can say. Pure."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from services.worker.llm.json_replies import Unusable, json_object

LONGEST_TITLE, LONGEST_BRIEF, MOST_PASSAGES = 120, 500, 60
_MOST_SECTIONS = 12
_WORDS_PER_SECTION = 110
"""A section of fewer words is not worth its heading."""
_MARKUP = re.compile(r"[<>`\[\]|\n]|https?://|^#|\*\*|^P\d+\b")
"""What is no title: markup, an address, a passage's number."""


class Proposed(msgspec.Struct, frozen=True):
    """One section of the proposal."""

    title: str
    brief: str
    passages: list[int] = []
    share: int = 5


def schema(words: int, binding: list[str]) -> dict[str, Any]:
    """Of the answer, with exact limits.

    Args:
        words: how long the report is to be.
        binding: titles of the sections that it must have.
    """
    most = len(binding) or max(2, min(_MOST_SECTIONS, words // _WORDS_PER_SECTION))
    title: dict[str, Any] = {"type": "string", "minLength": 2, "maxLength": LONGEST_TITLE}
    if binding:
        title = {"enum": binding, "maxLength": max(len(one) for one in binding)}
    section = {
        "type": "object",
        "properties": {
            "title": title,
            "brief": {"type": "string", "minLength": 5, "maxLength": LONGEST_BRIEF},
            "passages": {"type": "array", "items": {"type": "integer", "minimum": 1}, "maxItems": MOST_PASSAGES},
            "share": {"type": "integer", "minimum": 1, "maximum": 10},
        },
        "required": ["title", "brief", "passages", "share"],
        "additionalProperties": False,
    }
    sections = {"type": "array", "minItems": len(binding) or 2, "maxItems": most, "items": section}
    return {
        "type": "object",
        "properties": {"sections": sections},
        "required": ["sections"],
        "additionalProperties": False,
    }


def read(text: str, fits: dict[str, Any], binding: list[str], known: set[int]) -> list[Proposed]:
    """The sections of an answer.

    Args:
        fits: the schema that was asked for.
        known: numbers of the passages that there are.

    Raises:
        Unusable: with every reason, in words for the model.
    """
    found = msgspec.convert(json_object(text, fits), type=dict[str, list[Proposed]])["sections"]
    errors = _errors(found, binding, known)
    if errors:
        raise Unusable(errors)
    return [msgspec.structs.replace(one, title=" ".join(one.title.split())) for one in found]


def _errors(found: list[Proposed], binding: list[str], known: set[int]) -> list[str]:
    errors = []
    titles = [" ".join(one.title.split()).casefold() for one in found]
    if binding and [one.title for one in found] != binding:
        errors.append("sections: the titles must be the given ones in the given order")
    for number, one in enumerate(found):
        if titles[number] in titles[:number]:
            errors.append(f"sections[{number}].title: there is another section of this title")
        if not binding and (_MARKUP.search(one.title) or not any(letter.isalpha() for letter in one.title)):
            errors.append(f"sections[{number}].title: must be plain words")
        if strangers := sorted(set(one.passages) - known):
            told = ", ".join(str(stranger) for stranger in strangers[:10])
            errors.append(f"sections[{number}].passages: there is no passage {told}")
    return errors
