"""The application as a pure function of its arguments."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import cast

import structlog
from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.types import HTTPScope, LifeSpanReceive, LifeSpanScope, LifeSpanSend, Receive, Scope, Send

from shared.domain.sealing import Sealer, read_key

from . import conversations, dashboard, docs, health, problems, reports
from .auth import routes as people
from .compress import compression
from .entities import mounts as entities
from .idempotency import Idempotency
from .knowledge import routes as knowledge
from .limits import put_headers
from .observe import Observed
from .resources import OpenResources, Resources
from .runs import routes as runs
from .settings import Settings


class Application(Litestar):
    """Litestar, observed from outside: its own middleware does not see what its router refuses."""

    async def __call__(
        self,
        scope: Scope | LifeSpanScope,
        receive: Receive | LifeSpanReceive,
        send: Send | LifeSpanSend,
    ) -> None:
        if scope["type"] != ScopeType.HTTP:
            await super().__call__(scope, receive, send)
            return
        request = cast("HTTPScope", scope)
        observed = Observed(request, cast("Send", send))
        request.setdefault("state", {})["trace"] = observed.trace
        with structlog.contextvars.bound_contextvars(trace_id=observed.trace.trace_id):
            try:
                await super().__call__(scope, receive, observed.send)
            finally:
                observed.end()


def create_app(settings: Settings, open_resources: OpenResources) -> Litestar:
    """The api service.

    Args:
        open_resources: entered at start-up and left at shutdown; tests pass their own.
    """

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        opened: AbstractAsyncContextManager[Resources] = open_resources(settings)
        async with opened as resources:
            app.state.resources = resources
            yield

    sealer = Sealer(read_key(settings.secret_key), "idempotency")
    once = Idempotency(
        database=lambda app: app.state.resources.pipeline.database, sealer=lambda _: sealer, answer=problems.answer
    )
    return Application(
        route_handlers=[
            *reports.handlers(),
            *entities.handlers(settings.ml_upload_bytes),
            *conversations.handlers(),
            *knowledge.handlers(settings.upload_limit_bytes),
            *runs.handlers(),
            *people.handlers(),
            *health.handlers(),
            *docs.handlers(),
            *dashboard.handlers(),
        ],
        state=State({"settings": settings}),
        lifespan=[lifespan],
        middleware=[compression(), once],
        before_request=once.before,
        before_send=[put_headers],
        dependencies={"resources": Provide(_resources, sync_to_thread=False)},
        exception_handlers=problems.HANDLERS,
        request_max_body_size=settings.body_limit_bytes,
        openapi_config=docs.config(settings),
        template_config=dashboard.TEMPLATES,
        logging_config=None,
        debug=False,
    )


def _resources(state: State) -> Resources:
    resources: Resources = state.resources
    return resources
