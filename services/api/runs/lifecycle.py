"""Runs from their creation to their end: create, read, cancel, pause, resume, fork."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler
from litestar.params import FromPath

from services.api.auth.caller import Caller, Connection, authenticate, requires
from services.api.conditional import is_known
from services.api.idempotency import finalise
from services.api.resources import Resources
from shared.contracts.records import Interrupt, Run
from shared.contracts.states import RunStatus
from shared.db import answers, audit, runs, webhooks
from shared.domain import addresses, tokens
from shared.domain.errors import Conflict, Forbidden, NotFound, PressrunError, Rejected
from shared.domain.ids import run_id as new_run_id
from shared.domain.redaction import hidden
from shared.domain.sealing import read_key
from shared.domain.tokens import Link
from shared.pipeline import control
from shared.pipeline.children import cancel_children
from shared.pipeline.forks import fork as fork_run
from shared.pipeline.pipeline import Transaction
from shared.pipeline.start import start
from shared.templates.internal_workflows import INTERNAL

from . import overlays, report_inputs, requests
from .access import Seen, owned, see
from .bodies import body
from .metrics import metrics
from .openapi import described
from .snapshot import snapshot, time, with_interrupt


@post("/v1/runs", guards=[requires("runs:create")], status_code=201, **described(requests.CreateRun, more=(409, 422)))
async def create_run(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources]
) -> Response[dict[str, Any]]:
    """Start a run of a workflow."""
    asked = requests.create(await body(request, requests.CreateRun))
    caller = request.user
    if asked.tenant_id is not None and asked.tenant_id != str(caller.id):
        raise Forbidden("tenantId is not the key's tenant")
    options = asked.configurable or {}
    testing = caller.test and resources.settings.conformance
    requests.check_mock(options, test_key=testing)
    requests.check_engine(request.headers.get("x-force-engine-version"), test_key=testing)
    pipeline = resources.pipeline
    folder = pipeline.registry.by_workflow.get(asked.workflow_id)
    async with report_inputs.counted_as_report(request, folder), pipeline.transaction() as tx:
        found = await pipeline.find_workflow(tx.db, asked.workflow_id)
        if found is None or asked.workflow_id in INTERNAL:
            raise Rejected("workflowId does not name a workflow of this host")
        workflow, digest = found
        requests.check_against(workflow, asked.inputs, options)
        overlays.check_new(workflow, options)
        inputs = asked.inputs
        if folder is not None:
            inputs = await report_inputs.checked(tx.db, caller, resources, folder, inputs)
        await _refuse_twin(request, tx.db, asked.scope_id)
        trace_id = request.scope["state"]["trace"].trace_id
        run = await start(
            tx,
            run_id=new_run_id(),
            principal_id=caller.id,
            workflow=workflow,
            digest=digest,
            inputs=inputs,
            configurable=options,
            tags=asked.tags,
            metadata=asked.metadata,
            scope_id=asked.scope_id,
            callback_url=asked.callback_url,
            limited=True,
            trace_id=trace_id,
        )
        if asked.callback_url is not None:
            target = addresses.parse(asked.callback_url, allow_private=resources.settings.webhook_allow_private)
            await webhooks.create_callback(tx.db, caller.id, run.id, target.url)
        await _audit(request, tx.db, "run.create", run.id)
        response = Response(_links(run), status_code=201)
        await finalise(tx.db, request, response)
    return response


@get("/v1/runs/{run_id:str}", guards=[requires("runs:read")], **described())
async def get_run(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], run_id: FromPath[str]
) -> Response[dict[str, Any]]:
    """The run's snapshot, with an ETag that changes with every event."""
    seen = await see(resources, request.user, run_id)
    may_answer = "approvals:respond" in request.user.principal.scopes
    async with resources.pipeline.database.connect() as db:
        children = [{"runId": child.id, "status": child.status} for child in await runs.children(db, run_id)]
        used = metrics(await answers.usage(db, run_id))
    headers = {
        "ETag": _etag(seen, [*children, used], may_answer=may_answer, life_s=resources.settings.interrupt_link_seconds),
        "Cache-Control": "private, no-cache",
    }
    if is_known(request, headers["ETag"]):
        return Response(content=None, status_code=304, headers=headers)  # type: ignore[arg-type]
    shown = snapshot(seen.run, seen.state, seen.workflow)
    if seen.asked:
        interrupt = seen.asked[-1]
        shows = may_answer or interrupt.kind == "external-event"
        link = _link(request, resources, seen, interrupt) if shows else None
        shown = with_interrupt(shown, interrupt, link, hidden(seen.workflow, seen.run.inputs))
    more = {"childRuns": children, "metrics": used}
    return Response(shown | {name: value for name, value in more.items() if value}, headers=headers)


