"""The mapping of a family of runs, sealed in the database: the one place that values and tokens meet.

Steps that work side by side change it by compare-and-set, so that a value has one token whoever finds it first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from shared.db import privacy
from shared.db.pool import Database
from shared.db.privacy import Kept
from shared.domain.errors import Rejected, Unavailable
from shared.domain.outcome import Work
from shared.domain.sealing import Sealer

from .detect import Detector
from .kinds import DEFAULT_PROFILE, PROFILES, Kind, risk
from .mapping import Entry, Mapping
from .model import Names
from .scramble import Scrambler, mapped, restore

_TRIES = 20

T = TypeVar("T")


class Contents(msgspec.Struct, kw_only=True):
    """What is sealed."""

    names: dict[str, Kind] = {}
    """Values that were given in fields."""
    entries: list[Entry] = []
    unread: int = 0
    """Characters that were too many for the name model."""
    ordinary: list[str] = []
    """Words that the report's texts write small: no later step takes them for names."""


class Back(msgspec.Struct, frozen=True, kw_only=True):
    """A JSON value with its values back, and how that went."""

    value: Any
    left: list[str] = []
    unread: int = 0


class Vault:
    """Scrambles and restores for steps."""

    def __init__(self, database: Database, key: bytes, model: Names | None) -> None:
        self._database = database
        self._sealer = Sealer(key, "privacy")
        self._model = model

    @property
    def names(self) -> Names | None:
        """What finds names in running text."""
        return self._model

    @property
    def model(self) -> str | None:
        """What names in running text are looked for with; None: by rules alone."""
        return self._model.name if self._model else None

    async def begin(self, work: Work, profile: str | None, names: dict[str, Kind]) -> None:
        """From now on texts of this family of runs are scrambled."""
        chosen = profile if profile and profile in PROFILES else DEFAULT_PROFILE
        sealed = self._seal(_root(work), Contents(names=names))
        async with self._database.begin() as db:
            await privacy.begin(db, _root(work), sealed, profile=chosen, model=self.model)

    async def kept(self, work: Work) -> bool:
        """Whether this family's texts are scrambled.

        Raises:
            Rejected: they were, and nobody can tell any more what their tokens stand for (``privacy_map_gone``).
        """
        return await self._open(work) is not None

    async def change(self, work: Work, change: Callable[[Scrambler], T]) -> T | None:
        """Have a scrambler do something, and store what it found; None if nothing is scrambled here.

        Raises:
            Rejected: the map is gone.
            Unavailable: the database does not answer.
        """
        for _ in range(_TRIES):
            opened = await self._open(work)
            if opened is None:
                return None
            kept, contents = opened
            scrambler = self._scrambler(kept, contents)
            before = _size(contents)
            result = await asyncio.to_thread(change, scrambler)
            contents.unread += scrambler.unread if self._model else 0
            contents.ordinary = sorted(scrambler.ordinary) if self._model else []
            if _size(contents) == before or await self._store(work, kept, contents, scrambler.mapping):
                return result
        raise Unavailable("the map of private values is changed by too many steps at once")

    async def back(self, work: Work, value: Any) -> Back:
        """A JSON value with every token's value in its place.

        Raises:
            Rejected: the map is gone.
        """
        opened = await self._open(work)
        return Back(value=value) if opened is None else _back(value, opened[1])

    async def _open(self, work: Work) -> tuple[Kept, Contents] | None:
        async with self._database.connect() as db:
            kept = await privacy.get(db, _root(work))
        if kept is None:
            return None
        if kept.sealed is None:
            raise Rejected(
                "the private values of this report were deleted after it was made, so its parts cannot be used again; "
                "ask for a new report",
                code="privacy_map_gone",
            )
        return kept, msgspec.json.decode(self._sealer.open(kept.sealed, _root(work).encode()), type=Contents)

    async def _store(self, work: Work, kept: Kept, contents: Contents, mapping: Mapping) -> bool:
        counts = mapping.counts()
        sealed = self._seal(_root(work), contents)
        async with self._database.begin() as db:
            return await privacy.store(db, _root(work), kept.version, sealed, counts=counts, risk=risk(counts))

    def _scrambler(self, kept: Kept, contents: Contents) -> Scrambler:
        return Scrambler(
            Detector(kept.profile, self._model), Mapping(contents.entries), contents.names, contents.ordinary
        )

    def _seal(self, root: str, contents: Contents) -> bytes:
        return self._sealer.seal(msgspec.json.encode(contents).decode(), root.encode())


def _back(value: Any, contents: Contents) -> Back:
    mapping = Mapping(contents.entries)
    left: list[str] = []

    def one(text: str) -> str:
        restored = restore(text, mapping)
        left.extend(restored.left)
        return restored.text

    return Back(value=mapped(value, one), left=left, unread=contents.unread)


def _root(work: Work) -> str:
    return work.root_run_id or work.run_id


def _size(contents: Contents) -> tuple[int, int, int, int]:
    forms = sum(len(entry.forms) for entry in contents.entries)
    return len(contents.entries), forms, contents.unread, len(contents.ordinary)
