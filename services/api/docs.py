"""The OpenAPI document, and Swagger UI over it from this host alone."""

from __future__ import annotations

from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.handlers.base import BaseRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import OpenAPIRenderPlugin
from litestar.openapi.spec import Components, Contact, License, SecurityScheme, Server, Tag
from litestar.router import Router

from . import VERSION
from .settings import Settings

SWAGGER = (
    # Found, not imported: the package itself is for Django, and only its files are wanted.
    Path(str(distribution("drf-spectacular-sidecar").locate_file("drf_spectacular_sidecar")))
    / "static/drf_spectacular_sidecar/swagger-ui-dist"
)

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pressrun API</title>
<link rel="icon" href="/assets/mark.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/swagger-ui.css">
<link rel="stylesheet" href="/assets/docs.css">
</head>
<body>
<div id="docs"><noscript>The document itself is at <a href="/openapi.json">/openapi.json</a>.</noscript></div>
<script src="/assets/swagger-ui-bundle.js"></script>
<script type="module" src="/assets/docs.mjs"></script>
</body>
</html>
"""
_HEADERS = {
    # Swagger UI styles its elements directly, and draws its icons from data: addresses.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
}


class SwaggerPage(OpenAPIRenderPlugin):
    """Swagger UI whose script and styles are files of this host."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:  # noqa: ARG002
        return _PAGE.encode()


def config(settings: Settings) -> OpenAPIConfig:
    """What the document says beside the routes."""
    return OpenAPIConfig(
        title="Pressrun",
        version=VERSION,
        summary="Requests in, finished PDF, HTML and Markdown out.",
        openapi_router=Router("/docs", route_handlers=[], include_in_schema=False, response_headers=_HEADERS),
        render_plugins=[SwaggerPage(path="/")],
        servers=[Server(url=settings.public_url or "/")],
        license=License(name="Apache-2.0", identifier="Apache-2.0"),
        contact=Contact(name="Pressrun"),
        security=[{"key": []}, {"bearer": []}],
        components=Components(
            security_schemes={
                "key": SecurityScheme(type="apiKey", name="X-API-Key", security_scheme_in="header"),
                "bearer": SecurityScheme(type="http", scheme="bearer"),
            }
        ),
        tags=[
            Tag(name="reports", description="Ask for a report, follow it, download it."),
            Tag(name="ml reports", description="What only reports about machine learning have."),
            Tag(name="entities", description="What machine-learning reports describe: push, look at, list, delete."),
            Tag(name="lookup", description="Projects, experiments, models, deployments: where their ids are found."),
            Tag(name="jobs", description="The work on a machine-learning report."),
            Tag(name="runs", description="Runs of workflows, by OpenWOP v1: every report's run is one."),
            Tag(name="templates", description="What reports can be made by."),
            Tag(name="queue", description="How long one has to wait. Public."),
            Tag(name="people", description="Log in, a second factor, API keys, users."),
            Tag(name="health", description="For operators."),
        ],
        use_handler_docstrings=True,
    )


def handlers() -> list[BaseRouteHandler]:
    return [document]


@get("/openapi.json", include_in_schema=False)
async def document(request: Request[Any, Any, Any]) -> Response[dict[str, Any]]:
    """The OpenAPI document."""
    return Response(request.app.openapi_schema.to_schema(), media_type="application/vnd.oai.openapi+json")
