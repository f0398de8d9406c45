"""Which words an observation may be made of, by where they stand. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from .lexicon import COMPARING
from .sentence import Cited, Clause, Part, cited, names, placed, plain, prose, stem
from .vocabulary import APART, BESIDE, JUDGING, THINGS, listed

_BACK = frozenset("which it this".split())
_PLURALS = frozenset("they them these those".split())
_AWAY = frozenset("of from to on in".split())
_NEGATION = frozenset({"not"})
_DENIED = frozenset("real true it they that this these those fact genuine valid".split())
_BEING = frozenset("is are was were seems seem looks look remains remain appears appear".split())
_DEGREES = frozenset("very too rather quite fairly still also already clearly especially".split())
_SHOWING = frozenset(
    """shows show says say means suggests suggest indicates indicate implies imply confirms confirm points point hints
    hint reveals reveal reflects reflect tells tell warns deserves deserve calls call asks ask needs need matters matter
    leaves leave limits limit helps help allows allow makes make""".split()
)
"""What a figure does in a sentence, if it does not stand for what it counts."""


def foreign(of: Sequence[Part], called: frozenset[str]) -> list[str]:
    """Words that may not stand where they are: those of no list, and things and events that a figure could count.

    ``called`` are the words that tell facts apart, which ``misnamed`` judges.
    """
    whole = frozenset[str]().union(*map(names, cited(of)))
    found: list[str] = []
    for clause in placed(of):
        if cited(clause.parts):
            own = called.union(*map(names, cited(clause.parts)))
            lead, tail = _cut(clause.parts)
            if lead[-2:-1] and lead[-2] in JUDGING and lead[-1] in _AWAY:
                found.append(f"“{' '.join(lead[-2:])}” right before a figure changes it")
            found += [*strange(lead, BESIDE, own), *strange(tail, BESIDE | THINGS if _speaks(tail) else BESIDE, own)]
        else:
            negated = _NEGATION if _denies_nothing(clause, of) else frozenset[str]()
            found += strange(clause.words, (BESIDE | APART if _goes_on(clause) else BESIDE) | negated, called | whole)
            found += _counted(clause)
    return list(dict.fromkeys(found))


def strange(said: Iterable[str], allowed: frozenset[str], called: frozenset[str]) -> Iterator[str]:
    """Words that are neither of these, nor names, nor words of comparison."""
    for word in said:
        if stem(word) in called or word in COMPARING or listed(word, allowed):
            continue
        if listed(word, APART):
            yield f"“{word}” may not stand there: say what follows in a clause of its own, behind the figures, with “so”"
        else:
            yield f"“{word}” is not among the words that can be checked: use a plainer one, or leave it out"


def _cut(clause: Sequence[Part]) -> tuple[list[str], list[str]]:
    """The words before the last figure, and those behind it."""
    last = max(place for place, part in enumerate(clause) if isinstance(part, Cited))
    return plain(" ".join(prose(clause[:last]))), plain(" ".join(prose(clause[last + 1 :])))


def _speaks(tail: Sequence[str]) -> bool:
    """“… shows”, “… is small for”: it says something of the figure, and not of what the figure counts."""
    said = [word for word in tail[:4] if word not in _DEGREES]
    return said[:1] != [] and (said[0] in _SHOWING or (said[0] in _BEING and said[1:2] != [] and said[1] in JUDGING))


def _goes_on(clause: Clause) -> bool:
    """It says what follows from a figure; “which were missed” and “so they were missed” would count the missed."""
    shows = clause.opener in _BACK and bool(_SHOWING & set(clause.words[1:2]))
    return clause.behind and not _PLURALS & set(clause.words) and (clause.consequence or shows)


def _denies_nothing(clause: Clause, of: Sequence[Part]) -> bool:
    """“But not alarming”: a judgement is denied, and neither an event nor a comparison is."""
    compared = COMPARING & {word for text in prose(of) for word in plain(text)}
    said = [word for word in clause.words if word not in _NEGATION]
    return clause.consequence and not compared and not any(word in _DENIED or not listed(word, BESIDE) for word in said)


def _counted(clause: Clause) -> list[str]:
    """“So a tumour was missed” says how many were."""
    counts = (
        clause.behind and clause.words[1:2] in (["a"], ["an"]) and any(listed(word, APART) for word in clause.words)
    )
    return [f"“{clause.words[1]}” counts: use the plural"] if counts else []
