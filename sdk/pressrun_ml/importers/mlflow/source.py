"""Where MLflow keeps its runs, whichever way it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import msgspec

from ...errors import InputError

FINISHED = "FINISHED"
STATUSES = {1: "RUNNING", 2: "SCHEDULED", 3: FINISHED, 4: "FAILED", 5: "KILLED"}
"""As files number them."""


class Experiment(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    created_ms: int | None = None
    tags: dict[str, str] = {}


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run; ``metrics`` are the last values of each."""

    id: str
    name: str = ""
    experiment_id: str = ""
    status: str = ""
    start_ms: int | None = None
    end_ms: int | None = None
    params: dict[str, str] = {}
    metrics: dict[str, float] = {}
    tags: dict[str, str] = {}
    datasets: list[dict[str, Any]] = []

    @property
    def finished(self) -> bool:
        return self.status == FINISHED


class Source(Protocol):
    """Reads one place."""

    name: str
    """What experiments' ids are told apart by."""

    def experiment(self, wanted: str) -> Experiment:
        """By name or id; the only one that there is if nothing is wanted."""

    def runs(self, experiment_id: str, most: int) -> list[Run]:
        """The newest runs that were not deleted."""

    def run(self, wanted: str) -> Run:
        """By id; the only one that there is if nothing is wanted."""

    def history(self, run: Run, metric: str) -> list[tuple[int, float]]:
        """Every step and value of a metric."""

    def artifacts(self, run: Run) -> list[str]:
        """The names of its files, as far as they lie at the top."""

    def artifact(self, run: Run, name: str) -> bytes:
        """One file."""

    def close(self) -> None:
        """Leave it."""


@contextmanager
def opened(source: str | Path, headers: Mapping[str, str] | None = None) -> Iterator[Source]:
    """The place that an address or a path names.

    Raises:
        InputError: there is nothing of MLflow's.
    """
    store = _store(source, headers)
    try:
        yield store
    finally:
        store.close()


def chosen(known: Sequence[Experiment], wanted: str, where: str) -> Experiment:
    """The experiment of that name or id.

    Raises:
        InputError: there is none, or several and none is named.
    """
    for one in known:
        if wanted and wanted in {one.id, one.name}:
            return one
    names = ", ".join(f"“{one.name}”" for one in known[:10]) or "none at all"
    if wanted:
        raise InputError(f"{where} has no experiment “{wanted}”; it has {names}")
    if len(known) != 1:
        raise InputError(f"{where} has {len(known)} experiments ({names}): name the one to import")
    return known[0]


def _store(source: str | Path, headers: Mapping[str, str] | None) -> Source:
    text = str(source)
    if text.startswith(("http://", "https://")):
        from .server import TrackingServer

        return TrackingServer(text, headers)
    path = Path(text.removeprefix("sqlite:///").removeprefix("file://")).expanduser()
    if not path.exists():
        raise InputError(
            f"{source} is not there: give a tracking server's address (http://…), its SQLite file, or a folder such as mlruns"
        )
    if path.is_file():
        from .database import SqliteFile

        return SqliteFile(path)
    from .folder import Folder

    return Folder(path)
