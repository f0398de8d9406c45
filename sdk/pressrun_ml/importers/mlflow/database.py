"""The SQLite file that MLflow keeps runs in by default, such as ``mlflow.db``."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from ...errors import InputError
from .source import Experiment, Run, chosen


class SqliteFile:
    """Reads the file, and changes nothing in it."""

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()
        self.name = self._path.as_uri()
        self._db = sqlite3.connect(f"{self._path.as_uri()}?mode=ro", uri=True)
        self._db.row_factory = sqlite3.Row
        try:
            self._rows("SELECT run_uuid FROM runs LIMIT 1")
        except sqlite3.DatabaseError:
            self._db.close()
            raise InputError(
                f"{path} is no database of MLflow: give its SQLite file, such as mlflow.db, or a folder such as mlruns"
            ) from None

    def close(self) -> None:
        self._db.close()

    def experiment(self, wanted: str) -> Experiment:
        rows = self._rows("SELECT * FROM experiments WHERE lifecycle_stage = 'active' ORDER BY experiment_id")
        known = [
            Experiment(id=str(row["experiment_id"]), name=row["name"], created_ms=_of(row, "creation_time"))
            for row in rows
        ]
        if not wanted and len(known) > 1:
            known = [one for one in known if self.runs(one.id, 1)] or known
        return chosen(known, wanted, str(self._path))

    def runs(self, experiment_id: str, most: int) -> list[Run]:
        query = (
            "SELECT * FROM runs WHERE experiment_id = ? AND lifecycle_stage = 'active' ORDER BY start_time DESC LIMIT ?"
        )
        return [self._run(row) for row in self._rows(query, int(experiment_id), most)]

    def run(self, wanted: str) -> Run:
        rows = self._rows("SELECT * FROM runs WHERE run_uuid = ? OR ? = '' LIMIT 2", wanted, wanted)
        if len(rows) != 1:
            raise InputError(
                f"{self._path} has {'several runs: name' if rows else f'no run “{wanted}”: give'} the id of one"
            )
        return self._run(rows[0])

    def history(self, run: Run, metric: str) -> list[tuple[int, float]]:
        query = "SELECT step, value FROM metrics WHERE run_uuid = ? AND key = ? AND NOT is_nan ORDER BY step, timestamp"
        return [(row["step"], row["value"]) for row in self._rows(query, run.id, metric)]

    def artifacts(self, run: Run) -> list[str]:
        folder = self._artifacts(run)
        return sorted(one.name for one in folder.iterdir() if one.is_file()) if folder and folder.is_dir() else []

    def artifact(self, run: Run, name: str) -> bytes:
        return ((self._artifacts(run) or Path()) / name).read_bytes()

    def _artifacts(self, run: Run) -> Path | None:
        """Where its files lie, if that is on this machine."""
        rows = self._rows("SELECT artifact_uri FROM runs WHERE run_uuid = ?", run.id)
        address = str(rows[0]["artifact_uri"] or "").removeprefix("file://") if rows else ""
        return (self._path.parent / address) if address and "://" not in address and ":/" not in address else None

    def _run(self, row: sqlite3.Row) -> Run:
        ident = row["run_uuid"]

        def pairs(table: str, condition: str = "") -> dict[str, Any]:
            found = self._rows(f"SELECT key, value FROM {table} WHERE run_uuid = ? {condition}", ident)
            return {one["key"]: one["value"] for one in found}

        return Run(
            id=ident,
            name=row["name"] or "",
            experiment_id=str(row["experiment_id"]),
            status=row["status"] or "",
            start_ms=row["start_time"],
            end_ms=row["end_time"],
            params=pairs("params"),
            metrics=pairs("latest_metrics", "AND NOT is_nan"),
            tags=pairs("tags"),
        )

    def _rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        with closing(self._db.execute(query, values)) as cursor:
            return cursor.fetchall()


def _of(row: sqlite3.Row, name: str) -> Any:
    return row[name] if name in row.keys() else None  # noqa: SIM118 - a row's own iterator gives values
