"""Projects, experiments, models, deployments and synthetic data jobs, where clients look their ids up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from services.api.auth.caller import Caller, requires
from services.api.resources import Resources
from shared.db import entities, synthgen
from shared.db.entities import Entity, Wanted
from shared.domain.errors import NotFound

from . import shapes
from .access import READ, find, read_id
from .openapi import ERRORS
from .paging import ident, part

TAGS = ["lookup"]

Found = dict[str, Any]


def _get(path: str, summary: str) -> Callable[[Callable[..., Any]], HTTPRouteHandler]:
    return get(path, guards=[requires(*READ)], summary=summary, tags=TAGS, responses=ERRORS)


@_get("/projects", "List projects")
async def projects(request: Request[Caller, Any, Any], resources: NamedDependency[Resources]) -> Found:
    """Projects that were pushed: `search`, `limit`, `offset`."""
    return await _page(request, resources, "project")


@_get("/projects/{project_id:str}", "Look at a project")
async def project(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], project_id: FromPath[str]
) -> Found:
    return {"project": shapes.shown(await _one(request, resources, "project", project_id))}


@_get("/projects/{project_id:str}/timeline", "Look at what happened in a project")
async def timeline(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], project_id: FromPath[str]
) -> Found:
    events = (await _one(request, resources, "project", project_id)).body.get("timeline") or []
    return {"items": events, "total": len(events)}


@_get("/experiments", "List experiments")
async def experiments(request: Request[Caller, Any, Any], resources: NamedDependency[Resources]) -> Found:
    """Experiments that were pushed: `project_id`, `search`, `limit`, `offset`."""
    return await _page(request, resources, "experiment")


@_get("/experiments/{experiment_id:str}", "Look at an experiment")
async def experiment(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], experiment_id: FromPath[str]
) -> Found:
    return {"experiment": shapes.shown(await _one(request, resources, "experiment", experiment_id))}


@_get("/experiments/{experiment_id:str}/status", "Ask how far an experiment is")
async def status(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], experiment_id: FromPath[str]
) -> Found:
    found = await _one(request, resources, "experiment", experiment_id)
    return {"id": str(found.id), "status": shapes.status(found)}


@_get("/models", "List models")
async def models(request: Request[Caller, Any, Any], resources: NamedDependency[Resources]) -> Found:
    """Models that were pushed: `project_id`, `experiment_id`, `search`, `limit`, `offset`."""
    return await _page(request, resources, "model")


@_get("/models/{model_id:str}", "Look at a model")
async def model(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], model_id: FromPath[str]
) -> Found:
    shown = shapes.shown(await _one(request, resources, "model", model_id))
    return {"model": shown} | shown


@_get("/models/{model_id:str}/parameters", "Look at a model's hyper-parameters")
async def parameters(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], model_id: FromPath[str]
) -> Found:
    found = await _one(request, resources, "model", model_id)
    return {"parameters": found.body.get("hyperparameters") or []}


@_get("/mlops/projects/{project_id:str}/deployments", "List a project's deployments")
async def deployments(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], project_id: FromPath[str]
) -> Found:
    wanted = Wanted(
        principal_id=request.user.id, kind="deployment", project_id=read_id(project_id, ("path", "project_id"))
    )
    async with resources.pipeline.database.connect() as db:
        if not await entities.known_project(db, request.user.id, read_id(project_id, ("path", "project_id"))):
            raise NotFound("Project not found")
    return await _page(request, resources, "deployment", wanted)


@_get("/mlops/deployments/{deployment_id:str}", "Look at a deployment")
async def deployment(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], deployment_id: FromPath[str]
) -> Found:
    async with resources.pipeline.database.connect() as db:
        found = await find(db, request.user, "deployment", deployment_id)
        of = await entities.get(db, request.user.id, "model", found.parent_id) if found.parent_id else None
    return {"deployment": shapes.shown(found)} | ({"model": shapes.shown(of)} if of else {})


@_get("/mlops/deployments/{deployment_id:str}/drift", "Look at a deployment's drift")
async def drift(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], deployment_id: FromPath[str]
) -> Found:
    found = await _one(request, resources, "deployment", deployment_id)
    if not found.body.get("drift"):
        raise NotFound("Nothing is known of this deployment's drift; push it with the deployment")
    return {"deployment_id": str(found.id), "drift": found.body["drift"]}


@_get("/synthgen/models", "List synthetic data models")
async def synthgen_models(request: Request[Caller, Any, Any], resources: NamedDependency[Resources]) -> Found:
    """The models that synthetic data jobs name: `project_id`, `limit`, `offset`."""
    asked, project_id = part(request), ident(request, "project_id")
    async with resources.pipeline.database.connect() as db:
        total = await synthgen.count(db, request.user.id, project_id)
        latest = await synthgen.latest_jobs(
            db, request.user.id, project_id, limit=asked.limit, offset=asked.offset, without=shapes.long("synthgen")
        )
    return {
        "items": [shapes.synthgen_model(job) for job in latest],
        "total": total,
        "limit": asked.limit,
        "offset": asked.offset,
    }


@_get("/synthgen/models/{model_id:str}", "Look at a synthetic data model")
async def synthgen_model(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], model_id: FromPath[str]
) -> Found:
    asked, project_id = model_id.replace("\0", ""), ident(request, "project_id")
    async with resources.pipeline.database.connect() as db:
        jobs = await synthgen.jobs(db, request.user.id, project_id, asked, without=shapes.long("synthgen"))
    if not jobs:
        raise NotFound("SynthGen model not found")
    return {"model": shapes.synthgen_model(jobs[0]), "jobs": [shapes.item(job) for job in jobs]}


@_get("/synthgen/jobs", "List synthetic data jobs")
async def synthgen_jobs(request: Request[Caller, Any, Any], resources: NamedDependency[Resources]) -> Found:
    """Synthetic data jobs that were pushed: `project_id`, `limit`, `offset`."""
    return await _page(request, resources, "synthgen")


@_get("/synthgen/jobs/{job_id:str}", "Look at a synthetic data job")
async def synthgen_job(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], job_id: FromPath[str]
) -> Found:
    return shapes.shown(await _one(request, resources, "synthgen", job_id))


HANDLERS = [
    projects,
    project,
    timeline,
    experiments,
    experiment,
    status,
    models,
    model,
    parameters,
    deployments,
    deployment,
    drift,
    synthgen_models,
    synthgen_model,
    synthgen_jobs,
    synthgen_job,
]


async def _one(request: Request[Caller, Any, Any], resources: Resources, kind: str, entity_id: str) -> Entity:
    async with resources.pipeline.database.connect() as db:
        return await find(db, request.user, kind, entity_id)


async def _page(
    request: Request[Caller, Any, Any], resources: Resources, kind: str, wanted: Wanted | None = None
) -> Found:
    wanted = wanted or Wanted(
        principal_id=request.user.id,
        kind=kind,
        project_id=ident(request, "project_id") if kind != "project" else None,
        parent_id=ident(request, "experiment_id") if kind == "model" else None,
        search=request.query_params.get("search", "").replace("\0", ""),
    )
    asked = part(request)
    async with resources.pipeline.database.connect() as db:
        total = await entities.count(db, wanted)
        found = await entities.page(
            db, wanted, limit=asked.limit, offset=asked.offset, bodies=True, without=shapes.long(kind)
        )
    return {
        "items": [shapes.item(one) for one in found],
        "total": total,
        "limit": asked.limit,
        "offset": asked.offset,
    }
