"""Ask for an entity's figures to be computed from uploaded tables."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
import structlog
from litestar import Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.api.auth.caller import Caller, requires
from services.api.body import json_object
from services.api.idempotency import finalise
from services.api.resources import Resources
from shared.contracts.computing import ROLES, Asked
from shared.db import uploads
from shared.domain.errors import Unavailable
from shared.domain.ids import run_id
from shared.observability.tracing import Trace
from shared.pipeline.start import start
from shared.templates.internal_workflows import ML_COMPUTE

from .access import WRITE, check_kind, find, note, unfit
from .locating import located
from .openapi import ERRORS, ComputeOperation
from .reading import refused

log = structlog.get_logger()


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    job_id: UUID
    """To be followed with `GET /api/jobs/{job_id}`."""
    status: str = "queued"


@post(
    "/entities/{kind:str}/{entity_id:str}/compute",
    status_code=202,
    guards=[requires(*WRITE)],
    summary="Compute an entity's figures",
    tags=["uploads"],
    responses=ERRORS,
    operation_class=ComputeOperation,
)
async def compute(
    request: Request[Caller, Any, Any],
    resources: NamedDependency[Resources],
    kind: FromPath[str],
    entity_id: FromPath[str],
) -> Response[Accepted]:
    """Compute figures of a `model` (from `predictions`), a `deployment` (`inference_log`) or a `synthgen` job (`real`,
    `synthetic` and, if there is one, `holdout`).

    When the job has succeeded the entity has them, each marked as computed in `sources`; its other fields stay.
    """
    if check_kind(kind) not in ROLES:
        raise unfit(("path", "kind"), f"kind: nothing is computed of a {kind}; it must be one of {', '.join(ROLES)}")
    asked = _asked(kind, await json_object(request))
    trace: Trace = request.scope["state"]["trace"]
    async with resources.pipeline.transaction() as tx:
        entity = await find(tx.db, request.user, kind, entity_id)
        for role, table in asked.tables().items():
            if await uploads.get(tx.db, request.user.id, table.upload_id) is None:
                raise refused(f"{role}.upload_id", "there is no such upload of yours; it is kept for a day")
        found = await resources.pipeline.find_workflow(tx.db, ML_COMPUTE)
        if found is None:
            raise Unavailable(f"the workflow '{ML_COMPUTE}' is not deployed; start the api again")
        run = await start(
            tx,
            run_id=run_id(),
            principal_id=request.user.id,
            workflow=found[0],
            digest=found[1],
            inputs={"kind": kind, "entityId": str(entity.id), "asked": msgspec.to_builtins(asked)},
            trace_id=trace.trace_id,
        )
        await note(tx.db, request, "entity.compute", kind, entity.id, run=run.id)
        response = Response(Accepted(job_id=UUID(run.id.removeprefix("run-"))), status_code=202)
        await finalise(tx.db, request, response)
    log.info("entity.computing", kind=kind, entity_id=str(entity.id), run_id=run.id)
    return response


def _asked(kind: str, given: dict[str, Any]) -> Asked:
    try:
        asked = msgspec.convert(given, Asked)
    except msgspec.ValidationError as error:
        path, said = located(Asked, given, error)
        raise refused(path, said, kind="type_error") from None
    if problem := asked.wrong(kind):
        raise refused(*problem)
    return asked
