"""Answers to interrupts over HTTP: by the run's owner, by named approvers, or by whoever holds a signed token."""

from __future__ import annotations

from typing import Any

from litestar import Request, Response, delete, post
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler
from litestar.params import FromPath

from services.api.auth.caller import Caller, Connection, requires
from services.api.idempotency import finalise, scope_to
from services.api.resources import Resources
from shared.contracts.records import Interrupt
from shared.db import audit, interrupts
from shared.domain import approvals
from shared.domain.errors import Forbidden, NotFound
from shared.pipeline.answers import resolve

from .access import answerable, check_id, owned
from .asking import asked_by_token, claims, may_answer
from .bodies import body
from .openapi import PUBLIC, described
from .requests import Resolve


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


@delete(
    "/v1/runs/{run_id:str}/interrupts/{node_id:str}/token",
    guards=[requires("approvals:respond")],
    status_code=204,
    **described(more=(409,)),
)
async def revoke_tokens(
    request: Request[Caller, Any, Any],
    resources: NamedDependency[Resources],
    run_id: FromPath[str],
    node_id: FromPath[str],
) -> Response[None]:
    """Take back every token that was given out for what a node waits for; the run's snapshot has a new one."""
    await owned(resources, request.user, run_id)
    check_id(node_id)
    async with resources.pipeline.transaction() as tx:
        if not await interrupts.revoke_tokens(tx.db, run_id, node_id):
            raise NotFound("the node has no open interrupt", code="interrupt_not_found")
        await _audit(request, tx.db, "interrupt.revoke_tokens", run_id, str(request.user.id), {"node": node_id})
        response = Response(None, status_code=204)
        await finalise(tx.db, request, response)
    return response


async def by_token(connection: Connection, _handler: BaseRouteHandler) -> None:
    """A guard: the token is the credential, and what idempotency keys are kept apart by."""
    said = claims(connection.app.state.resources, connection.path_params["token"])
    scope_to(connection, f"interrupt:{said.interrupt_id}")


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
    value = (await body(request, Resolve)).resume_value
    return await answer_by_token(request, resources, token, value)


async def answer_by_token(
    request: Request[Any, Any, Any], resources: Resources, token: str, value: Any
) -> Response[dict[str, Any]]:
    """Answer the interrupt that a token is for.

    Raises:
        Forbidden: the token may only look, or the gate wants somebody with an account.
    """
    interrupt = await asked_by_token(resources, token)
    if not await may_answer(resources, token, interrupt):
        raise Forbidden("this token may only look, or the gate wants a signed-in approver: use the run's own address")
    return await _resolve(request, resources, interrupt.run_id, interrupt.node_id, value, by=f"token:{interrupt.id}")


async def _resolve(
    request: Request[Any, Any, Any], resources: Resources, run_id: str, node_id: str, value: Any, *, by: str
) -> Response[dict[str, Any]]:
    pipeline = resources.pipeline
    async with pipeline.transaction() as tx:
        run = await resolve(pipeline, tx, run_id, node_id, value, by=by)
        asked = await interrupts.latest(tx.db, run_id, node_id)
        await _audit(request, tx.db, "interrupt.resolve", run_id, by, {"node": node_id} | _decision(asked, value))
        response = Response({"runId": run.id, "nodeId": node_id, "status": str(run.status)}, status_code=200)
        await finalise(tx.db, request, response)
    return response


async def _audit(
    request: Request[Any, Any, Any], db: Any, action: str, run_id: str, by: str, details: dict[str, Any]
) -> None:
    await audit.append(
        db,
        actor=by,
        action=action,
        object_kind="run",
        object_id=run_id,
        trace_id=request.scope["state"]["trace"].trace_id,
        details=details,
    )


def _decision(asked: Interrupt | None, value: Any) -> dict[str, Any]:
    """What an approval's answer decided, in words of ours: any other answer is the caller's, and not for the audit."""
    if asked is None or asked.kind != "approval":
        return {}
    return {"action": approvals.check(asked, value)["action"]}
