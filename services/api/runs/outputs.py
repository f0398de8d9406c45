"""What a run made: artifacts, and the debug bundle."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from services.api import VERSION
from services.api.auth.caller import Caller, requires
from services.api.resources import Resources
from shared.contracts.records import Artifact, Run
from shared.db import artifacts, runs
from shared.domain.errors import NotFound
from shared.domain.redaction import hidden

from . import requests
from .access import owned, see
from .bundle import MOST_EVENTS, bundle
from .openapi import INTEGER, described


@get("/v1/runs/{run_id:str}/artifacts", guards=[requires("artifacts:read")], **described())
async def list_artifacts(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], run_id: FromPath[str]
) -> dict[str, Any]:
    """Everything that a run has put into the store."""
    run = await owned(resources, request.user, run_id)
    async with resources.pipeline.database.connect() as db:
        return {"artifacts": [_shown(run, artifact) for artifact in await artifacts.of_run(db, run_id)]}


@get("/v1/runs/{run_id:str}/artifacts/{artifact_id:str}", guards=[requires("artifacts:read")], **described())
async def get_artifact(
    request: Request[Caller, Any, Any],
    resources: NamedDependency[Resources],
    run_id: FromPath[str],
    artifact_id: FromPath[str],
) -> dict[str, Any]:
    """An artifact's facts, and a signed link to its bytes."""
    run, artifact = await _artifact(request, resources, run_id, artifact_id)
    seconds = resources.settings.link_seconds
    link = await resources.pipeline.store.link(
        artifact.key, filename=_filename(run, artifact), media_type=artifact.media_type, seconds=seconds
    )
    return _shown(run, artifact) | {"url": link, "urlExpiresIn": seconds}


@get("/v1/runs/{run_id:str}/artifacts/{artifact_id:str}/content", guards=[requires("artifacts:read")], **described())
async def artifact_content(
    request: Request[Caller, Any, Any],
    resources: NamedDependency[Resources],
    run_id: FromPath[str],
    artifact_id: FromPath[str],
) -> Stream:
    """An artifact's bytes."""
    run, artifact = await _artifact(request, resources, run_id, artifact_id)
    headers = {
        "Content-Disposition": f'attachment; filename="{_filename(run, artifact)}"',
        "Content-Length": str(artifact.size_bytes),
        "ETag": f'"{artifact.sha256}"',
    }
    return Stream(resources.pipeline.store.stream(artifact.key), media_type=artifact.media_type, headers=headers)


@get(
    "/v1/runs/{run_id:str}/debug-bundle",
    guards=[requires("runs:read")],
    **described(query={"maxEvents": INTEGER | {"minimum": 1}}),
)
async def debug_bundle(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], run_id: FromPath[str]
) -> Response[Any]:
    """What happened in a run, without what it was about; at most `maxEvents` events from its beginning, and 8 MB."""
    most = min(requests.most_events(request.query_params.get("maxEvents"), MOST_EVENTS), MOST_EVENTS)
    seen = await see(resources, request.user, run_id)
    async with resources.pipeline.database.connect() as db:
        events = await runs.events(db, run_id, limit=most)
    secret = hidden(seen.workflow, seen.run.inputs)
    now = datetime.now(UTC)
    made = bundle(seen.run, seen.state, events, secret=secret, version=VERSION, now=now, most_events=most)
    return Response(made, headers={"Cache-Control": "no-store"})


async def _artifact(
    request: Request[Caller, Any, Any], resources: Resources, run_id: str, artifact_id: str
) -> tuple[Run, Artifact]:
    run = await owned(resources, request.user, run_id)
    try:
        known = UUID(artifact_id)
    except ValueError:
        raise _missing() from None
    async with resources.pipeline.database.connect() as db:
        artifact = await artifacts.get(db, run_id, known)
    if artifact is None:
        raise _missing()
    return run, artifact


def _shown(run: Run, artifact: Artifact) -> dict[str, Any]:
    here = f"/v1/runs/{run.id}/artifacts/{artifact.id}"
    return {
        "artifactId": str(artifact.id),
        "type": artifact.format,
        "mime": artifact.media_type,
        "size": artifact.size_bytes,
        "sha256": artifact.sha256,
        "nodeId": artifact.node_id,
        "contentUrl": f"{here}/content",
    } | ({"pages": artifact.pages} if artifact.pages else {})


def _filename(run: Run, artifact: Artifact) -> str:
    return f"{run.id}.{artifact.format}"


def _missing() -> NotFound:
    return NotFound("there is no such artifact")
