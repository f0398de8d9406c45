"""How OpenWOP v1 says what went wrong: ``{"error", "message", "details"?}`` and nothing else."""

from __future__ import annotations

from typing import Any

from services.api.problems import STATUSES, Dialect, Problem

_NAMES = {
    "method_not_allowed": "validation_error",
    "bad_request": "validation_error",
    "body_too_large": "validation_error",
}
"""Words of ours that the protocol has no code for."""


def _body(problem: Problem) -> dict[str, Any]:
    details = dict(problem.details or {})
    if "scopes" in details:
        details["scopeRequired"] = " or ".join(details.pop("scopes"))
    if problem.correlation_id is not None:
        details["correlationId"] = problem.correlation_id
    if problem.status == 503 and "Retry-After" in problem.headers:
        details["retryAfter"] = int(problem.headers["Retry-After"])
    said = {"error": _NAMES.get(problem.code, problem.code), "message": problem.message}
    return said | ({"details": details} if details else {})


OPENWOP = Dialect(
    statuses=STATUSES,
    codes={
        "interrupt_expired": 410,
        "interrupt_gone": 410,
        "interrupt_cancelled": 422,
        "run_already_active": 409,
    },
    body=_body,
)
