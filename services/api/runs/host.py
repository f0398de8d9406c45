"""What the host says of itself: discovery, OpenAPI, workflows, the audit log; and what it does not have."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import MediaType, Request, Response, get, route
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.api.audit import verify
from services.api.auth.caller import Caller, requires
from services.api.conditional import is_known
from services.api.problems import UNVERSIONED
from services.api.resources import Resources
from shared.db import runs
from shared.domain.errors import NotFound, Rejected

from .access import check_id
from .openapi import INTEGER, PUBLIC, described
from .requests import integer


@get("/.well-known/openwop", tags=["runs"], **PUBLIC)
async def discovery(request: Request[Any, Any, Any], resources: NamedDependency[Resources]) -> Response[bytes]:
    """What this host can do, for clients of OpenWOP v1."""
    document, etag = resources.discovery
    headers = {"Cache-Control": "public, max-age=300", "ETag": etag}
    if is_known(request, etag):
        return Response(b"", status_code=304, headers=headers)
    return Response(document, media_type=MediaType.JSON, headers=headers)


@get("/v1/openapi.json", include_in_schema=False)
async def openapi(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The API's description, of OpenAPI 3.1."""
    described = request.app.openapi_schema.to_schema()
    return Response(msgspec.json.encode(described), media_type=MediaType.JSON)


@get("/v1/workflows/{workflow_id:str}", guards=[requires("manifest:read")], **described())
async def workflow(resources: NamedDependency[Resources], workflow_id: FromPath[str]) -> dict[str, Any]:
    """A workflow's definition exactly as it was stored."""
    check_id(workflow_id)
    async with resources.pipeline.database.connect() as db:
        found = await runs.latest_workflow(db, workflow_id)
    if found is None:
        raise NotFound("there is no such workflow")
    return found[1]


@get("/v1/audit/verify", guards=[requires("audit:read")], **described(query={"fromSeq": INTEGER, "toSeq": INTEGER}))
async def verify_audit(request: Request[Caller, Any, Any], resources: NamedDependency[Resources]) -> Any:
    """Whether a range of the audit log is as it was written."""
    if not resources.audit_keys:
        raise NotFound("this host keeps no signed audit log")
    query = request.query_params
    first = integer("fromSeq", query.get("fromSeq"), 0)
    last = integer("toSeq", query["toSeq"], 0) if query.get("toSeq") else None
    return await verify(resources.pipeline.database, from_seq=first, to_seq=last, keys=resources.audit_keys)


@route(["/v1/packs", "/v1/packs/{rest:path}"], http_method=["GET", "PUT", "POST", "DELETE"], include_in_schema=False)
async def packs() -> Response[str]:
    """There is no pack registry here; clients take any JSON error for one that is there."""
    return Response("Not found", status_code=404, media_type=MediaType.TEXT)


@route(
    [path for root in UNVERSIONED for path in (f"/{root}", f"/{root}/{{rest:path}}")],
    http_method=["GET", "POST", "PUT", "PATCH", "DELETE"],
    include_in_schema=False,
)
async def unversioned() -> None:
    """The protocol's addresses begin with its version."""
    raise Rejected("the address lacks the protocol's version: put /v1 before it")
