"""Small edits that a model wants in finished sections, checked one by one before any is made. Pure."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import msgspec
from msgspec.structs import replace

from services.worker.content import Written
from services.worker.reading import sentences, terms
from shared.document.code_in import CodeIn

from .negation import negations

_CITATION = re.compile(r"\[P\d+\]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_FORBIDDEN = re.compile(r"[<>|`]|!\[|\]\(|^\s*#|https?://|^\s*\[[^\]]+\]:", re.MULTILINE)
"""What an edit must not bring in: markup, links, headings, tables, code."""
_PART = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)])\s)")
_BULLET = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")
_MOST_MORE = 350
"""Characters that an edit may add."""
_MOST_LOST = 0.34
"""The part of a section that all its edits together may take away."""
_LEAST_WORDS = 0.5
"""The part of what is found that must be left of it, in words: fewer is no other wording."""


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
    """The sections with those of the edits that change wording and nothing that code can see to be a fact.

    Citations, numbers and negations stand there as often as before; a whole sentence may go if it stands word for
    word in another section. Whether other words mean the same is not looked at.
    """
    texts = {section.id: section.markdown for section in sections}
    whole = dict(texts)
    made = refused = 0
    for each in msgspec.convert(wanted, list[Edit]):
        before = texts.get(each.section, "")
        after = before.replace(each.find, each.replace, 1)
        if before.count(each.find) == 1 and _harmless(each, texts) and _kept(whole[each.section], after):
            texts[each.section] = after
            made += 1
        else:
            refused += 1
    return Edited([_with(section, texts[section.id]) for section in sections], made, refused)


def _harmless(edit: Edit, texts: dict[str, str]) -> bool:
    """Says the same or leaves out what is said elsewhere, brings no markup, is no essay, and is not in code."""
    return (
        (_rewords(edit) or _leaves_out(edit, texts))
        and not (_FORBIDDEN.search(edit.replace) and not _FORBIDDEN.search(edit.find))
        and not _FORBIDDEN.search(_CITATION.sub("", edit.find))
        and len(edit.replace) <= len(edit.find) + _MOST_MORE
        and edit.replace.count("\n") <= edit.find.count("\n")
        and texts[edit.section].find(edit.find) not in CodeIn(texts[edit.section])
    )


def _rewords(edit: Edit) -> bool:
    """Other words, with every citation, number and negation, and no sentence less."""
    return (
        edit.find != edit.replace
        and _same(_CITATION, edit.find, edit.replace)
        and edit.find.count("[") == edit.replace.count("[")
        and _same(_NUMBER, _CITATION.sub("", edit.find), _CITATION.sub("", edit.replace))
        and negations(edit.find) == negations(edit.replace)
        and len(_sentences(edit.replace)) >= len(_sentences(edit.find))
        and terms.count(edit.replace) >= _LEAST_WORDS * terms.count(edit.find)
    )


def _same(pattern: re.Pattern[str], one: str, other: str) -> bool:
    return Counter(pattern.findall(one)) == Counter(pattern.findall(other))


def _leaves_out(edit: Edit, texts: dict[str, str]) -> bool:
    """Whole sentences go that another section has word for word; the others stay."""
    found, kept = _sentences(edit.find), _sentences(edit.replace)
    gone = [sentence for sentence in found if sentence not in kept]
    here = _sentences(texts[edit.section])
    elsewhere = {one for name, text in texts.items() if name != edit.section for one in _sentences(text)}
    return (
        bool(gone)
        and kept == [sentence for sentence in found if sentence not in gone]
        and all(sentence in here and sentence in elsewhere for sentence in gone)
    )


def _sentences(text: str) -> list[str]:
    parts = (" ".join(_BULLET.sub("", part).split()) for part in _PART.split(text))
    return [sentence for part in parts for sentence in sentences.split(part)]


def _kept(whole: str, after: str) -> bool:
    return bool(after.strip()) and len(after) >= len(whole) * (1 - _MOST_LOST)


def _with(section: Written, markdown: str) -> Written:
    left = {int(number) for number in re.findall(r"\[P(\d+)\]", markdown)}
    return replace(section, markdown=markdown, cited=[number for number in section.cited if number in left])
