"""What the pool asks of an engine, and how an engine says that something died."""

from __future__ import annotations

from typing import Protocol, TypeVar

Tab = TypeVar("Tab")


class TabDied(Exception):
    """The work's own tab died, through this work; the engine is well."""


class EngineDied(Exception):
    """The whole engine is gone."""


class Engine(Protocol[Tab]):
    """Something with tabs to work on. Started once, stopped once."""

    async def start(self) -> None:
        """Raises anything if it does not come up; ``stop`` is called then too."""

    async def stop(self) -> None:
        """End it within seconds in whatever state it is, and leave nothing behind."""

    def kill(self) -> None:
        """End all its processes now. What is worked on fails with ``EngineDied``."""

    def healthy(self) -> bool: ...

    def megabytes(self) -> float:
        """The memory that its processes hold."""

    async def open(self) -> Tab: ...

    async def discard(self, tab: Tab) -> None:
        """Close a tab, whatever it is doing. Raises ``EngineDied`` if it does not close."""
