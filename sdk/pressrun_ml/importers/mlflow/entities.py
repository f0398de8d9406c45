"""Runs as entities. Pure but for a run's histories and files, which its source reads."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ..imported import as_uuid, from_upstream, identity
from . import names
from .files import fields_of
from .source import Experiment, Run, Source

_LEARNING_POINTS = 2_000
_ALGORITHMS = ("estimator_name", "model_type", "algo", "algorithm", "model", "estimator")


def experiment_entity(experiment: Experiment, runs: Sequence[Run], source: str, metric: str = "") -> dict[str, Any]:
    """An experiment whose leaderboard has the runs that were finished, all judged on the same split."""
    done = [run for run in runs if run.finished]
    scores = {run.id: by_split(run.metrics) for run in done}
    split = next((one for one in names.ORDER if any(one in found for found in scores.values())), "")
    rows = [_row(run, scores[run.id].get(split, {})) for run in done]
    known = {name for row in rows for name in row["metrics"]}
    chosen = names.placed(metric)[1] if metric else names.main(known)
    less = chosen in names.LESS_IS_BETTER
    rows.sort(key=lambda row: (chosen not in row["metrics"], (1 if less else -1) * row["metrics"].get(chosen, 0.0)))
    begun, ended = [run.start_ms for run in runs if run.start_ms], [run.end_ms for run in runs if run.end_ms]
    return from_upstream({
        "id": identity(source, "experiment", experiment.id),
        "name": experiment.name,
        "status": "running" if any(run.status in {"RUNNING", "SCHEDULED"} for run in runs) else "succeeded" if done else "failed",
        "problem_type": _problem(known),
        "engine": "MLflow",
        "config": _config(done, len(runs), split, chosen),
        "environment": _environment(runs),
        "created_at": moment(experiment.created_ms),
        "started_at": moment(min(begun, default=None)),
        "finished_at": moment(max(ended, default=None)),
        "sort_metric": chosen,
        "sort_direction": ("asc" if less else "desc") if chosen else None,
        "best_model_id": rows[0]["model_id"] if rows and chosen in rows[0]["metrics"] else None,
        "dataset": _dataset(next((run for run in done if run.datasets), None)),
        "leaderboard": [{"rank": at + 1} | row for at, row in enumerate(rows)],
        "failures": [
            {"model": run.name or run.id, "error": f"MLflow says {run.status}; it keeps no reason."}
            for run in runs
            if run.status in {"FAILED", "KILLED"}
        ],
    }, known=("failures",))  # fmt: skip


def model_entity(run: Run, source: Source) -> dict[str, Any]:
    """A run as a model: its settings, its metrics by split, its learning curve, and files of known names."""
    files = {name: source.artifact(run, name) for name in source.artifacts(run) if name.endswith(".json")}
    metrics = by_split(run.metrics)
    return from_upstream({
        "id": as_uuid(run.id, source.name),
        "name": run.name or run.id,
        "algo": _algorithm(run),
        "problem_type": _problem({name for values in metrics.values() for name in values}),
        "created_at": moment(run.start_ms),
        "description": run.tags.get("mlflow.note.content", ""),
        "hyperparameters": [{"name": name, "value": plain(value)} for name, value in run.params.items()],
        "metrics": metrics,
        "learning_curve": _learning(run, source),
        "dataset": _dataset(run),
        **fields_of(files),
    })  # fmt: skip


def by_split(metrics: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Metrics by split; what is no finite number is left out."""
    found: dict[str, dict[str, float]] = {}
    for name, value in metrics.items():
        split, metric = names.placed(name)
        if math.isfinite(value):
            found.setdefault(split, {})[metric] = value
    return found


def plain(text: str) -> Any:
    """A setting as the number or the switch that it is; MLflow keeps texts."""
    if text in {"None", "True", "False"}:
        return {"None": None, "True": True, "False": False}[text]
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, int | float) and math.isfinite(value) else text


def moment(milliseconds: int | None) -> str | None:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat() if milliseconds else None


def _row(run: Run, metrics: dict[str, float]) -> dict[str, Any]:
    row = {"model_id": as_uuid(run.id), "name": run.name or run.id, "algo": _algorithm(run), "metrics": metrics}
    return row | ({"training_time_ms": 1000 * _seconds(run)} if _seconds(run) else {})


def _seconds(run: Run) -> float:
    return (run.end_ms - run.start_ms) / 1000 if run.start_ms and run.end_ms else 0.0


def _algorithm(run: Run) -> str:
    return next((value for name in _ALGORITHMS if (value := run.tags.get(name) or run.params.get(name))), "")


def _problem(metrics: set[str]) -> str | None:
    return "regression" if metrics & {"rmse", "mse", "mae", "r2"} else None


def _config(runs: Sequence[Run], everything: int, split: str, metric: str) -> dict[str, Any]:
    """What all runs have in common."""
    shared = set.intersection(*({*run.params.items()} for run in runs)) if runs else set()
    told = {"runs": everything, "leaderboard_split": split, "sort_metric": metric}
    return {name: plain(value) for name, value in sorted(shared)} | {
        name: value for name, value in told.items() if value
    }


def _environment(runs: Sequence[Run]) -> dict[str, Any]:
    tags = {name: value for run in reversed(runs) for name, value in run.tags.items()}
    wanted = {
        "commit": "mlflow.source.git.commit",
        "source": "mlflow.source.name",
        "branch": "mlflow.source.git.branch",
    }
    return {name: tags[tag] for name, tag in wanted.items() if tags.get(tag)}


def _dataset(run: Run | None) -> dict[str, Any] | None:
    """The first data set that a run has named."""
    if run is None or not run.datasets:
        return None
    given = run.datasets[0]
    profile, schema = (_json(given.get(part)) for part in ("profile", "schema"))
    columns = schema.get("mlflow_colspec") if isinstance(schema, dict) else None
    found = {
        "name": given.get("name"),
        "dataset_version_id": given.get("digest"),
        "rows": profile.get("num_rows") if isinstance(profile, dict) else None,
        "columns": len(columns) if isinstance(columns, list) else None,
        "features": [
            {"name": str(one.get("name")), "type": str(one.get("type") or "")}
            for one in columns or []
            if isinstance(one, dict) and one.get("name")
        ],
    }
    return {name: value for name, value in found.items() if value}


def _json(text: Any) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else {}
    except ValueError:
        return {}


def _learning(run: Run, source: Source) -> dict[str, Any] | None:
    """The metric that was logged in most steps on rows that were trained on, on others, or on both."""
    series: dict[str, dict[str, dict[int, float]]] = {}
    for name in run.metrics:
        split, metric = names.placed(name)
        side = "validation" if split in {"validation", "test", "cross_validation"} else "train"
        steps = {step: value for step, value in source.history(run, name) if math.isfinite(value)}
        if len(steps) > 1:
            series.setdefault(metric, {}).setdefault(side, steps)
    if not series:
        return None
    metric, sides = max(series.items(), key=lambda item: (len(item[1]), sum(map(len, item[1].values()))))
    order = sorted({step for side in sides.values() for step in side})
    points = [{"x": step, **{side: values[step] for side, values in sides.items() if step in values}} for step in order]
    thinned = points if len(points) <= _LEARNING_POINTS else [points[at * (len(points) - 1) // (_LEARNING_POINTS - 1)] for at in range(_LEARNING_POINTS)]  # fmt: skip
    return {"x_unit": "steps", "metric": metric, "points": thinned}
