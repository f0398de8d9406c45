"""Restores a text that comes in pieces, wherever they are cut. Pure."""

from __future__ import annotations

from . import tokens
from .mapping import Mapping


class RestoreStream:
    """Gives out what no longer depends on what is still to come; the pieces together are what ``restore`` makes of all."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._seen = ""
        """The last character that was given out, and what was not."""
        self._given = 0

    def feed(self, piece: str) -> str:
        """One more piece; what can be given out by now."""
        self._seen += piece
        safe = max(len(self._seen) - tokens.LONGEST - 1, self._given)
        for token in tokens.read(self._seen):
            if token.start < safe < token.end:
                safe = token.start
        return self._give(safe)

    def finish(self) -> str:
        """The rest."""
        return self._give(len(self._seen))

    def _give(self, end: int) -> str:
        parts, at = [], self._given
        for token in tokens.read(self._seen):
            value = self._mapping.value(token) if token.start >= at and token.end <= end else None
            if value is not None:
                parts += [self._seen[at : token.start], value]
                at = token.end
        parts.append(self._seen[at:end])
        if end > self._given:
            self._seen, self._given = self._seen[end - 1 :], 1
        return "".join(parts)
