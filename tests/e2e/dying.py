"""A service that is killed right behind a commit: ``python -m tests.e2e.dying worker FOLDER``.

``FOLDER/<run id>`` holds the sequence at which that run's log kills whoever has just committed it, once. Every
commit's run and last sequence are noted in ``FOLDER/commits``. ``FOLDER/armed`` kills at the next commit of any run.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
from pathlib import Path

from shared.pipeline.pipeline import Pipeline, Transaction


def main() -> None:
    """Keep the service alive: whoever dies is followed by a copy of this process, which has read all its modules."""
    service, folder = sys.argv[1], Path(sys.argv[2])
    module = importlib.import_module(f"services.{service}.main")
    while True:
        child = os.fork()
        if child == 0:
            _arm(folder)
            module.main()
            return
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            sys.exit(os.WEXITSTATUS(status))


def _arm(folder: Path) -> None:
    effects = Pipeline._after

    async def after(self: Pipeline, tx: Transaction) -> None:
        for run_id, told in tx.messages:
            if told["type"] == "event":
                _committed(folder, run_id, told["sequence"])
        await effects(self, tx)

    Pipeline._after = after  # type: ignore[method-assign] - the moment between a commit and its effects


def _committed(folder: Path, run_id: str, sequence: int) -> None:
    with (folder / "commits").open("a") as notes:
        notes.write(f"{run_id} {sequence}\n")
    with contextlib.suppress(FileNotFoundError):
        if sequence >= int((folder / run_id).read_text()):
            _die(folder / run_id)
    with contextlib.suppress(FileNotFoundError):
        _die(folder / "armed")


def _die(asked: Path) -> None:
    """Whoever takes the file away dies of it, and nobody else."""
    asked.rename(asked.with_suffix(".killed"))
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
