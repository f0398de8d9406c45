"""One stream of log lines per process: ours and the libraries', JSON or console, on standard output."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "[hidden]"

_SECRET_NAME = re.compile(
    r"password|passwd|secret|(^|[_-])token$|api[_-]?key|access[_-]?key|authorization|cookie|credential", re.IGNORECASE
)
_SECRET_TEXT = (
    (re.compile(r"\bshare_[A-Za-z0-9_-]{16,}"), HIDDEN),
    (re.compile(r"\bsk_[A-Za-z0-9_-]{16,}"), HIDDEN),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"), rf"\1 {HIDDEN}"),
    (re.compile(r"\b([a-z][a-z0-9+.-]*://[^\s/:@]*):[^\s/@]+@"), rf"\1:{HIDDEN}@"),
    (re.compile(r"(?i)(X-Amz-(?:Signature|Credential|Security-Token)=)[^&\s]+"), rf"\1{HIDDEN}"),
)
_FIRST = ("timestamp", "level", "service", "event")
_LEVEL_OF_LIBRARIES = {"uvicorn.access": logging.WARNING, "httpx": logging.WARNING, "httpcore": logging.WARNING}


def configure(level: str, format: str, service: str) -> None:  # noqa: A002 - the setting's name
    """Set up structlog and the standard library's logging for this process. Call it once, in ``main``.

    Args:
        level: ``debug``, ``info``, ``warning`` or ``error``.
        format: ``json``, ``console``, or ``auto``: console on a terminal, JSON elsewhere.
        service: added to every line.

    Raises:
        SystemExit: the level or the format is not one of these.
    """
    number = _level(level)
    console = _is_console(format)
    common = _common(service)
    structlog.configure(
        processors=[*common, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=common, processors=_last(console=console))
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(number)
    for name, least in _LEVEL_OF_LIBRARIES.items():
        logging.getLogger(name).setLevel(max(least, number))
    logging.captureWarnings(True)


def redact(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Take secrets out of a line: fields named like one, and keys and passwords inside any text."""
    return {key: _shown(key, value) for key, value in event.items()}


def _common(service: str) -> list[Processor]:
    def add_service(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
        event["service"] = service
        return event

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_service,
    ]


def _last(*, console: bool) -> list[Processor]:
    before: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        redact,
        _in_order,
    ]
    if console:
        plain = structlog.dev.plain_traceback  # the pretty ones print local variables, and so secrets
        colours = sys.stdout.isatty()
        return [*before, structlog.dev.ConsoleRenderer(colors=colours, exception_formatter=plain, sort_keys=False)]
    return [*before, structlog.processors.JSONRenderer(default=str)]


def _in_order(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    event.pop("color_message", None)  # uvicorn's second version of its message
    return {key: event[key] for key in _FIRST if key in event} | dict(event)


def _shown(key: Any, value: Any) -> Any:
    secret = isinstance(value, str) and value and isinstance(key, str) and _SECRET_NAME.search(key)
    return HIDDEN if secret else _clean(value)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        for pattern, instead in _SECRET_TEXT:
            value = pattern.sub(instead, value)
        return value
    if isinstance(value, dict):
        return {key: _shown(key, inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    return value


def _level(level: str) -> int:
    levels = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
    if level.lower() not in levels:
        raise SystemExit(f"bad configuration: PRESSRUN_LOG_LEVEL is '{level}'; use one of {', '.join(levels)}")
    return levels[level.lower()]


def _is_console(format: str) -> bool:  # noqa: A002 - the setting's name
    if format not in {"auto", "json", "console"}:
        raise SystemExit(f"bad configuration: PRESSRUN_LOG_FORMAT is '{format}'; use auto, json or console")
    return format == "console" or (format == "auto" and sys.stdout.isatty())
