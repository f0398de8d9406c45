"""Runs the stack for as long as a block lasts, whatever ends it."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO

from deploy.local import browser, state
from deploy.local.errors import AlreadyRunsError
from deploy.local.folder import Folder
from deploy.local.journal import Journal
from deploy.local.processes import adopt_orphans
from deploy.local.settings import Settings
from deploy.local.stack import Stack
from deploy.local.terminal import say
from shared.config import load

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def running(
    folder: Folder, environment: Mapping[str, str], *, terminal: TextIO | None, model: bool = False
) -> Iterator[Stack]:
    """A stack that is ready. Ctrl-C, a polite kill or an error stops everything it started.

    Raises:
        AlreadyRunsError: with where it can be reached.
        PartFailedError: a part or a service did not start.
    """
    folder.create()
    if not folder.take():
        raise AlreadyRunsError(_where(folder))
    journal = Journal(folder.logs, terminal)
    for ending in ENDINGS:
        signal.signal(ending, signal.default_int_handler)
    adopt_orphans()
    try:
        _clear_away(folder, journal)
        chromium = browser.ensure(folder, environment, say=say)
        stack = Stack(
            folder,
            load(Settings, environment),
            journal,
            chromium=chromium,
            environment=environment,
            model=model,
        )
        try:
            stack.start()
            yield stack
        finally:
            for ending in ENDINGS:
                signal.signal(ending, lambda *_: journal.say("already stopping"))
            journal.say("stopping")
            stack.stop()
            journal.say("stopped")
    finally:
        journal.close()


def _clear_away(folder: Folder, journal: Journal) -> None:
    left = state.read(folder.state)
    if left:
        ended = state.end_left_overs(left)
        journal.say(f"the last stack was killed; ended what it left: {', '.join(ended) or 'nothing'}")
    folder.state.unlink(missing_ok=True)


def _where(folder: Folder) -> str:
    holder, known = folder.holder(), state.read(folder.state)
    if holder and known and known.supervisor == holder and known.ready:
        return f"the stack already runs at {known.api_url} (process {holder.pid}); `make down` stops it"
    return f"the stack is just starting or stopping (process {holder.pid if holder else 'unknown'})"
