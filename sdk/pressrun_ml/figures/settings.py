"""An estimator's settings and their defaults."""

from __future__ import annotations

import inspect
from typing import Any

_LONGEST = 200


def hyperparameters(estimator: Any) -> list[dict[str, Any]]:
    """Every setting, those of inner estimators too, with its default where its class has one."""
    params = estimator.get_params(deep=True)
    owners = {"": estimator, **{name: value for name, value in params.items() if hasattr(value, "get_params")}}
    rows = []
    for name, value in params.items():
        owner, _, own = name.rpartition("__")
        if hasattr(value, "get_params") or _holds_estimators(value) or owner not in owners:
            continue
        default = inspect.signature(type(owners[owner]).__init__).parameters.get(own)
        known = default is not None and default.default is not inspect.Parameter.empty
        rows.append({"name": name, "value": _plain(value), "default": _plain(default.default) if default is not None and known else None})  # fmt: skip
    return rows


def name_of(estimator: Any) -> str:
    """The class of what predicts, at the end of a pipeline."""
    steps = getattr(estimator, "steps", None)
    return name_of(steps[-1][1]) if steps else type(estimator).__name__


def _holds_estimators(value: Any) -> bool:
    return isinstance(value, list | tuple) and any(
        hasattr(part, "get_params") for item in value if isinstance(item, list | tuple) for part in item
    )


def _plain(value: Any) -> Any:
    """Something that JSON can say."""
    if value is None or isinstance(value, bool | int | str):
        return value[:_LONGEST] if isinstance(value, str) else value
    if isinstance(value, float) and abs(value) <= 1e100:
        return value
    return f"{value!r}"[:_LONGEST]
