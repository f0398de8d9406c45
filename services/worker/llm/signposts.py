"""The sentences that lead from quotation to quotation. They state counts and places and claim nothing else."""

from __future__ import annotations

from services.worker.content import Passage

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_LENSES = {
    "permissions": "The statements quoted here use words of permission, such as “may”, “grant” or “allow”.",
    "limits": "The statements quoted here use words of exclusion, such as “may not”, “except” or “without”.",
    "conditions": "The statements quoted here depend on a condition: “if”, “unless”, “provided that”.",
    "duties": "The statements quoted here use words of obligation, such as “must”, “shall” or “should”.",
    "figures": "The statements quoted here name a number, an amount or a period.",
    "highlights": "The statements quoted here stand in the passages that are closest to the matters of this report.",
}
NOTHING = "Nothing to quote on this was found in the sources."


def number(count: int) -> str:
    """A count as it stands in prose."""
    return _NUMBERS[count] if count < len(_NUMBERS) else f"{count:,}"


def plural(count: int, noun: str) -> str:
    return f"{number(count)} {noun}" if count == 1 else f"{number(count)} {noun}s"


def counted(count: int, noun: str) -> str:
    """A count in figures with its noun."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{number(count)} times")


def listed(parts: list[str]) -> str:
    """``a, b and c``."""
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)


def gathered(lens: str) -> str:
    """By which words the statements of a section were found."""
    return _LENSES[lens]


def coverage(passages: list[Passage], titles: list[str]) -> str:
    """In which sources, in how many sections and with how many words a matter comes up."""
    found = {source: [one for one in passages if one.source == source] for source in range(1, len(titles) + 1)}
    speaking = [source for source in found if found[source]]
    if not speaking:
        return NOTHING
    if len(titles) == 1:
        return f"This comes up in {_extent(found[1], short=False)}."
    amounts = [f"{titles[source - 1]} in {_extent(found[source], short=at > 0)}" for at, source in enumerate(speaking)]
    silent = [titles[source - 1] for source in found if source not in speaking]
    who = f"{number(len(speaking)).capitalize()} of {number(len(titles))} sources" if silent else _all(len(titles))
    text = f"{who} {'takes' if len(speaking) == 1 else 'take'} this up: {listed(amounts)}."
    return f"{text} Nothing to quote on it was found in {listed(silent)}." if silent else text


def _all(total: int) -> str:
    return "Both sources" if total == 2 else f"All {number(total)} sources"


def _extent(passages: list[Passage], *, short: bool) -> str:
    sections = len({tuple(passage.path) for passage in passages})
    words = f"{sum(passage.words for passage in passages):,}"
    return f"{number(sections)} ({words})" if short else f"{plural(sections, 'section')} ({words} words)"
