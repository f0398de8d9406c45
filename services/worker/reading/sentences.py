"""Splits prose into sentences without losing or changing a character of them."""

from __future__ import annotations

import re

_END = re.compile(
    r"""(?:(?<![.!?…])[.!?…]++[)\]"'”’»]*+(?=\s)|[。！？]++[」』）”]*+)""",
)
_ABBREVIATIONS = frozenset(
    """
    al. approx. art. arts. c. ca. cf. ch. co. corp. dept. dr. e.g. ed. eds. eq. esp. est. et. etc. ex. fig. figs. i.e.
    inc. incl. jr. ltd. mr. mrs. ms. mt. no. nos. op. p. para. paras. pp. prof. ref. rev. sec. secs. sect. sr. st. u.k.
    u.s. v. vol. vols. vs. viz.
    """.split()
)
_FOLLOWING = re.compile(r"\s*[\"'“‘«(\[<]*(.?)", re.DOTALL)
_NEAR = 30
_OPENERS = "\"'“‘«([<"


def split(text: str) -> list[str]:
    """Sentences of one paragraph; each is a stretch of ``text`` as it stands."""
    found, start = [], 0
    for end in _END.finditer(text):
        if end.start() >= start and _is_boundary(text, start, end):
            found.append(text[start : end.end()].strip())
            start = end.end()
    found.append(text[start:].strip())
    return [sentence for sentence in found if sentence]


def _is_boundary(text: str, start: int, end: re.Match[str]) -> bool:
    if end.group()[0] in "。！？":
        return True
    following = _FOLLOWING.match(text, end.end())
    first = following[1] if following else ""
    if not first:
        return True
    if not (first.isupper() or first.isdigit() or _is_uncased(first)):
        return False
    near = text[max(start, end.start() - _NEAR) : end.start() + 1].split()
    before = near[-1].lstrip(_OPENERS) if near else ""
    if end.group()[0] == "." and (before.lower() in _ABBREVIATIONS or _is_initial(before)):
        return False
    return end.end() - start > _NEAR or not _is_number(text[start : end.end()])


def _is_uncased(character: str) -> bool:
    return character.isalpha() and character.lower() == character.upper()


def _is_initial(word: str) -> bool:
    """``J.`` in a name, not ``I.`` at the end of a sentence."""
    return len(word) == 2 and word[0].isupper() and word[0] != "I"


def _is_number(text: str) -> bool:
    """A label such as ``2.`` or ``1.1.`` opens a sentence; it is not one."""
    return re.fullmatch(r"\s*\(?[0-9ivxIVX.]+[.)]+", text) is not None
