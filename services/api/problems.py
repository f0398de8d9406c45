"""Errors to answers: the only place that knows status codes. One table per dialect, never a stack trace."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException, ValidationException
from litestar.types import ExceptionHandler

from shared.domain.errors import (
    METHOD_REQUIRED,
    Conflict,
    Forbidden,
    NotFound,
    PressrunError,
    Rejected,
    TooMany,
    Unauthenticated,
    Unavailable,
    Unprocessable,
)
from shared.domain.redaction import redact

FIELDS = "fields"
"""Key of an error's details: what is wrong with each field, as ``Problem.fields``."""
RETRY_AFTER_S = 2
"""When a part is down, clients may come back soon: the parts' own recovery is quick."""

log = structlog.get_logger()


STATUSES: Mapping[type[PressrunError], int] = {
    NotFound: 404,
    Conflict: 409,
    Rejected: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    TooMany: 429,
    Unavailable: 503,
}


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong, in no dialect yet."""

    status: int
    code: str
    message: str
    details: dict[str, Any] | None = None
    correlation_id: str | None = None
    headers: Mapping[str, str] = {}
    place: str = "body"
    """Where the fields of this request stand: ``body``, or ``query`` where there is none."""
    fields: list[dict[str, Any]] = []
    """What is wrong, field by field: ``loc``, ``msg``, ``type``."""


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """How one API says what went wrong."""

    statuses: Mapping[type[PressrunError], int]
    codes: Mapping[str, int] = {}
    """Statuses of single codes, before those of their kinds."""
    body: Callable[[Problem], dict[str, Any]]
    longest_wait_s: int | None = None
    """The longest Retry-After of what clients repeat by themselves, which is all but POST and PATCH."""
    malformed: int = 400
    """The status of a parameter that the framework could not read."""


def _longform(problem: Problem) -> dict[str, Any]:
    """``error`` is this dialect's; ``detail`` is the same for clients of the other report dialect on this path."""
    body = {"success": False, "error": problem.message, "detail": problem.message, "code": problem.code}
    # This dialect's clients read what a demand for the second factor says at the top.
    at_top = (problem.details or {}) if problem.code == METHOD_REQUIRED else {}
    return body | at_top | _more(problem)


def _plain(problem: Problem) -> dict[str, Any]:
    return {"error": problem.code, "message": problem.message} | _more(problem)


def _more(problem: Problem) -> dict[str, Any]:
    more = {"details": problem.details, "correlation_id": problem.correlation_id}
    return {name: value for name, value in more.items() if value}


def _openwop(problem: Problem) -> dict[str, Any]:
    """OpenWOP v1: ``error``, ``message``, ``details``, and nothing else at the top."""
    details = redact(dict(problem.details or {}))
    if "scopes" in details:
        details["scopeRequired"] = " or ".join(details.pop("scopes"))
    if problem.correlation_id is not None:
        details["correlationId"] = problem.correlation_id
    if problem.status == 503:
        details["retryAfter"] = RETRY_AFTER_S
    code = _OPENWOP_CODES.get(problem.code, problem.code)
    return {"error": code, "message": redact(problem.message)} | ({"details": details} if details else {})


_OPENWOP_CODES = {
    "method_not_allowed": "validation_error",
    "bad_request": "validation_error",
    METHOD_REQUIRED: "forbidden",
    "body_too_large": "validation_error",
    "invalid_json": "validation_error",
}
"""Words of ours that the protocol has none for."""


def _ml(problem: Problem) -> dict[str, Any]:
    """``detail``: a sentence, or a list of what is wrong with each field."""
    wrong = problem.fields or [_field(problem)] if problem.status == 422 else None
    body = {"detail": wrong or problem.message, "code": problem.code, "correlation_id": problem.correlation_id}
    return {name: value for name, value in body.items() if value}


def _merged(problem: Problem) -> dict[str, Any]:
    """For clients of either report dialect."""
    return {"success": False, "error": problem.message} | _ml(problem)


def _field(problem: Problem) -> dict[str, Any]:
    field = str((problem.details or {}).get("field", ""))
    where = "header" if field in _HEADERS else problem.place
    return {"loc": place(field, where), "msg": problem.message, "type": problem.code}


_HEADERS = ("X-Report-Dialect", "Idempotency-Key")


PLAIN = Dialect(statuses=STATUSES, body=_plain)
LONGFORM = Dialect(
    statuses={**STATUSES, Conflict: 400},
    codes={"template_exists": 409, "template_in_use": 409, "template_built_in": 409},
    body=_longform,
    longest_wait_s=5,
)
OPENWOP = Dialect(
    statuses={Unprocessable: 422, **STATUSES},
    codes={"interrupt_expired": 410, "interrupt_gone": 410, "interrupt_cancelled": 422},
    body=_openwop,
)

ML = Dialect(
    statuses={**STATUSES, Rejected: 422},
    codes={"version_changed": 412, "upload_too_large": 413, "upload_too_long": 413, "upload_type": 415},
    body=_ml,
    longest_wait_s=5,
    malformed=422,
)
MERGED = Dialect(statuses=ML.statuses, codes=ML.codes, body=_merged, longest_wait_s=5, malformed=422)
"""Of machine-learning reports on paths that they share with long-form ones."""

UNVERSIONED = ("runs", "runs:bulk-cancel", "workflows", "interrupts", "webhooks", "audit")
"""Roots that the protocol has behind its version only; without it they are refused in its dialect."""

