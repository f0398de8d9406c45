"""A folder of MLflow's file store: ``mlruns``, one experiment of it, or one run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...errors import InputError
from .source import STATUSES, Experiment, Run, chosen


class Folder:
    """Reads what the file store has written; needs PyYAML and no package of MLflow."""

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()
        about = _meta(self._path)
        if "run_id" in about:
            self._experiments, self._runs = [self._path.parent], [self._path]
        elif "experiment_id" in about:
            self._experiments, self._runs = [self._path], []
        else:
            self._experiments, self._runs = [one for one in _folders(self._path) if "experiment_id" in _meta(one)], []
        if not self._experiments:
            raise InputError(
                f"{path} is no folder of MLflow: it should hold meta.yaml, or one folder with meta.yaml per experiment, as mlruns does"
            )
        self.name = self._path.as_uri()

    def close(self) -> None:
        """Nothing is held open."""

    def experiment(self, wanted: str) -> Experiment:
        known = {one.id: one for one in map(_experiment, self._experiments) if one is not None}
        if not wanted and len(known) > 1:
            used = {ident: one for ident, one in known.items() if self._run_folders(ident)}
            known = used or known
        return chosen(list(known.values()), wanted, str(self._path))

    def runs(self, experiment_id: str, most: int) -> list[Run]:
        found = [_run(folder) for folder in self._run_folders(experiment_id)]
        return sorted(found, key=lambda run: -(run.start_ms or 0))[:most]

    def run(self, wanted: str) -> Run:
        folders = self._runs or [run for one in self._experiments for run in self._run_folders(_meta(one).get("experiment_id", ""))]  # fmt: skip
        named = [one for one in folders if not wanted or one.name == wanted]
        if not named:
            raise InputError(f"{self._path} has no run “{wanted}”: an id is the name of the run's folder")
        if len(named) > 1:
            raise InputError(f"{self._path} has {len(named)} runs: name the one to import by its id")
        return _run(named[0])

    def history(self, run: Run, metric: str) -> list[tuple[int, float]]:
        file = self._folder(run) / "metrics" / metric
        return [(step, value) for _, value, step in _steps(file)]

    def artifacts(self, run: Run) -> list[str]:
        folder = self._folder(run) / "artifacts"
        return sorted(one.name for one in folder.iterdir() if one.is_file()) if folder.is_dir() else []

    def artifact(self, run: Run, name: str) -> bytes:
        return (self._folder(run) / "artifacts" / name).read_bytes()

    def _folder(self, run: Run) -> Path:
        return next(one for one in self._run_folders(run.experiment_id) if one.name == run.id)

    def _run_folders(self, experiment_id: str) -> list[Path]:
        if self._runs:
            return self._runs
        here = [one for one in self._experiments if str(_meta(one).get("experiment_id")) == experiment_id]
        return [run for one in here for run in _folders(one) if _is_run(_meta(run))]


def _experiment(folder: Path) -> Experiment | None:
    """None for one that was deleted; of a run without its experiment beside it, what is known."""
    about = _meta(folder)
    if about.get("lifecycle_stage") == "deleted":
        return None
    return Experiment(
        id=str(about.get("experiment_id") or folder.name),
        name=str(about.get("name") or folder.name),
        created_ms=about.get("creation_time"),
        tags=_texts(folder / "tags"),
    )


def _run(folder: Path) -> Run:
    about, tags = _meta(folder), _texts(folder / "tags")
    metrics = {name: _steps(file) for name, file in _files(folder / "metrics").items()}
    status = about.get("status")
    return Run(
        id=str(about["run_id"]),
        name=str(about.get("run_name") or tags.get("mlflow.runName") or ""),
        experiment_id=str(about.get("experiment_id") or ""),
        status=STATUSES.get(status, str(status)) if isinstance(status, int) else str(status or ""),
        start_ms=about.get("start_time"),
        end_ms=about.get("end_time"),
        params=_texts(folder / "params"),
        metrics={name: max(steps, key=lambda one: (one[2], one[0]))[1] for name, steps in metrics.items() if steps},
        tags=tags,
    )


def _is_run(about: Mapping[str, Any]) -> bool:
    return "run_id" in about and about.get("lifecycle_stage") != "deleted"


def _meta(folder: Path) -> dict[str, Any]:
    """What a folder says of itself; nothing if it is not MLflow's."""
    import yaml

    try:
        found = yaml.safe_load((folder / "meta.yaml").read_text("utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _folders(path: Path) -> list[Path]:
    return sorted(one for one in path.iterdir() if one.is_dir()) if path.is_dir() else []


def _files(folder: Path) -> dict[str, Path]:
    """By name; a name may have slashes."""
    return {file.relative_to(folder).as_posix(): file for file in sorted(folder.rglob("*")) if file.is_file()}


def _texts(folder: Path) -> dict[str, str]:
    return {name: file.read_text("utf-8", "replace") for name, file in _files(folder).items()}


def _steps(file: Path) -> list[tuple[int, float, int]]:
    """Time, value and step of each line."""
    lines = [line.split() for line in file.read_text("utf-8").splitlines()] if file.is_file() else []
    return [
        (int(parts[0]), float(parts[1]), int(parts[2]) if len(parts) > 2 else 0) for parts in lines if len(parts) > 1
    ]
