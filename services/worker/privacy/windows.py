"""Where in a text a slow pattern is worth trying: near words or characters that are found fast. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from re import Match, Pattern


class Windows:
    """Patterns that are tried near their words only."""

    def __init__(self, stems: Iterable[str], *patterns: Pattern[str], before: int = 40, after: int = 100) -> None:
        """
        Args:
            stems: in lower case; no pattern matches where none of them is near.
            before, after: how far from one a match may begin and end.
        """
        self._stems = tuple(stems)
        self._patterns = patterns
        self._before = before
        self._after = after

    def find(self, text: str, folded: str | None = None) -> Iterator[Match[str]]:
        """Matches of every pattern."""
        for start, end in self._windows(folded if folded is not None else fold(text)):
            for pattern in self._patterns:
                yield from pattern.finditer(text, start, end)

    def _windows(self, folded: str) -> list[tuple[int, int]]:
        places: list[int] = []
        for stem in self._stems:
            at = folded.find(stem)
            while at >= 0:
                places.append(at)
                at = folded.find(stem, at + 1)
        merged: list[tuple[int, int]] = []
        for place in sorted(places):
            start, end = max(place - self._before, 0), min(place + self._after, len(folded))
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
            else:
                merged.append((start, end))
        return merged


def fold(text: str) -> str:
    """Lower case, character by character: places stay what they are."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(small if len(small := char.lower()) == 1 else char for char in text)