@post(
    "/v1/runs/{run_id:str}/cancel",
    guards=[requires("runs:cancel")],
    status_code=200,
    **described(requests.Cancel, optional=True, more=(409,)),
)
async def cancel_run(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], run_id: FromPath[str]
) -> Response[dict[str, Any]]:
    """End a run now. A run that has ended already keeps its status."""
    asked = await body(request, requests.Cancel, optional=True)
    await owned(resources, request.user, run_id)
    try:
        async with resources.pipeline.transaction() as tx:
            response = _status(await _cancel(request, resources, tx, run_id, asked.reason))
            await finalise(tx.db, request, response)
    except Conflict as error:
        if error.code != "run_terminal":
            raise
        return _status(await owned(resources, request.user, run_id))
    await cancel_children(resources.pipeline, run_id)
    return response


@post(
    "/v1/runs:bulk-cancel",
    guards=[requires("runs:cancel")],
    status_code=200,
    **described(requests.BulkCancel, more=(409,)),
)
async def bulk_cancel(request: Request[Caller, Any, Any], resources: NamedDependency[Resources]) -> dict[str, Any]:
    """Cancel up to a hundred runs, each for itself, in the order asked."""
    asked = requests.bulk(await body(request, requests.BulkCancel))
    results: list[dict[str, Any]] = []
    for run_id in asked.run_ids:
        try:
            await owned(resources, request.user, run_id)
            async with resources.pipeline.transaction() as tx:
                run = await _cancel(request, resources, tx, run_id, asked.reason)
            await cancel_children(resources.pipeline, run_id)
            results.append({"runId": run_id, "ok": True, "status": run.status})
        except PressrunError as error:
            results.append({"runId": run_id, "ok": False, "error": {"code": error.code, "message": error.message}})
    return {"results": results}


async def by_verb(connection: Connection, handler: BaseRouteHandler) -> None:
    """A guard: each verb has scopes of its own."""
    verb = connection.path_params["run_id"].partition(":")[2]
    if verb not in _VERBS:
        await authenticate(connection)
        raise NotFound("there is nothing at this address")
    for scope in _VERBS[verb][0]:
        await requires(scope)(connection, handler)


@post(
    "/v1/runs/{run_id:str}",
    guards=[by_verb],
    **described(requests.Pause, requests.Fork, optional=True, more=(409, 422)),
)
async def custom_method(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], run_id: FromPath[str]
) -> Response[Any]:
    """``:fork``, ``:pause`` and ``:resume``, which share a path segment with the run's id."""
    run_id, _, verb = run_id.partition(":")
    return await _VERBS[verb][1](request, resources, await owned(resources, request.user, run_id))


async def _pause(request: Request[Caller, Any, Any], resources: Resources, run: Run) -> Response[Any]:
    asked = await body(request, requests.Pause, optional=True)
    drain = asked.drain_policy == "drain-current-node"
    pipeline = resources.pipeline
    try:
        async with pipeline.transaction() as tx:
            await control.pause(pipeline, tx, run.id, drain=drain, reason=asked.reason)
            await _audit(request, tx.db, "run.pause", run.id)
            since = await runs.paused_at(tx.db, run.id)
            response = Response({"runId": run.id, "status": "paused", "pausedAt": time(since)}, status_code=202)
            await finalise(tx.db, request, response)
    except Conflict as error:
        raise await _with_time(resources, run, error) from None
    return response


async def _resume(request: Request[Caller, Any, Any], resources: Resources, run: Run) -> Response[Any]:
    await body(request, requests.Cancel, optional=True)
    pipeline = resources.pipeline
    async with pipeline.transaction() as tx:
        resumed = await control.unpause(pipeline, tx, run.id)
        await _audit(request, tx.db, "run.resume", run.id)
        status = resumed.status if not resumed.status.terminal else RunStatus.RUNNING
        told = {"runId": run.id, "status": status, "resumedAt": time(datetime.now(UTC))}
        response = Response(told, status_code=202)
        await finalise(tx.db, request, response)
    return response


