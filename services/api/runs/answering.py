"""Interrupts over HTTP: answered by the run's owner, or by whoever holds a signed token."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler
from litestar.params import FromPath

from services.api.auth.caller import Caller, Connection, requires
from services.api.idempotency import finalise, scope_to
from services.api.resources import Resources
from services.api.settings import Settings
from shared.contracts.records import Interrupt, Run
from shared.contracts.workflow import Workflow
from shared.db import audit, interrupts, runs
from shared.domain import approvals, tokens
from shared.domain.errors import Conflict, Forbidden, NotFound
from shared.domain.sealing import read_key
from shared.domain.tokens import Claims
from shared.pipeline.answers import CLOSED, resolve

from .access import answerable
from .bodies import body
from .openapi import PUBLIC, described
from .requests import Resolve

AUTH_REQUIRED = "openwop-interrupt-auth-required"
"""A gate with this profile is answered over the run's own surface only."""


def wants_account(workflow: Workflow, interrupt: Interrupt) -> bool:
    """Whether a token is not enough to answer this: the gate says so, or names its approvers."""
    profile = workflow.node(interrupt.node_id).config.get("profile")
    return profile == AUTH_REQUIRED or bool(approvals.approvers(interrupt))


def token_for(settings: Settings, run: Run, interrupt: Interrupt) -> tuple[str, str]:
    """A fresh token for an open interrupt and the address that it is sent to."""
    now = datetime.now(UTC)
    claims = Claims(
        run_id=run.id,
        node_id=interrupt.node_id,
        interrupt_id=str(interrupt.id),
        expires_at=tokens.expiry(now, interrupt.expires_at),
    )
    token = tokens.sign(read_key(settings.secret_key), claims)
    return token, f"{settings.public_url}/v1/interrupts/{token}"


@post(
    "/v1/runs/{run_id:str}/interrupts/{node_id:str}",
    guards=[requires("approvals:respond")],
    status_code=200,
    **described(Resolve, more=(409, 410, 422)),
)
async def resolve_by_run(
    request: Request[Caller, Any, Any],
    resources: NamedDependency[Resources],
    run_id: FromPath[str],
    node_id: FromPath[str],
) -> Response[dict[str, Any]]:
    """Answer what a node waits for: of one of the caller's runs, or one whose gate names the caller."""
    await answerable(resources, request.user, run_id, node_id)
    value = (await body(request, Resolve)).resume_value
    return await _resolve(request, resources, run_id, node_id, value, by=str(request.user.id))


@get("/v1/interrupts/{token:str}", **PUBLIC, **described(more=(409, 410)))
async def inspect_by_token(resources: NamedDependency[Resources], token: FromPath[str]) -> dict[str, Any]:
    """What the holder of a token is asked."""
    interrupt = await asked_by_token(resources, token)
    shown: dict[str, Any] = {"kind": interrupt.kind, "key": interrupt.key, "data": interrupt.data}
    if interrupt.resume_schema is not None:
        shown["resumeSchema"] = interrupt.resume_schema
    if interrupt.expires_at is not None:
        shown["timeoutMs"] = max(0, round((interrupt.expires_at - datetime.now(UTC)).total_seconds() * 1000))
    return shown


async def by_token(connection: Connection, _handler: BaseRouteHandler) -> None:
    """A guard: the token is the credential, and what idempotency keys are kept apart by."""
    claims = _claims(connection.app.state.resources, connection.path_params["token"])
    scope_to(connection, f"interrupt:{claims.interrupt_id}")


@post(
    "/v1/interrupts/{token:str}",
    guards=[by_token],
    status_code=200,
    **PUBLIC,
    **described(Resolve, more=(409, 410, 422)),
)
async def resolve_by_token(
    request: Request[Any, Any, Any], resources: NamedDependency[Resources], token: FromPath[str]
) -> Response[dict[str, Any]]:
    """Answer with nothing but a token."""
    claims = _claims(resources, token)
    interrupt = await _asked(resources, claims)
    if claims.intent != "resolve":
        raise Forbidden("this token may only look")
    async with resources.pipeline.database.connect() as db:
        run = await runs.get(db, interrupt.run_id)
        workflow = await resources.pipeline.workflow(db, run.workflow_digest) if run else None
    if workflow is not None and wants_account(workflow, interrupt):
        raise Forbidden("this gate wants a signed-in approver; a token is not enough")
    value = (await body(request, Resolve)).resume_value
    return await _resolve(request, resources, interrupt.run_id, interrupt.node_id, value, by=f"token:{interrupt.id}")


async def _resolve(
    request: Request[Any, Any, Any], resources: Resources, run_id: str, node_id: str, value: Any, *, by: str
) -> Response[dict[str, Any]]:
    pipeline = resources.pipeline
    async with pipeline.transaction() as tx:
        run = await resolve(pipeline, tx, run_id, node_id, value, by=by)
        asked = await interrupts.latest(tx.db, run_id, node_id)
        await audit.append(
            tx.db,
            actor=by,
            action="interrupt.resolve",
            object_kind="run",
            object_id=run_id,
            trace_id=request.scope["state"]["trace"].trace_id,
            details={"node": node_id} | _decision(asked, value),
        )
        response = Response({"runId": run.id, "nodeId": node_id, "status": str(run.status)}, status_code=200)
        await finalise(tx.db, request, response)
    return response


def _decision(asked: Interrupt | None, value: Any) -> dict[str, Any]:
    """What an approval's answer decided, in words of ours: any other answer is the caller's, and not for the audit."""
    if asked is None or asked.kind != "approval":
        return {}
    return {"action": approvals.check(asked, value)["action"]}


async def asked_by_token(resources: Resources, token: str) -> Interrupt:
    """The open interrupt that a token of ours is for. Raises ``NotFound`` or ``Conflict``."""
    return await _asked(resources, _claims(resources, token))


async def _asked(resources: Resources, claims: Claims) -> Interrupt:
    async with resources.pipeline.database.connect() as db:
        interrupt = await interrupts.by_id(db, claims.interrupt_id)
    if interrupt is None:
        raise NotFound("there is no such interrupt", code="interrupt_not_found")
    if interrupt.status == "cancelled":
        raise Conflict("the run that asked has ended", code="interrupt_gone")
    if interrupt.status != "open":
        raise Conflict(f"the interrupt is {interrupt.status} already", code=CLOSED[interrupt.status])
    return interrupt


def _claims(resources: Resources, token: str) -> Claims:
    return tokens.verify([read_key(resources.settings.secret_key)], token, datetime.now(UTC))
