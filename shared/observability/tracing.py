"""Trace context: which request a line of log, a run and a response belong to (W3C Trace Context)."""

from __future__ import annotations

import re
import secrets

import msgspec
import structlog

_TRACEPARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


class Trace(msgspec.Struct, frozen=True):
    """One span of a trace. ``str()`` gives the ``traceparent`` header."""

    trace_id: str
    span_id: str
    flags: str = "00"

    def __str__(self) -> str:
        return f"00-{self.trace_id}-{self.span_id}-{self.flags}"


def begin(traceparent: str | None = None) -> Trace:
    """A new span: of the caller's trace when its header is valid, else of a new one."""
    caller = parse(traceparent or "")
    if caller is None:
        return Trace(secrets.token_hex(16), secrets.token_hex(8))
    return Trace(caller.trace_id, secrets.token_hex(8), caller.flags)


def parse(traceparent: str) -> Trace | None:
    """What a ``traceparent`` says; None when it is not valid."""
    found = _TRACEPARENT.fullmatch(traceparent.strip())
    if found is None:
        return None
    version, trace_id, span_id, flags, more = found.groups()
    if version == "ff" or (version == "00" and more) or not int(trace_id, 16) or not int(span_id, 16):
        return None
    return Trace(trace_id, span_id, flags)


def bind(trace: Trace) -> None:
    """Put the trace into every line that is logged from here on in this task."""
    structlog.contextvars.bind_contextvars(trace_id=trace.trace_id)
