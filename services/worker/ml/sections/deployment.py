"""A report on a deployment: is it healthy, and does the world still look as it did in training."""

from __future__ import annotations

from typing import Any

from services.worker.measuring.rules import Finding
from services.worker.ml.derive.standing import measured
from services.worker.ml.derive.targets import slos, totals_of
from services.worker.ml.findings import deployment as rules
from services.worker.ml.sections import deployment_drift as moved
from services.worker.ml.sections import deployment_service as service
from shared.contracts.entities import Deployment

from .case import Case, Section
from .deployment_targets import slo_burn

SECTIONS = [
    Section("At a glance", service.at_a_glance),
    Section("Volume", service.volume),
    Section("Latency", service.latency, "metrics"),
    Section("Errors", service.errors, "metrics"),
    Section("Targets", slo_burn, "metrics"),
    Section("Feature drift", moved.features),
    Section("Prediction drift", moved.prediction),
    Section("Performance over time", moved.performance, "metrics"),
    Section("Alerts", service.alerts),
]


def findings(case: Case[Deployment]) -> list[Finding]:
    """What stands out, by rule."""
    given = case.entity.drift
    prediction = measured(given.prediction).psi if given and given.prediction else None
    return rules.findings(
        slos(case.entity),
        moved.ordered(case.entity),
        given.thresholds if given else {},
        prediction,
        case.entity.performance,
        case.entity.alerts,
    )


def summary(case: Case[Deployment]) -> dict[str, Any]:
    """The totals, and how much drifted."""
    found = totals_of(case.entity)
    known = {name: value for name, value in found.items() if value is not None}
    features = moved.ordered(case.entity)
    worst = features[0].psi if features else None
    return {
        "deployment": case.entity.name or case.entity.id,
        "status": case.entity.status,
        **known,
        **({"max_psi": worst} if worst is not None else {}),
        "alerts": len(case.entity.alerts),
    }
