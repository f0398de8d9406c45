"""CorePlexML's answers as entities. Pure. Fields that have our names already are taken as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..imported import from_upstream

Said = Mapping[str, Any]

REPORTED = "reported"
"""The split of metrics of which CorePlexML does not say what they were measured on."""
_DONE = {"ready": "completed", "succeeded": "completed", "success": "completed"}
_LESS = frozenset({"rmse", "mse", "mae", "logloss", "rmsle", "mean_per_class_error"})


def project(said: Said, more: Said, ident: str) -> dict[str, Any]:
    about = _own(said, "project")
    timeline = [
        {"at": at, "event": str(one.get("event") or one.get("title") or one.get("type") or ""), "actor": _text(one.get("actor") or one.get("user"))}
        for one in _list(more.get("timeline"), "items", "events", "timeline")
        if (at := one.get("at") or one.get("created_at") or one.get("timestamp"))
    ]  # fmt: skip
    members = [
        {"name": _text(one.get("name") or one.get("email")), "role": _text(one.get("role"))}
        for one in _list(more.get("members"), "items", "members")
    ]
    return from_upstream({**about, "id": ident, "owner": _text(about.get("owner")), "members": members or about.get("members"), "timeline": timeline or about.get("timeline")})  # fmt: skip


def experiment(said: Said, more: Said, ident: str) -> dict[str, Any]:
    about = _own(said, "experiment")
    config = _dict(about.get("config"))
    metric = _text(about.get("sort_metric") or config.get("sort_metric"))
    metric = "" if metric.upper() == "AUTO" else metric.lower()
    rows = [_row(one) for one in _dicts(more.get("models"))]
    rows.sort(key=lambda row: _place(row, metric))
    found = {
        **about,
        "id": ident,
        "config": config,
        "sort_metric": metric,
        "leaderboard": about.get("leaderboard") or rows,
    }
    if "best_model_id" not in about and rows and metric:
        found["best_model_id"] = rows[0].get("model_id")
    return from_upstream(_named(found))


def model(said: Said, more: Said, ident: str) -> dict[str, Any]:
    about = _own(said, "model")
    parameters = more.get("parameters")
    found = {
        **about,
        "id": ident,
        "algo": _algorithm(about),
        "metrics": _by_split(about),
        "hyperparameters": _settings(parameters) or _settings(about.get("hyperparameters") or about.get("parameters")),
        "feature_importance": about.get("feature_importance") or _importance(more.get("explain")),
    }
    return from_upstream({name: value for name, value in found.items() if name not in {"algorithm", "model_type", "parameters", "metrics_by_split"}})  # fmt: skip


def deployment(said: Said, more: Said, ident: str) -> dict[str, Any]:
    about = _own(said, "deployment")
    of = _dict(said.get("model"))
    named = _dict(about.get("model"))
    given = {**named, **of}
    reference = {
        "id": given.get("id") or about.get("model_id"),
        "name": _text(given.get("name")),
        "algo": _algorithm(given),
    }
    drift = more.get("drift")
    inner = drift.get("drift", drift) if isinstance(drift, dict) else None
    found = {**about, "id": ident, "model": reference if any(reference.values()) else None}
    if isinstance(inner, dict) and _dicts(inner.get("features")):
        found["drift"] = inner
    found.pop("model_id", None)
    return from_upstream(found)


def synthgen(said: Said, _more: Said, ident: str) -> dict[str, Any]:
    about = _own(said, "job")
    result = _dict(about.get("result"))
    status = _text(about.get("status"))
    found = {
        **about,
        "job_id": ident,
        "status": _DONE.get(status, status),
        "rows_synthetic": about.get("rows_synthetic", result.get("num_rows")),
        "seed": about.get("seed", result.get("seed")),
        "model": about.get("model") or ({"id": about["model_id"]} if about.get("model_id") else None),
    }
    return from_upstream({name: value for name, value in found.items() if name not in {"id", "result", "model_id", "output_artifact_id"}})  # fmt: skip


MADE: dict[str, Callable[[Said, Said, str], dict[str, Any]]] = {
    "project": project,
    "experiment": experiment,
    "model": model,
    "deployment": deployment,
    "synthgen": synthgen,
}


def _own(said: Any, name: str) -> dict[str, Any]:
    """What is said below a name of its own, or barely."""
    about = _dict(said.get(name, said) if isinstance(said, dict) else {})
    return {key: value for key, value in about.items() if key != "updated_at"}


def _named(found: dict[str, Any]) -> dict[str, Any]:
    """Classification is how CorePlexML calls what reports call binary or multiclass: of that they say nothing."""
    engines = found.pop("engines", None)
    if not found.get("engine") and isinstance(engines, list):
        found["engine"] = ", ".join(map(str, engines))
    if found.get("problem_type") == "classification":
        found.pop("problem_type")
    return found


def _row(one: Said) -> dict[str, Any]:
    splits = _by_split(one)
    best = next((splits[name] for name in ("test", "cross_validation", "validation", REPORTED, "train") if splits.get(name)), {})  # fmt: skip
    row = {"model_id": one.get("id"), "name": _text(one.get("name")), "algo": _algorithm(one), "metrics": best}
    times = {name: one[name] for name in ("training_time_ms", "predict_time_per_row_ms") if isinstance(one.get(name), int | float)}  # fmt: skip
    return {name: value for name, value in {**row, **times}.items() if value is not None}


def _place(row: Said, metric: str) -> tuple[bool, float]:
    value = row["metrics"].get(metric)
    sign = 1 if metric in _LESS else -1
    return (value is None, sign * float(value or 0.0))


def _by_split(about: Said) -> dict[str, dict[str, float]]:
    """Metrics by split; flat ones are of no split that anybody named."""
    given = about.get("metrics_by_split") or about.get("metrics") or {}
    if not isinstance(given, dict):
        return {}
    nested = {name: _floats(values) for name, values in given.items() if isinstance(values, dict)}
    flat = _floats(given)
    return {name: values for name, values in ({**nested, REPORTED: flat} if flat else nested).items() if values}


def _floats(values: Said) -> dict[str, float]:
    return {str(name).lower(): float(value) for name, value in values.items() if isinstance(value, int | float) and not isinstance(value, bool)}  # fmt: skip


def _settings(given: Any) -> list[dict[str, Any]]:
    """Hyper-parameters, from a list of names and values or from a mapping."""
    inner = given.get("parameters", given) if isinstance(given, dict) else given
    if isinstance(inner, dict):
        return [
            {"name": str(name), **({"value": value["actual"], "default": value.get("default")} if isinstance(value, dict) and "actual" in value else {"value": value})}
            for name, value in inner.items()
        ]  # fmt: skip
    return [one for one in _dicts(inner) if one.get("name")]


def _importance(explained: Any) -> list[dict[str, Any]]:
    """Feature importance, by whichever of its usual names."""
    if not isinstance(explained, dict):
        return []
    names = ("feature_importance", "variable_importance", "varimp", "importance")
    given: Any = next((explained[name] for name in names if explained.get(name)), [])
    if isinstance(given, dict):
        given = [{"feature": name, "importance": value} for name, value in given.items()]
    found = [
        {
            "feature": str(one.get("feature") or one.get("variable") or one.get("name")),
            "importance": next((float(one[name]) for name in ("importance", "relative_importance", "value") if isinstance(one.get(name), int | float)), 0.0),
            "method": _text(one.get("method")),
        }
        for one in _dicts(given)
    ]  # fmt: skip
    return sorted(found, key=lambda one: -one["importance"])


def _algorithm(about: Said) -> str:
    return _text(about.get("algo") or about.get("algorithm") or about.get("model_type"))


def _list(said: Any, *names: str) -> list[dict[str, Any]]:
    if isinstance(said, dict):
        said = next((said[name] for name in names if isinstance(said.get(name), list)), [])
    return _dicts(said)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return "" if value is None else str(value)
