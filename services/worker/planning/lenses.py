"""Kinds of statement that a section may gather from all passages: what is allowed, required, excluded."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from services.worker.content import Style

Kind = Literal["topic", "part", "permissions", "limits", "duties", "conditions", "figures", "highlights"]


class Lens(msgspec.Struct, frozen=True):
    kind: Kind
    brief: str
    cue: re.Pattern[str] | None = None
    """What a statement must have."""
    but: re.Pattern[str] | None = None
    """What it must not have."""


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)


_NEGATION = _words(r"(?:may|must|shall|should|will|can|could|do|does|is|are) not|cannot|can't|don't|doesn't|never|no")

_PERMISSIONS = Lens(
    "permissions",
    "What is permitted, granted or made possible, and by whom: the strengths.",
    _words(r"may|grants?|granted|permits?|permitted|permission|allows?|allowed|entitled|free to|welcome to|can"),
    _NEGATION,
)
_LIMITS = Lens(
    "limits",
    "What is excluded, forbidden or left out: the limitations.",
    _words(
        r"(?:may|must|shall|can|does|do) not|cannot|except|excluding|exclusion|prohibits?|prohibited"
        r"|forbids?|forbidden|without|limited to|in no event|under no|disclaims?|void|neither|never|only if"
    ),
)
_CONDITIONS = Lens(
    "conditions",
    "The conditions on which it depends what holds: a framework to decide by.",
    _words(r"if|unless|provided that|in the event|as long as|only when|whenever|subject to|in case"),
)
_DUTIES = Lens(
    "duties",
    "What is required or recommended: the actions to plan for.",
    _words(r"must|shall|should|requires?|required|obliged?|obligated?|have to|has to|needs? to|ought to|responsible"),
    _words(r"(?:must|shall|should) not|not required|no one|nothing"),
)
_FIGURES = Lens(
    "figures",
    "Numbers, amounts, periods and dates.",
    re.compile(
        r"\d[\d.,]*\s*(?:%|percent|per cent|days?|weeks?|months?|years?|hours?|minutes?|[A-Za-z]{1,3}\b)|[$€£]\s?\d"
    ),
)
_HIGHLIGHTS = Lens(
    "highlights",
    "The five to seven statements that answer the query most directly.",
)
WHOLE = Lens(
    "highlights",
    "The main statements of the sources that bear on the question.",
)
"""For sources in which no matter can be made out."""

AFTER: dict[Style, tuple[Lens, ...]] = {
    "comparison": (_PERMISSIONS, _DUTIES, _LIMITS, _CONDITIONS),
    "summary": (_FIGURES, _DUTIES),
    "use_case": (_PERMISSIONS, _DUTIES, _CONDITIONS),
    "technical": (_DUTIES, _LIMITS, _CONDITIONS),
}
"""What follows the topics."""
BEFORE: dict[Style, tuple[Lens, ...]] = {
    "comparison": (),
    "summary": (_HIGHLIGHTS,),
    "use_case": (),
    "technical": (),
}
TOPICS: dict[Style, int] = {"comparison": 8, "summary": 5, "use_case": 6, "technical": 8}
"""How many matters a report of the style takes up."""
WORDS: dict[Style, int] = {"comparison": 4000, "summary": 1200, "use_case": 3500, "technical": 4200}
"""How long it becomes unless the query says otherwise."""
TOPIC_BRIEF: dict[Style, str] = {
    "comparison": "Set what is compared side by side on this matter: what each says, where they agree, where they differ.",
    "summary": "The main points on this matter, short.",
    "use_case": "What this means in practice: the situation, what helps with it, how to go about it.",
    "technical": "A detailed analysis of this matter.",
}
BY_KIND: dict[str, Lens] = {
    lens.kind: lens for lens in (_PERMISSIONS, _LIMITS, _CONDITIONS, _DUTIES, _FIGURES, _HIGHLIGHTS)
}


def strength(kind: str, statement: str) -> float:
    """How much a statement is of this kind: 0 not at all, 1 if it begins with it."""
    lens = BY_KIND.get(kind)
    if lens is None or (lens.but is not None and lens.but.search(statement)):
        return 0.0
    if lens.cue is None:
        return 1.0
    cue = lens.cue.search(statement)
    return 0.2 + 0.8 * (1 - cue.start() / len(statement)) if cue else 0.0
