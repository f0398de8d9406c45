"""What a passage says, one statement at a time: a sentence, or a sentence with the list that completes it."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from . import sentences, terms

_ITEM = re.compile(r"(?:\(?[a-z]{1,2}\)|\(?[ivx]{1,5}[.)]|[a-z]\.|[-*•–]|\(?\d{1,2}\))\s+")
_ENDED = re.compile(r"[.!?。！？][)\]\"'”’»]*$")
_LABEL = re.compile(r"(\d+(?:\.\d+)+)\.?\s+")


class Statement(msgspec.Struct, frozen=True):
    """``text`` and every item occur verbatim in the passage."""

    text: str
    items: tuple[str, ...] = ()
    label: str = ""
    """The number of its paragraph, such as ``5.1``."""
    paragraph: int = 0

    @property
    def words(self) -> int:
        return terms.count(self.text) + sum(terms.count(item) for item in self.items)

    @property
    def whole(self) -> str:
        return " ".join([self.text, *self.items])


@lru_cache(maxsize=4096)
def statements(text: str) -> tuple[Statement, ...]:
    """The statements of a passage's text in order. Verbatim parts (code, tables) say nothing that can be quoted."""
    found: list[Statement] = []
    for number, paragraph in enumerate(text.split("\n\n")):
        if paragraph.startswith(("```", "|")):
            continue
        if _ITEM.match(paragraph):
            _add_item(found, paragraph, number)
            continue
        label = _LABEL.match(paragraph)
        body = paragraph[label.end() :] if label else paragraph
        found.extend(Statement(sentence, (), label[1] if label else "", number) for sentence in sentences.split(body))
    return tuple(found)


def _add_item(found: list[Statement], item: str, number: int) -> None:
    """To the sentence that leads to it. Without one, its own sentences are statements if it is written in sentences."""
    if found and (found[-1].items or not _ENDED.search(found[-1].text)):
        lead = found[-1]
        found[-1] = msgspec.structs.replace(lead, items=(*lead.items, item))
        return
    body = _ITEM.sub("", item, count=1)
    whole = body[:1].isupper() and _ENDED.search(body)
    found.extend(Statement(sentence, (), "", number) for sentence in (sentences.split(body) if whole else [item]))
