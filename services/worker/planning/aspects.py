"""What a query asks about, phrase by phrase."""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.worker.reading import terms

from .length import LENGTH
from .style import WORDS

_CLAUSE = re.compile(
    r"[;:.?!](?=\s|$)|[()\n]|\s[-–—]\s|\b(?:concerning|in terms of|on|regarding|with respect to)\b", re.IGNORECASE
)
_PAIR = re.compile(r"\b(?:and|or|as well as|versus|vs)\b|/", re.IGNORECASE)
_FILLERS = frozenset(
    """
    according analyse analysis analyze answer article ask asks aspects assess based compare compared comparing
    comparison consider cover covering deal deals describe detail detailed differ difference differences discuss
    document documents emphasis especially essay evaluate examine explain explore focus following give given how
    include including key know look main matters paper particular pay please point points present produce provide
    question regard regarding report respect review say says section show summarise summarize summary table tell
    terms text texts than topic topics treat treats understand want what which word words write written
    """.split()
)
_TRAILING = frozenset("article briefly detail essay etc paper please report table".split())
_MOST_WORDS = 6


def aspects(query: str, titles: list[str]) -> list[str]:
    """The matters that a query names, in its order and words, without those that only name a source."""
    found: list[str] = []
    seen: set[frozenset[str]] = set()
    for fragment in _fragments(LENGTH.sub(" ", query)):
        phrase = _trimmed(fragment)
        key = frozenset(terms.stems(phrase))
        if key and key not in seen and len(phrase.split()) <= _MOST_WORDS and not _names(phrase, titles):
            seen.add(key)
            found.append(phrase)
    return found


def _fragments(query: str) -> Iterator[str]:
    """Members of the lists in a query. In a list with ``, and`` before its last member a pair stays together."""
    for clause in _CLAUSE.split(query):
        members = re.split(r",(?=\s|$)", clause)
        closed = len(members) > 2 and re.match(r"\s*(?:and|or)\b", members[-1], re.IGNORECASE)
        for member in members:
            if closed:
                yield re.sub(r"^\s*(?:and|or)\b", "", member, flags=re.IGNORECASE)
            else:
                yield from _PAIR.split(member)


def _trimmed(fragment: str) -> str:
    """Without the words at both ends that say nothing about the matter."""
    words = re.findall(r"\S+", fragment.strip(" \t\"'“”‘’.,;:!?"))
    while words and _is_filler(words[0]):
        words.pop(0)
    while words and (_plain(words[-1]) in _TRAILING or not terms.carries(_plain(words[-1]))):
        words.pop()
    return " ".join(words)


def _is_filler(word: str) -> bool:
    plain = _plain(word)
    return not terms.carries(plain) or plain in _FILLERS or any(plain in keywords for keywords in WORDS.values())


def _plain(word: str) -> str:
    return re.sub(r"[^\w'’-]", "", word).lower()


def _names(phrase: str, titles: list[str]) -> bool:
    """Whether it is one source's name: words that only its title has, or their initials."""
    stems = set(terms.stems(phrase))
    having = [title for title in titles if stems <= set(terms.stems(title))]
    if len(titles) > 1 and (len(having) == 1 or (having and re.search(r"\d", phrase))):
        return True
    letters = re.sub(r"[^A-Za-z]", "", phrase)
    return len(letters) > 1 and letters.isupper() and any(letters.lower() in _initials(title) for title in titles)


def _initials(title: str) -> str:
    return "".join(word[0] for word in re.findall(r"[^\W\d_]+", title)).lower()
