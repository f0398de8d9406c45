"""Entities in the words of the API that clients look them up by. Pure."""

from __future__ import annotations

from typing import Any

from shared.db.entities import Entity

_LONG: dict[str, frozenset[str]] = {
    "experiment": frozenset({"leaderboard", "best_model", "dataset", "failures"}),
    "model": frozenset({
        "roc", "pr", "calibration", "score_histogram", "gains", "thresholds", "confusion_matrix", "feature_importance",
        "learning_curve", "residuals", "error_by_decile", "slices", "dataset", "cv_folds", "intervals",
    }),
    "project": frozenset({"datasets", "experiments", "models", "deployments", "synthgen", "privacy_sessions", "timeline"}),
    "deployment": frozenset({"volume", "drift", "performance", "alerts", "latency_histogram"}),
    "synthgen": frozenset({"columns", "correlation", "loss_curve"}),
}  # fmt: skip
"""What a list leaves out."""

_SPLITS = ("test", "cross_validation", "validation", "train")
_SUCCEEDED = frozenset({"", "succeeded", "success", "completed", "complete", "finished", "done"})
"""One that nobody said anything of is done."""
_FAILED = frozenset({
    "failed", "failure", "error", "cancelled", "canceled", "stopped", "aborted", "killed", "terminated", "interrupted",
    "timeout", "timed_out",
})  # fmt: skip
"""Clients wait for nothing but success and failure: what has ended in another way would keep them to their time-out."""


def shown(entity: Entity) -> dict[str, Any]:
    """One entity, whole."""
    return _shown(entity, entity.body)


def item(entity: Entity) -> dict[str, Any]:
    """An entity in a list, which was read without its long parts."""
    return _shown(entity, entity.body)


def long(kind: str) -> frozenset[str]:
    """The keys that lists of this kind leave out."""
    return _LONG.get(kind, frozenset())


def status(entity: Entity) -> str:
    """An experiment's status as clients wait for it."""
    return _ended(entity, "succeeded")


def synthgen_model(job: Entity) -> dict[str, Any]:
    """The synthetic data model that a job names."""
    model = job.body["model"]
    project = {"project_id": str(job.project_id)} if job.project_id else {}
    return {"name": "", "status": "ready"} | model | {"model_type": model.get("type") or ""} | project


def _shown(entity: Entity, body: dict[str, Any]) -> dict[str, Any]:
    always = {
        "id": str(entity.id),
        "name": entity.name,
        "project_id": str(entity.project_id) if entity.project_id and entity.kind != "project" else None,
        "updated_at": entity.updated_at,
    }
    first = {"created_at": body.get("created_at") or entity.created_at}
    kept = {name: value for name, value in always.items() if value is not None}
    return body | kept | first | _OWN.get(entity.kind, _nothing)(entity)


def _nothing(_entity: Entity) -> dict[str, Any]:
    return {}


def _model(entity: Entity) -> dict[str, Any]:
    """Metrics are flat where models are looked up; ``metrics_by_split`` has them all."""
    splits = entity.body.get("metrics") or {}
    best: dict[str, Any] = next((splits[name] for name in _SPLITS if splits.get(name)), next(iter(splits.values()), {}))
    return {"algo": entity.body.get("algo") or "", "metrics": best, "metrics_by_split": splits}


def _experiment(entity: Entity) -> dict[str, Any]:
    return {"status": status(entity)}


def _job(entity: Entity) -> dict[str, Any]:
    """A job is known by its own id; ``completed`` and ``failed`` are its last statuses."""
    rows = entity.body.get("rows_synthetic")
    result = entity.body.get("result") or ({"num_rows": rows} if rows is not None else {})
    ended = _ended(entity, "completed")
    return {"status": ended, "result": result, "output_artifact_id": entity.body.get("output_artifact_id")}


def _ended(entity: Entity, success: str) -> str:
    """A status that clients know the end of; one that goes on is as it was sent."""
    said = entity.status.strip().lower()
    return success if said in _SUCCEEDED else "failed" if said in _FAILED else said


_OWN = {"model": _model, "experiment": _experiment, "synthgen": _job}
