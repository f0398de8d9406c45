"""Webhook subscriptions over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.api.auth.caller import Caller, requires
from services.api.idempotency import finalise
from services.api.resources import Resources
from shared.db import audit, webhooks
from shared.domain import webhooks as rules
from shared.domain.errors import Forbidden
from shared.domain.sealing import read_key

from .bodies import body
from .openapi import described


class Subscribe(msgspec.Struct, frozen=True, rename="camel"):
    """The body of ``POST /v1/webhooks``; every field is checked by ``rules.check``."""

    url: Any = None
    events: Any = None
    event_types: Any = None
    tenant_id: Any = None
    tags: Any = None
    secret: Any = None


@post("/v1/webhooks", guards=[requires("webhooks:manage")], status_code=201, **described(Subscribe, more=(409,)))
async def subscribe(request: Request[Caller, Any, Any], resources: NamedDependency[Resources]) -> Response[Any]:
    """Hear of the caller's runs. The secret is shown here, once."""
    asked = await body(request, Subscribe)
    _own_tenant(request, asked.tenant_id)
    wanted = rules.check(
        asked.url,
        asked.events if asked.events is not None else asked.event_types,
        tags=asked.tags,
        secret=asked.secret,
        allow_private=resources.settings.webhook_allow_private,
    )
    sealer = rules.sealer(read_key(resources.settings.secret_key))
    async with resources.pipeline.transaction() as tx:
        made = await webhooks.create(tx.db, request.user.id, wanted, sealer)
        await _audit(request, tx.db, "webhook.create", made.webhook_id)
        response = Response(msgspec.to_builtins(made), status_code=201)
        await finalise(tx.db, request, response)
    return response


@delete(
    "/v1/webhooks/{webhook_id:str}",
    guards=[requires("webhooks:manage")],
    status_code=204,
    **described(query={"tenantId": {"type": "string"}}),
)
async def unsubscribe(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], webhook_id: FromPath[str]
) -> Response[None]:
    """End a subscription."""
    _own_tenant(request, request.query_params.get("tenantId"))
    async with resources.pipeline.transaction() as tx:
        await webhooks.delete(tx.db, request.user.id, webhook_id)
        await _audit(request, tx.db, "webhook.delete", webhook_id)
        response = Response(None, status_code=204)
        await finalise(tx.db, request, response)
    return response


def _own_tenant(request: Request[Caller, Any, Any], tenant: Any) -> None:
    if tenant is not None and tenant != str(request.user.id):
        raise Forbidden("tenantId is not the key's tenant")


async def _audit(request: Request[Caller, Any, Any], db: Any, action: str, webhook_id: UUID | str) -> None:
    await audit.append(
        db,
        actor=str(request.user.id),
        action=action,
        object_kind="webhook",
        object_id=str(webhook_id),
        trace_id=request.scope["state"]["trace"].trace_id,
    )
