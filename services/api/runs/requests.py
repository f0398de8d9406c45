"""What a client may ask of runs, checked field by field. Pure. OpenWOP v1, sections 2.4 to 2.12."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import jsonschema
import msgspec

from shared.contracts.workflow import Workflow
from shared.domain.errors import Forbidden, Rejected, Unprocessable
from shared.domain.stages import MAX_NODE_EXECUTIONS, MAX_RUN_DURATION_MS

MOST_TAGS = 100
LONGEST_TAG = 256
MOST_CANCELS = 100
MOCK_PROVIDERS = ("stream-text",)
_GATED = {
    "core.conversationGate": "conversation",
    "core.orchestrator.supervisor": "orchestrator",
    "core.dispatch": "dispatch",
}


class CreateRun(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The body of ``POST /v1/runs``. Unknown fields are ignored."""

    workflow_id: str
    inputs: dict[str, Any] = {}
    tenant_id: str | None = None
    scope_id: str | None = None
    callback_url: str | None = None
    configurable: dict[str, Any] | None = None
    tags: list[str] = []
    metadata: dict[str, Any] = {}


class Cancel(msgspec.Struct, frozen=True):
    reason: str | None = None


class BulkCancel(msgspec.Struct, frozen=True, rename="camel"):
    run_ids: list[str]
    reason: str | None = None


class Pause(msgspec.Struct, frozen=True, rename="camel"):
    reason: str | None = None
    drain_policy: str = "drain-current-node"


class Overlay(msgspec.Struct, frozen=True):
    configurable: dict[str, Any] | None = None
    tags: list[str] | None = None
    metadata: dict[str, Any] | None = None


class Fork(msgspec.Struct, frozen=True, rename="camel"):
    mode: str
    from_seq: int | None = None
    run_options_overlay: Overlay | None = None


