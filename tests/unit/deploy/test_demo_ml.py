"""What the machine-learning demos push: measured, of the right shape, and labelled where it is simulated."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from deploy.local.demo_ml import simulated, synthgen
from deploy.local.demo_ml.data import cancer, classifier
from deploy.local.demo_ml.deployment import psi
from deploy.local.demo_ml.subjects import SUBJECTS
from services.api.entities.reading import read
from services.worker.ml.sections import compose

QUICK = ("model", "deployment", "synthgen")


@pytest.fixture(scope="module")
def made() -> dict[str, dict[str, Any]]:
    """The entities of the demos that take a second or two."""
    return {kind: dict(SUBJECTS[kind].make())[kind] for kind in QUICK}


@pytest.mark.parametrize("kind", QUICK)
def test_the_server_takes_it_and_a_report_can_be_made(made: dict[str, dict[str, Any]], kind: str) -> None:
    """Nothing in it is unknown, and nothing that the kind has sections for is broken."""
    entity = json.loads(json.dumps(made[kind], allow_nan=False))
    reading = read(kind, UUID(SUBJECTS[kind].entity_id), entity)
    assert reading.unknown == []
    composed = compose(kind, {"entity": reading.body, "related": {}}, {})
    said = json.dumps([str(block) for block in composed.blocks])
    assert "cannot be" not in said


def test_what_is_simulated_says_so(made: dict[str, dict[str, Any]]) -> None:
    """In the comments of its report, with how many rows there are."""
    assert f"{made['deployment']['totals']['predictions']:,} rows" in SUBJECTS["deployment"].comments
    assert "simulated" in made["deployment"]["name"]
    assert f"{made['synthgen']['rows_synthetic']} rows" in SUBJECTS["synthgen"].comments
    assert f"from {made['synthgen']['rows_real']} wines" in SUBJECTS["synthgen"].comments
    assert "simulated" in SUBJECTS["project"].comments


def test_the_logs_figures_are_those_of_its_rows(made: dict[str, dict[str, Any]]) -> None:
    """Totals, hours and codes count every request once; percentiles are those of what was answered."""
    log, entity = simulated.log(), made["deployment"]
    assert sum(hour["predictions"] for hour in entity["volume"]) == len(log.day) == entity["totals"]["predictions"]
    assert sum(hour["errors"] for hour in entity["volume"]) == (log.code > 0).sum() == entity["totals"]["errors"]
    assert sum(entity["errors_by_code"].values()) == entity["totals"]["errors"]
    assert entity["totals"]["latency_p95_ms"] == np.percentile(log.latency_ms[log.code == 0], 95)
    place = list(classifier().classes_).index("malignant")
    assert np.array_equal(log.score, classifier().predict_proba(log.x)[:, place])


def test_drift_is_found_where_it_was_put(made: dict[str, dict[str, Any]]) -> None:
    """The features that grew have drifted, and untouched ones have not."""
    status = {one["feature"]: one["status"] for one in made["deployment"]["drift"]["features"]}
    assert status["mean radius"] == "critical"
    assert status["mean smoothness"] == "ok"
    before, now = np.array([1.0, 2, 3, 4]), np.array([1.0, 1, 1, 4])
    assert psi(before, now, [0, 2.5, 5]) == pytest.approx((0.75 - 0.5) * np.log(0.75 / 0.5) + (0.25 - 0.5) * np.log(0.25 / 0.5))  # fmt: skip


def test_synthetic_rows_are_made_up(made: dict[str, dict[str, Any]]) -> None:
    """No row is a real one, each column stays in its range, and correlations are near the real ones."""
    entity = made["synthgen"]
    assert entity["privacy"]["exact_match_rate"] == 0
    assert len(entity["columns"]) == 14
    for column in entity["columns"][:13]:
        assert sum(column["real"]["hist"]["counts"]) == entity["rows_real"]
        assert sum(column["synthetic"]["hist"]["counts"]) == synthgen.ROWS
    assert 0 < entity["correlation"]["mean_abs_diff"] < 0.1


def test_the_model_never_saw_what_it_is_measured_on(made: dict[str, dict[str, Any]]) -> None:
    """Training and test rows are apart, and the test split's matrix counts exactly the latter."""
    data = cancer()
    assert not {row.tobytes() for row in data.train_x} & {row.tobytes() for row in data.test_x}
    assert np.sum(made["model"]["confusion_matrix"]["matrix"]) == len(data.test_y)
