"""What interrupts ask, shown to the run's owner, to approvers that the gate names, and to whoever holds a signed token."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.api.auth.caller import Caller, requires
from services.api.resources import Resources
from shared.contracts.records import Interrupt, Run
from shared.contracts.workflow import Workflow
from shared.db import interrupts, runs
from shared.domain import tokens
from shared.domain.errors import Conflict, NotFound
from shared.domain.redaction import hidden, redact
from shared.domain.sealing import read_key
from shared.domain.tokens import Claims
from shared.pipeline.answers import CLOSED

from .access import answerable
from .openapi import PUBLIC, described


@get("/v1/runs/{run_id:str}/interrupts/{node_id:str}", guards=[requires("approvals:respond")], **described())
async def inspect_by_run(
    request: Request[Caller, Any, Any],
    resources: NamedDependency[Resources],
    run_id: FromPath[str],
    node_id: FromPath[str],
) -> dict[str, Any]:
    """What a node waits for: of one of the caller's runs, or one whose gate names the caller."""
    return await _payload(resources, await asked_by_run(resources, request.user, run_id, node_id))


@get("/v1/interrupts/{token:str}", **PUBLIC, **described(more=(409, 410)))
async def inspect_by_token(resources: NamedDependency[Resources], token: FromPath[str]) -> dict[str, Any]:
    """What the holder of a token is asked."""
    return await _payload(resources, await asked_by_token(resources, token))


async def asked_by_run(resources: Resources, caller: Caller, run_id: str, node_id: str) -> Interrupt:
    """The open interrupt of a node that the caller may answer. Raises ``NotFound``."""
    await answerable(resources, caller, run_id, node_id)
    async with resources.pipeline.database.connect() as db:
        waiting = [one for one in await interrupts.open_ones(db, run_id) if one.node_id == node_id]
    if not waiting:
        raise NotFound("the node has no open interrupt", code="interrupt_not_found")
    return waiting[-1]


async def asked_by_token(resources: Resources, token: str) -> Interrupt:
    """The open interrupt that a token of ours is for. Raises ``NotFound`` or ``Conflict``."""
    said = claims(resources, token)
    async with resources.pipeline.database.connect() as db:
        interrupt = await interrupts.by_id(db, said.interrupt_id)
    if interrupt is None:
        raise NotFound("there is no such interrupt", code="interrupt_not_found")
    if interrupt.status == "cancelled":
        raise Conflict("the run that asked has ended", code="interrupt_gone")
    if interrupt.status != "open":
        raise Conflict(f"the interrupt is {interrupt.status} already", code=CLOSED[interrupt.status])
    tokens.check_generation(said, interrupt)
    return interrupt


async def may_answer(resources: Resources, token: str, interrupt: Interrupt) -> bool:
    """Whether a good token is enough to answer its interrupt."""
    if claims(resources, token).intent != "resolve":
        return False
    _, workflow = await _asking(resources, interrupt)
    return not tokens.wants_account(workflow, interrupt)


def claims(resources: Resources, token: str) -> Claims:
    """What a token of ours says. Raises ``NotFound`` or ``Conflict``."""
    return tokens.verify([read_key(resources.settings.secret_key)], token, datetime.now(UTC))


async def _payload(resources: Resources, interrupt: Interrupt) -> dict[str, Any]:
    """OpenWOP's InterruptPayload, which has these fields and no others."""
    run, workflow = await _asking(resources, interrupt)
    data = redact(hidden(workflow, run.inputs).mask(interrupt.data))
    shown: dict[str, Any] = {"kind": interrupt.kind, "key": interrupt.key, "data": data}
    if interrupt.resume_schema is not None:
        shown["resumeSchema"] = interrupt.resume_schema
    if interrupt.expires_at is not None:
        shown["timeoutMs"] = max(0, round((interrupt.expires_at - datetime.now(UTC)).total_seconds() * 1000))
    return shown


async def _asking(resources: Resources, interrupt: Interrupt) -> tuple[Run, Workflow]:
    """The run that asks, and its workflow."""
    async with resources.pipeline.database.connect() as db:
        run = await runs.get(db, interrupt.run_id)
        if run is None:
            raise NotFound("there is no such interrupt", code="interrupt_not_found")
        return run, await resources.pipeline.workflow(db, run.workflow_digest)
