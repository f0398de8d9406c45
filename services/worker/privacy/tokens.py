"""The words that stand for values: how they are written, and how they are read back when a model changed them. Pure.

``PII-EMAIL-0003`` is the third value of a report; ``PII-EMAIL-0003B`` is the same value in another spelling.
Letters, digits and hyphens only: it is one word to a search index, needs no escaping in Markdown, and looks like
a part number, which a model copies rather than translates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

import msgspec

from .kinds import LABELS, Kind

VARIANTS = "BCDFGHJKLM"
"""Letters of further spellings; none of them is an ending of a word (-s, -es, -en, -n)."""

_HYPHEN = "-\u00ad\u2010-\u2015\u2212\uff0d_"
_NOISE = r"[\s\\*_`~\u200b]{0,3}"
_BETWEEN = rf"{_NOISE}[{_HYPHEN}\s]{_NOISE}"
_NAMES = "|".join(sorted(LABELS.values(), key=len, reverse=True))
_TAIL = rf"0{{0,8}}(?P<number>[0-9]{{1,9}})(?![0-9])(?P<variant>[{VARIANTS}{VARIANTS.lower()}](?![0-9A-Za-z]))?"
_BARE_TAIL = (
    rf"(?=[0-9]{{4}})0{{0,8}}(?P<bare_number>[0-9]{{1,9}})(?![0-9])(?P<bare_variant>[{VARIANTS}](?![0-9A-Za-z]))?"
)
PATTERN = re.compile(
    rf"PII(?:{_BETWEEN}(?P<label>[A-Za-z]{{2,12}}))?(?:{_BETWEEN})?{_TAIL}"
    rf"|(?<![0-9A-Za-z{_HYPHEN}])(?P<bare>{_NAMES})[{_HYPHEN}]{_BARE_TAIL}",
    re.IGNORECASE,
)
"""Everything that is read as a token, and therefore everything in a client's text that must not be left as it is."""

_ALIASES = {
    "MAIL": Kind.EMAIL,
    "NAME": Kind.PERSON,
    "PEOPLE": Kind.PERSON,
    "PERSONS": Kind.PERSON,
    "TEL": Kind.PHONE,
    "TELEPHONE": Kind.PHONE,
    "COMPANY": Kind.ORGANISATION,
    "ORGANISATION": Kind.ORGANISATION,
    "ORGANIZATION": Kind.ORGANISATION,
    "LOCATION": Kind.PLACE,
    "CITY": Kind.PLACE,
    "LICENSE": Kind.LICENCE,
    "DATE": Kind.BIRTH,
    "DOB": Kind.BIRTH,
    "NUMBER": Kind.NATIONAL,
}
_BY_LABEL = {label: kind for kind, label in LABELS.items()}
_LIKE = 0.7


class Token(msgspec.Struct, frozen=True):
    """One match of ``PATTERN``."""

    start: int
    end: int
    text: str
    label: str
    """Empty: lost on the way."""
    number: int
    variant: str


def write(kind: Kind, number: int, variant: str = "") -> str:
    return f"PII-{LABELS[kind]}-{number:04}{variant}"


def read(text: str) -> Iterator[Token]:
    """Everything in a text that is meant as a token."""
    for match in PATTERN.finditer(text):
        label, number, variant = (
            (match["bare"], match["bare_number"], match["bare_variant"])
            if match["bare"]
            else (match["label"], match["number"], match["variant"])
        )
        yield Token(match.start(), match.end(), match[0], (label or "").upper(), int(number), (variant or "").upper())


def means(label: str, kind: Kind) -> bool:
    """Whether a label, as a model left it, can only be this kind's."""
    if not label or label == LABELS[kind]:
        return True
    if label in _ALIASES or label in _BY_LABEL:
        return (_ALIASES.get(label) or _BY_LABEL.get(label)) is kind
    likes = [known for known in _BY_LABEL if SequenceMatcher(None, label, known).ratio() >= _LIKE]
    return likes == [LABELS[kind]]
