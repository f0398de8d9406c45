"""Every expected failure, drawn once.

PressrunError
├── NotFound            the thing is not there, or not the caller's
├── Conflict            the thing's state does not allow it
├── Rejected            a retry cannot help: the input is wrong
│   └── Unprocessable   well formed, but it does not fit what it is about
├── Unauthenticated     nobody knows who is calling
├── Forbidden           the caller is known and may not do this
├── TooMany             too often within a time; it says when to come back
└── Unavailable         a part (database, queue, store, browser, model) does not answer

``code`` is a closed, low-cardinality word used on the wire, in logs and as a metric label.
The message is for the client: what failed, which field or setting, what to do.
"""

from __future__ import annotations

from typing import Any

METHOD_REQUIRED = "METHOD_REQUIRED"
"""The code of a ``Forbidden`` that the second factor would lift."""


class PressrunError(Exception):
    """Something expected went wrong."""

    code = "internal_error"

    def __init__(self, message: str, *, code: str | None = None, details: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        if code is not None:
            self.code = code


class NotFound(PressrunError):
    """It does not exist, or belongs to another owner."""

    code = "not_found"


class Conflict(PressrunError):
    """Its present state does not allow this."""

    code = "conflict"


class Rejected(PressrunError):
    """The input is wrong; a retry cannot help."""

    code = "validation_error"


class Unprocessable(Rejected):
    """Well formed, but it does not fit what it is about."""


class Unauthenticated(PressrunError):
    """No credential, or one that does not work (any more)."""

    code = "unauthenticated"


class Forbidden(PressrunError):
    """The caller is known and may not do this."""

    code = "forbidden"


class TooMany(PressrunError):
    """Too often within a time.

    ``details["retryAfter"]`` says in how many seconds another try makes sense; answers carry it as Retry-After.
    """

    code = "rate_limited"


class Unavailable(PressrunError):
    """A part does not answer; a later try may succeed."""

    code = "service_unavailable"
