"""What a project lists itself, or what is known to belong to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from services.worker.ml.derive.ranking import main_metric
from services.worker.ml.findings.model import held
from shared.contracts.entities import (
    BestMetric,
    Deployment,
    Experiment,
    Model,
    Project,
    ProjectDeployment,
    ProjectExperiment,
    ProjectModel,
    Shape,
)

from .case import Case
from .experiment_best import metric_of
from .experiment_board import rows_of
from .reading import read

Of = TypeVar("Of", bound=Shape)


def of(case: Case[Project]) -> Project:
    """The project, with entities that belong to it wherever it lists none of their kind."""
    project = case.entity
    return msgspec.structs.replace(
        project,
        experiments=project.experiments or [_experiment(each) for each in _known(case, "experiments", Experiment)],
        models=project.models or [_model(each) for each in _known(case, "models", Model)],
        deployments=project.deployments or [_deployment(each) for each in _known(case, "deployments", Deployment)],
        synthgen=project.synthgen or _objects(case.related.get("synthgen")),
        privacy_sessions=project.privacy_sessions or _objects(case.related.get("privacy_sessions")),
    )


def _known(case: Case[Project], kind: str, shape: type[Of]) -> list[Of]:
    found = []
    for each in _objects(case.related.get(kind)):
        try:
            found.append(read(shape, each)[0])
        except msgspec.ValidationError:
            continue
    return found


def _objects(given: Any) -> list[dict[str, Any]]:
    return [dict(each) for each in given if isinstance(each, Mapping)] if isinstance(given, list) else []


def _experiment(given: Experiment) -> ProjectExperiment:
    rows, metric = rows_of(given), metric_of(given)
    value = rows[0].metrics.get(metric) if rows and metric else None
    return ProjectExperiment(
        id=given.id,
        name=given.name,
        status=given.status,
        problem_type=given.problem_type,
        best_metric=BestMetric(name=metric, value=value) if metric and value is not None else None,
        models=len(rows) or None,
        finished_at=given.finished_at,
    )


def _model(given: Model) -> ProjectModel:
    _, metrics = held(given.metrics)
    metric = main_metric([metrics])
    return ProjectModel(id=given.id, name=given.name, algo=given.algo, metrics=metrics if metric else {})


def _deployment(given: Deployment) -> ProjectDeployment:
    return ProjectDeployment(id=given.id, name=given.name, stage=given.stage, status=given.status)
