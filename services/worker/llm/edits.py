"""Small edits that a model wants in finished sections, checked one by one before any is made. Pure."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import msgspec
from msgspec.structs import replace

from services.worker.content import Written

_CITATION = re.compile(r"\[P\d+\]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_FORBIDDEN = re.compile(r"[<>|`]|!\[|\]\(|^\s*#|https?://|^\s*\[[^\]]+\]:", re.MULTILINE)
"""What an edit must not bring in: markup, links, headings, tables, code."""
_MOST_MORE = 350
"""Characters that an edit may add."""
_MOST_LOST = 0.34
"""The part of a section that all its edits together may take away."""


class Edit(msgspec.Struct, frozen=True):
    section: str
    find: str
    replace: str
    why: str = ""


class Edited(msgspec.Struct, frozen=True):
    sections: list[Written]
    made: int
    refused: int


def edited(sections: list[Written], wanted: list[Any]) -> Edited:
    """The sections with those of the edits that change nothing but words."""
    texts = {section.id: section.markdown for section in sections}
    numbers = set(_NUMBER.findall(" ".join(texts.values())))
    whole = dict(texts)
    made = refused = 0
    for each in msgspec.convert(wanted, list[Edit]):
        before = texts.get(each.section, "")
        after = before.replace(each.find, each.replace, 1)
        if before.count(each.find) == 1 and _harmless(each, numbers) and _kept(whole[each.section], after):
            texts[each.section] = after
            made += 1
        else:
            refused += 1
    return Edited([replace(section, markdown=texts[section.id]) for section in sections], made, refused)


def _harmless(edit: Edit, numbers: set[str]) -> bool:
    """Cites the same, says no new number, brings no markup, and is no essay."""
    return (
        edit.find != edit.replace
        and Counter(_CITATION.findall(edit.find)) == Counter(_CITATION.findall(edit.replace))
        and edit.replace.count("[") == edit.find.count("[")
        and not (_FORBIDDEN.search(edit.replace) and not _FORBIDDEN.search(edit.find))
        and not _FORBIDDEN.search(_CITATION.sub("", edit.find))
        and set(_NUMBER.findall(_CITATION.sub("", edit.replace))) <= numbers
        and len(edit.replace) <= len(edit.find) + _MOST_MORE
        and edit.replace.count("\n") <= edit.find.count("\n")
    )


def _kept(whole: str, after: str) -> bool:
    return bool(after.strip()) and len(after) >= len(whole) * (1 - _MOST_LOST)