BY_PATH = (
    ("/ml", ML),
    ("/api/ml", ML),
    ("/api/jobs", ML),
    ("/api/projects", ML),
    ("/api/experiments", ML),
    ("/api/models", ML),
    ("/api/mlops", ML),
    ("/api/synthgen", ML),
    ("/api/privacy", ML),
    ("/api/reports", LONGFORM),
    ("/sting/api/reports", LONGFORM),
    ("/api/knowledge", LONGFORM),
    ("/api/conversations", LONGFORM),
    ("/sting/api/conversations", LONGFORM),
    ("/v1", OPENWOP),
    ("/.well-known/openwop", OPENWOP),
    *((f"/{root}", OPENWOP) for root in UNVERSIONED),
)
"""The first prefix that a path has decides its dialect, unless its handler has; any other path is answered plainly."""

_SPOKEN = "dialect"

_SAID = {
    404: ("not_found", "There is nothing at this address"),
    405: ("method_not_allowed", "This address does not know this method"),
    413: ("body_too_large", "The request body is too large"),
}


def place(path: str, where: str = "body") -> list[str | int]:
    """A path such as ``a.b[2]`` as clients of the machine-learning dialect read it."""
    steps = re.findall(r"\[(\d+)\]|([^.\[\]]+)", path)
    return [where, *(int(index) if index else name for index, name in steps)]


def speak(connection: ASGIConnection[Any, Any, Any, Any], dialect: Dialect) -> None:
    """From now on this request's errors are said in this dialect, whatever its path."""
    connection.scope["state"][_SPOKEN] = dialect


def answer(request: Request[Any, Any, Any], error: Exception) -> Response[dict[str, Any]]:
    """The exception handler of the whole application."""
    path = request.scope["path"]
    by_path = next((found for prefix, found in BY_PATH if path == prefix or path.startswith(f"{prefix}/")), PLAIN)
    dialect = request.scope.get("state", {}).get(_SPOKEN, by_path)
    problem = _problem(request, error, dialect)
    return Response(
        dialect.body(problem), status_code=problem.status, headers=dict(problem.headers), media_type="application/json"
    )


HANDLERS: dict[int | type[Exception], ExceptionHandler[Any]] = {Exception: answer, HTTPException: answer}


def _problem(request: Request[Any, Any, Any], error: Exception, dialect: Dialect) -> Problem:
    if isinstance(error, PressrunError):
        return _expected(request, error, dialect)
    if isinstance(error, HTTPException) and error.status_code < 500:
        return _refused(request, error, dialect)
    return _crash(request, error)


def _expected(request: Request[Any, Any, Any], error: PressrunError, dialect: Dialect) -> Problem:
    by_kind = next((status for kind, status in dialect.statuses.items() if isinstance(error, kind)), 500)
    status = dialect.codes.get(error.code, by_kind)
    headers = {}
    if isinstance(error, Unavailable):
        log.warning("part.unavailable", error=error.message)
        headers["Retry-After"] = str(RETRY_AFTER_S)
    elif error.details and "retryAfter" in error.details:
        wait = int(error.details["retryAfter"])
        if dialect.longest_wait_s is not None and request.method not in {"POST", "PATCH"}:
            wait = min(wait, dialect.longest_wait_s)
        headers["Retry-After"] = str(wait)
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    details = dict(error.details or {})
    fields = details.pop(FIELDS, [])
    return Problem(
        status=status,
        code=error.code,
        message=error.message,
        details=details or None,
        headers=headers,
        place="query" if request.method in {"GET", "HEAD"} else "body",
        fields=fields,
    )


def _refused(request: Request[Any, Any, Any], error: HTTPException, dialect: Dialect) -> Problem:
    """What the framework refused before a handler of ours was asked."""
    code, message = _SAID.get(error.status_code, ("bad_request", error.detail))
    if error.status_code == 413:
        limit, remedy = _limit(request)
        message = f"The request body is larger than {limit} bytes; {remedy}"
    if isinstance(error, ValidationException):
        return Problem(
            status=dialect.malformed,
            code="validation_error",
            message=_fields(error),
            fields=[
                {
                    "loc": [one.get("source", "query"), one.get("key")],
                    "msg": one.get("message"),
                    "type": "validation_error",
                }
                for one in _found(error)
            ],
        )
    return Problem(status=error.status_code, code=code, message=message, headers=error.headers or {})


def _limit(request: Request[Any, Any, Any]) -> tuple[int, str]:
    """How large a body of this path may be, and what to do about a larger one."""
    settings, path = request.app.state.settings, request.scope["path"]
    if path.startswith("/api/knowledge/"):
        return settings.upload_limit_bytes, "send it in parts"
    if "/api/ml/uploads" in path:
        return settings.ml_upload_bytes, "send a sample of the rows, or Parquet (PRESSRUN_ML_UPLOAD_BYTES)"
    return settings.body_limit_bytes, "send less context at once"


def _fields(error: ValidationException) -> str:
    return "; ".join(f"{one.get('key')}: {one.get('message')}" for one in _found(error)) or error.detail


def _found(error: ValidationException) -> list[dict[str, Any]]:
    return error.extra if isinstance(error.extra, list) else []


def _crash(request: Request[Any, Any, Any], error: Exception) -> Problem:
    log.error("request.crashed", exc_info=error)
    opt = request.scope["route_handler"].opt if "route_handler" in request.scope else {}
    return Problem(
        status=500,
        code="internal_error",
        message=opt.get("crash", "Something went wrong here; the log has it under this correlation id"),
        correlation_id=request.scope["state"]["trace"].trace_id,
    )
