"""A report on an experiment: the verdict first, then how it came about."""

from __future__ import annotations

from typing import Any

from services.worker.measuring.rules import Finding
from services.worker.ml.findings import experiment as rules
from services.worker.ml.sections import experiment_board as board
from services.worker.ml.sections import experiment_settings as settings
from shared.contracts.entities import Experiment, Model
from shared.document.blocks import Block

from . import model, model_doubts, parts
from .case import Case, Section
from .data import data_summary
from .experiment_best import best_model, metric_of, other_best
from .experiment_verdict import tiles, verdict


def best_curves(case: Case[Experiment]) -> list[Block]:
    """The best model's own figures."""
    found = best_model(case)
    if found is None:
        return parts.missing(
            case, "The best model's curves", "best_model", "Send “best_model” in the shape of a model."
        )
    return model.curves(_about(case, found))


def contradictions(case: Case[Experiment]) -> list[Block]:
    """Warn of a best model that the leaderboard does not have first, and of its own figures. No option takes this away."""
    found = best_model(case)
    return [*other_best(case), *(model_doubts.contradictions(_about(case, found)) if found else [])]


def _about(case: Case[Experiment], found: Model) -> Case[Model]:
    """The best model's matter, in the same ledger."""
    otherwise = case.origin("best_model")
    return Case("best_model", found, case.related, case.options, case.problems, case.ledger, otherwise=otherwise)


SECTIONS = [
    Section("Verdict", verdict),
    Section("At a glance", tiles),
    Section("Contradictions", contradictions),
    Section("Configuration and reproducibility", settings.configuration),
    Section("Data summary", data_summary, "data_summary"),
    Section("Leaderboard", board.leaderboard, "leaderboard"),
    Section("Metric comparison", board.comparison, "metrics"),
    Section("Score against time", board.score_by_time),
    Section("The best model", best_curves),
    Section("Failures", settings.failures),
]


def findings(case: Case[Experiment]) -> list[Finding]:
    """What stands out, by rule."""
    return rules.findings(case.entity, metric_of(case.entity), best_model(case))


def summary(case: Case[Experiment]) -> dict[str, Any]:
    """The best model and its metrics."""
    rows, metric = board.rows_of(case.entity), metric_of(case.entity)
    best = rows[0] if rows else None
    known = {name: value for name, value in best.metrics.items() if value is not None} if best else {}
    return {
        "best_model": (best.name or best.algo or best.model_id or "") if best else "",
        "sort_metric": metric,
        "models": len(case.entity.leaderboard),
        "failures": len(case.entity.failures),
        **known,
    }