async def _fork(request: Request[Caller, Any, Any], resources: Resources, run: Run) -> Response[Any]:
    mode, from_sequence, overlay = requests.fork(await body(request, requests.Fork))
    pipeline = resources.pipeline
    trace_id = request.scope["state"]["trace"].trace_id
    async with pipeline.transaction() as tx:
        if mode == "branch":
            overlay = await _checked(request, resources, tx.db, run, overlay)
        made = await fork_run(
            pipeline, tx, run, mode=mode, from_sequence=from_sequence, trace_id=trace_id, overlay=overlay
        )
        await _audit(request, tx.db, "run.fork", made.id, source=run.id, mode=mode)
        more = {"sourceRunId": run.id, "fromSeq": from_sequence, "mode": mode}
        response = Response(_links(made) | more, status_code=201)
        await finalise(tx.db, request, response)
    return response


async def _checked(
    request: Request[Caller, Any, Any], resources: Resources, db: Any, run: Run, overlay: dict[str, Any]
) -> dict[str, Any]:
    """A branch's overlay as good as a new run's options, with the inputs that go with another template."""
    changed = overlay.get("configurable") or {}
    options = run.configurable | changed
    requests.check_mock(options, test_key=request.user.test and resources.settings.conformance)
    workflow = await resources.pipeline.workflow(db, run.workflow_digest)
    inputs = run.inputs
    if "template" in changed and overlays.makes_a_report(workflow):
        inputs = await overlays.with_template(db, resources.pipeline.registry, request.user, run, changed["template"])
    requests.check_options(workflow, options)
    overlays.check(workflow, options)
    return overlay | {"inputs": inputs}


_VERBS = {
    "pause": (("runs:cancel",), _pause),
    "resume": (("runs:cancel",), _resume),
    "fork": (("runs:create", "runs:read"), _fork),
}


async def _with_time(resources: Resources, run: Run, error: Conflict) -> Conflict:
    """A refusal to pause what is paused says since when it is."""
    if (error.details or {}).get("runStatus") != RunStatus.PAUSED:
        return error
    async with resources.pipeline.database.connect() as db:
        since = await runs.paused_at(db, run.id)
    return Conflict(error.message, code=error.code, details={**(error.details or {}), "pausedAt": time(since)})


def _link(request: Request[Caller, Any, Any], resources: Resources, seen: Seen, interrupt: Interrupt) -> Link | None:
    settings = resources.settings
    if tokens.wants_account(seen.workflow, interrupt):
        return None
    base_url = settings.public_url or str(request.base_url)
    key = read_key(settings.secret_key)
    return tokens.link(key, interrupt, base_url=base_url, life_s=settings.interrupt_link_seconds)


def _etag(seen: Seen, children: list[dict[str, Any]], *, may_answer: bool, life_s: int) -> str:
    """Changes with whatever the snapshot shows: events, children, and a token, which must not grow too old."""
    shown: list[Any] = [seen.state.next_sequence, children]
    if seen.asked:
        shown += [may_answer, seen.asked[-1].token_generation, int(datetime.now(UTC).timestamp() / (life_s / 2))]
    return f'"{seen.run.id}-{hashlib.sha256(msgspec.json.encode(shown)).hexdigest()[:12]}"'


async def _cancel(
    request: Request[Caller, Any, Any], resources: Resources, tx: Transaction, run_id: str, reason: str | None
) -> Run:
    """Raises ``Conflict`` for a run that completed or failed (code ``run_terminal``)."""
    run = await control.cancel(resources.pipeline, tx, run_id, reason=reason, by=str(request.user.id))
    await _audit(request, tx.db, "run.cancel", run_id)
    return run


async def _refuse_twin(request: Request[Caller, Any, Any], db: Any, scope_id: str | None) -> None:
    """``X-Dedup: enforce``: one active run per scope."""
    if request.headers.get("x-dedup") != "enforce" or scope_id is None:
        return
    active = await runs.active_in_scope(db, request.user.id, scope_id)
    if active is not None:
        details = {"activeRunId": active, "activeHost": "cloud", "retryAfter": 1}
        raise Conflict("another run of this scope is active", code="run_already_active", details=details)


async def _audit(request: Request[Caller, Any, Any], db: Any, action: str, run_id: str, **details: Any) -> None:
    await audit.append(
        db,
        actor=str(request.user.id),
        action=action,
        object_kind="run",
        object_id=run_id,
        trace_id=request.scope["state"]["trace"].trace_id,
        details=details,
    )


def _status(run: Run) -> Response[dict[str, Any]]:
    return Response({"runId": run.id, "status": run.status}, status_code=200)


def _links(run: Run) -> dict[str, Any]:
    """What a client needs to follow a new run. Never a terminal status: it has only just been accepted."""
    status = run.status if not run.status.terminal else RunStatus.RUNNING
    here = f"/v1/runs/{run.id}"
    return {"runId": run.id, "status": status, "eventsUrl": f"{here}/events", "statusUrl": here}
