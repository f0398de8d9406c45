"""What a project lists of an entity that was pushed by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from services.worker.ml.derive.standing import health
from services.worker.ml.findings.model import held
from shared.contracts.entities import Deployment, Experiment, Model, Shape

from .experiment_best import metric_of
from .experiment_board import rows_of
from .reading import read


class Brief(msgspec.Struct, frozen=True):
    """How an entity of a kind is made short.

    ``keys`` is all that is read of its body. Its figures are of the field ``figures``.
    """

    keys: tuple[str, ...]
    make: Callable[[Any], dict[str, Any]]
    shape: type[Shape] | None = None
    figures: str = ""


def brief(kind: str, ident: str, name: str, status: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The entry of a list: what is known and nothing else."""
    made = BRIEFS[kind]
    found: dict[str, Any] = {"id": ident, "name": name, "status": status}
    if made.shape is not None:
        found |= made.make(read(made.shape, {**body, "id": ident})[0])
    return {key: value for key, value in found.items() if value not in (None, "", {})}


def _experiment(given: Experiment) -> dict[str, Any]:
    rows, metric = rows_of(given), metric_of(given)
    value = rows[0].metrics.get(metric) if rows and metric else None
    return {
        "problem_type": given.problem_type,
        "best_metric": {"name": metric, "value": value} if value is not None else None,
        "models": len(rows) or None,
        "finished_at": given.finished_at.isoformat() if given.finished_at else None,
    }


def _model(given: Model) -> dict[str, Any]:
    return {"algo": given.algo, "metrics": held(given.metrics)[1]}


def _deployment(given: Deployment) -> dict[str, Any]:
    return {"stage": given.stage, "health": health(given)}


BRIEFS = {
    "experiment": Brief(
        ("problem_type", "sort_metric", "sort_direction", "config", "leaderboard", "finished_at", "sources"),
        _experiment,
        Experiment,
        "leaderboard",
    ),
    "model": Brief(("algo", "metrics", "sources"), _model, Model, "metrics"),
    "deployment": Brief(
        ("stage", "sla", "totals", "volume", "latency_histogram", "errors_by_code", "drift"), _deployment, Deployment
    ),
    "synthgen": Brief((), dict),
    "privacy_session": Brief((), dict),
}
