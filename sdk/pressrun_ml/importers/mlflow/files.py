"""JSON files beside a run that say what a report shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

FIELDS = frozenset(
    "roc pr calibration score_histogram thresholds gains confusion_matrix feature_importance learning_curve residuals "
    "error_by_decile slices cv_folds intervals dataset".split()
)
"""A file with such a name is taken as that field of the model, in the shape that models are pushed in."""


def fields_of(files: Mapping[str, bytes]) -> dict[str, Any]:
    """Fields of a model, by name. What is no JSON, or not of use, is left out."""
    found: dict[str, Any] = {}
    for name, content in sorted(files.items()):
        stem = name.removesuffix(".json")
        field = "feature_importance" if stem.startswith("feature_importance") else stem
        if field not in FIELDS or field in found:
            continue
        try:
            value = json.loads(content)
        except ValueError:
            continue
        method = stem.removeprefix("feature_importance").strip("_")
        found[field] = _importance(value, method) if field == "feature_importance" else value
    return found


def _importance(value: Any, method: str) -> Any:
    """The list that models are pushed with; autologging writes a mapping from feature to importance."""
    if not isinstance(value, dict):
        return value
    known = [(str(name), float(one)) for name, one in value.items() if isinstance(one, int | float)]
    return [
        {"feature": name, "importance": one, "method": method} for name, one in sorted(known, key=lambda pair: -pair[1])
    ]