class Resolve(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    resume_value: Any | msgspec.UnsetType = msgspec.UNSET


def create(body: CreateRun) -> CreateRun:
    """A create request with ``configurable`` in its canonical form.

    Raises:
        Rejected: naming the field. Submitted values are never echoed.
    """
    if not body.workflow_id:
        raise Rejected("workflowId must not be empty")
    if len(body.tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in body.tags):
        raise Rejected(f"tags: at most {MOST_TAGS}, each at most {LONGEST_TAG} characters")
    if body.callback_url is not None and urlsplit(body.callback_url).scheme not in {"http", "https"}:
        raise Rejected("callbackUrl must be an http or https address")
    return msgspec.structs.replace(body, configurable=configurable(body.configurable))


def configurable(given: dict[str, Any] | None) -> dict[str, Any]:
    """Null values dropped, ``extras`` hoisted (the reference client nests them), reserved keys checked.

    Raises:
        Rejected: naming the key, also in ``details.key``.
    """
    given = given or {}
    extras = given.get("extras")
    merged = {key: value for key, value in given.items() if key != "extras" and value is not None}
    if isinstance(extras, dict):
        merged |= {key: value for key, value in extras.items() if value is not None}
    for key, (fits, must) in _RESERVED.items():
        if key in merged and not fits(merged[key]):
            raise Rejected(f"configurable.{key} must be {must}", details={"key": key})
    return merged


def check_against(workflow: Workflow, inputs: dict[str, Any], options: dict[str, Any]) -> None:
    """Required variables are there, and ``configurable`` fits the workflow's schema.

    Raises:
        Rejected: naming the variable or the key.
        Unprocessable: a node type needs a capability that nobody advertises (code ``capability_required``).
    """
    for node in workflow.nodes:
        if node.type_id in _GATED:
            details = {"requiredCapability": _GATED[node.type_id], "offendingTypeId": node.type_id, "nodeId": node.id}
            raise Unprocessable(
                f"node '{node.id}' needs the capability '{_GATED[node.type_id]}', which this host does not have",
                code="capability_required",
                details=details,
            )
    for variable in workflow.variables:
        missing = variable.name not in inputs and variable.default_value is None
        if variable.required and missing:
            raise Rejected(f"inputs.{variable.name} is required", details={"key": variable.name})
        if variable.name in inputs and not _TYPES[variable.type](inputs[variable.name]):
            raise Rejected(f"inputs.{variable.name} must be of type {variable.type}", details={"key": variable.name})
    if workflow.configurable_schema is not None:
        try:
            jsonschema.validate(options, workflow.configurable_schema)
        except jsonschema.ValidationError as error:
            key = str(error.absolute_path[0]) if error.absolute_path else _unexpected(workflow, options)
            raise Rejected(f"configurable.{key} does not fit the workflow's schema", details={"key": key}) from None


def check_mock(options: dict[str, Any], *, test_key: bool) -> None:
    """A mock provider is for test keys, and must be one we have.

    Raises:
        Forbidden: the key is not a test key.
        Rejected: nobody knows this provider.
    """
    mock = options.get("mockProvider")
    if mock is None:
        return
    wanted = mock.get("id") if isinstance(mock, dict) else None
    details = {"requestedProvider": str(wanted)[:64], "supportedProviders": list(MOCK_PROVIDERS)}
    if not test_key:
        raise Forbidden("mock providers need a test key", code="mock_provider_forbidden", details=details)
    if wanted not in MOCK_PROVIDERS:
        raise Rejected("there is no such mock provider", code="unsupported_mock_provider", details=details)


def deadline(options: dict[str, Any], workflow: Workflow, now: datetime) -> datetime:
    """When a run must have ended: the client's and the workflow's limits, within ours."""
    limits = [MAX_RUN_DURATION_MS, options.get("runTimeoutMs") or 0, workflow.settings.timeout]
    return now + timedelta(milliseconds=min(limit for limit in limits if limit > 0))


def bulk(body: BulkCancel) -> BulkCancel:
    """Raises ``Rejected`` unless 1 to 100 run ids are named."""
    if not 1 <= len(body.run_ids) <= MOST_CANCELS:
        raise Rejected(f"runIds must name 1 to {MOST_CANCELS} runs", details={"maxRunIds": MOST_CANCELS})
    return body


def pause(body: Pause) -> bool:
    """Whether the nodes under way may finish first. Raises ``Rejected`` for another policy."""
    if body.drain_policy not in {"drain-current-node", "immediate"}:
        raise Rejected("drainPolicy must be drain-current-node or immediate")
    return body.drain_policy == "drain-current-node"


def fork(body: Fork) -> tuple[str, int, dict[str, Any]]:
    """Mode, sequence and overlay.

    Raises:
        Rejected: naming the field.
    """
    if body.mode not in {"replay", "branch"}:
        raise Rejected("mode must be replay or branch")
    if body.from_seq is None and body.mode == "branch":
        raise Rejected("fromSeq is required to branch")
    if body.from_seq is not None and body.from_seq < 0:
        raise Rejected("fromSeq must not be negative")
    overlay = {
        name: value
        for name, value in msgspec.to_builtins(body.run_options_overlay or Overlay()).items()
        if value not in (None, {}, [])
    }
    if overlay and body.mode == "replay":
        raise Rejected("runOptionsOverlay is for branches; a replay repeats the run as it was")
    if "configurable" in overlay:
        overlay["configurable"] = configurable(overlay["configurable"])
    return body.mode, body.from_seq or 0, overlay


def poll(last_sequence: str | None, timeout: str | None) -> tuple[int, float]:
    """The exclusive cursor (-1: from the beginning) and the seconds to wait at most.

    Raises:
        Rejected: one of them is not an integer in its range.
    """
    cursor = _integer("lastSequence", last_sequence, -1)
    seconds = _integer("timeout", timeout, 30)
    if not 0 <= seconds <= LONGEST_POLL_ASKED_S:
        raise Rejected(f"timeout must be an integer from 0 to {LONGEST_POLL_ASKED_S}")
    return max(cursor, -1), float(min(seconds, LONGEST_POLL_S))


LONGEST_POLL_ASKED_S = 60
LONGEST_POLL_S = 25
"""Below the 30 s after which the protocol's reference client gives up."""


def _integer(name: str, given: str | None, default: int) -> int:
    if given is None or given == "":
        return default
    try:
        return int(given)
    except ValueError:
        raise Rejected(f"{name} must be an integer") from None


def _unexpected(workflow: Workflow, options: dict[str, Any]) -> str:
    known = (workflow.configurable_schema or {}).get("properties", {})
    return next((key for key in options if key not in known), "")


def _is_int(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


_RESERVED: dict[str, tuple[Any, str]] = {
    "recursionLimit": (lambda value: _is_int(value, 1), f"an integer from 1 to {MAX_NODE_EXECUTIONS}"),
    "runTimeoutMs": (lambda value: _is_int(value, 1), "an integer of at least 1"),
    "maxTokens": (lambda value: _is_int(value, 1), "an integer of at least 1"),
    "temperature": (
        lambda value: isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 2,
        "a number from 0 to 2",
    ),
    "model": (lambda value: isinstance(value, str), "a string"),
    "promptOverrides": (lambda value: isinstance(value, dict), "an object"),
    "mockProvider": (lambda value: isinstance(value, dict), "an object with an id"),
}

_TYPES: dict[str, Any] = {
    "string": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
}
