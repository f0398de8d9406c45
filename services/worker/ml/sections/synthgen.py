"""A report on synthetic data: how alike, how useful, how private."""

from __future__ import annotations

from typing import Any

from services.worker.measuring.rules import Finding
from services.worker.ml.findings import synthgen as rules
from services.worker.ml.sections import synthgen_privacy as privacy
from services.worker.ml.sections import synthgen_shapes as shapes
from shared.contracts.entities import Synthgen

from .case import Case, Section

SECTIONS = [
    Section("At a glance", shapes.at_a_glance),
    Section("The generator", shapes.generator, "hyperparameters"),
    Section("Shapes of the columns", shapes.columns, "data_summary"),
    Section("Correlation", shapes.correlation),
    Section("Utility", privacy.utility, "metrics"),
    Section("Privacy", privacy.measures, "metrics"),
    Section("Loss curves", privacy.losses, "learning_curves"),
]


def findings(case: Case[Synthgen]) -> list[Finding]:
    """What stands out, by rule."""
    return rules.findings(case.entity)


def summary(case: Case[Synthgen]) -> dict[str, Any]:
    """The quality and the rows."""
    known = {name: value for name, value in case.entity.quality.items() if value is not None}
    rows = {"rows_real": case.entity.rows_real, "rows_synthetic": case.entity.rows_synthetic}
    return {"status": case.entity.status, **known, **{name: value for name, value in rows.items() if value is not None}}
