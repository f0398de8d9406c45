"""What a project's report reads of entities that were pushed by themselves."""

from __future__ import annotations

from typing import Any

import pytest

from services.worker.ml.sections import compose
from services.worker.ml.sections.briefs import BRIEFS, brief
from tests.unit.worker.ml import observed, trained

MISSED: dict[str, Any] = {"sla": {"error_rate": 0.01}, "volume": [{"t": "2026-05-04T00:00:00Z", "predictions": 100, "errors": 5}]}  # fmt: skip
KEPT = {"sla": {"uptime": 0.9}, "totals": {"uptime": 0.99}}


def drift(psi: float | None = None, status: str = "") -> dict[str, Any]:
    return {"drift": {"features": [{"feature": "a", "psi": psi, "status": status}]}}


def test_the_best_of_an_experiment_is_its_leaderboards_whatever_the_order_and_the_spelling():
    rows = [{"metrics": {"auc": 0.7}}, {"metrics": {"auc": 0.9}}, {"metrics": {"auc": 0.8}}]
    assert brief("experiment", "e", "E", "succeeded", {"sort_metric": "AUC", "leaderboard": rows}) == {
        "id": "e",
        "name": "E",
        "status": "succeeded",
        "best_metric": {"name": "auc", "value": 0.9},
        "models": 3,
    }
    errors = [{"metrics": {"rmse": 12.0}}, {"metrics": {"rmse": 10.0}}]
    assert brief("experiment", "e", "", "", {"config": {"sort_metric": "RMSE"}, "leaderboard": errors})["best_metric"] == {"name": "rmse", "value": 10.0}  # fmt: skip


def test_a_model_has_the_metrics_of_rows_it_has_not_seen_and_no_stage_that_nobody_said():
    found = brief("model", "m", "M", "", {"algo": "GBM", "metrics": {"train": {"auc": 1.0}, "test": {"auc": 0.9}}})
    assert found == {"id": "m", "name": "M", "algo": "GBM", "metrics": {"auc": 0.9}}


@pytest.mark.parametrize(
    ("body", "health"),
    [
        (drift(3.0), "critical"),
        (drift(0.15), "warning"),
        (drift(0.01), "ok"),
        (drift(0.01, "critical"), "ok"),
        (drift(None, "warning"), "warning"),
        ({"drift": {"prediction": {"psi": 0.3}}}, "critical"),
        (MISSED, "critical"),
        (KEPT, "ok"),
        (KEPT | drift(0.15), "warning"),
        ({"sla": {"uptime": 0.9}}, None),
        ({}, None),
    ],
)
def test_a_deployments_health_is_measured(body: dict[str, Any], health: str | None):
    assert brief("deployment", "d", "D", "active", body).get("health") == health


def test_what_is_read_of_a_body_is_enough_for_what_is_shown():
    """A page of many large bodies holds these keys alone."""
    for kind, body in (("experiment", trained.experiment()), ("model", trained.model()), ("deployment", observed.deployment())):  # fmt: skip
        part = {key: value for key, value in body.items() if key in BRIEFS[kind].keys}
        assert brief(kind, "x", "X", "", part) == brief(kind, "x", "X", "", body)


def test_a_broken_body_is_listed_by_its_name():
    assert brief("experiment", "e", "E", "", {"leaderboard": "none"}) == {"id": "e", "name": "E"}
    made = compose("project", {"entity": {"id": "p", "experiments": [{"id": "e", "name": "E"}]}}, {})
    assert "E" in {cell.text for block in made.blocks for row in getattr(block, "rows", []) if isinstance(row, list) for (cell, *_) in row}  # fmt: skip
