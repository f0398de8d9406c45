"""What a client may ask of runs, checked field by field. Pure. OpenWOP v1, sections 2.4 to 2.12."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import jsonschema
import msgspec
from msgspec import Meta

from shared.contracts.workflow import Workflow
from shared.domain.errors import Forbidden, Rejected, Unprocessable
from shared.domain.redaction import redact
from shared.domain.stages import MAX_NODE_EXECUTIONS

MOST_CANCELS = 100
METADATA_BYTES = 8 * 1024
METADATA_DEPTH = 4
ENGINE_VERSION = "1"
MOCK_PROVIDERS = ("stream-text",)
_INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_GATED = {
    "core.conversationGate": "conversation",
    "core.orchestrator.supervisor": "orchestrator",
    "core.dispatch": "dispatch",
}


Reason = Annotated[str, Meta(max_length=1000)]
Tags = Annotated[list[Annotated[str, Meta(max_length=256)]], Meta(max_length=100)]
Word = Annotated[str, Meta(min_length=1, max_length=256)]


class CreateRun(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The body of ``POST /v1/runs``. Unknown fields are ignored."""

    workflow_id: Word
    inputs: dict[str, Any] = {}
    tenant_id: str | None = None
    scope_id: Word | None = None
    callback_url: Annotated[str, Meta(max_length=2048)] | None = None
    configurable: dict[str, Any] | None = None
    tags: Tags = []
    metadata: dict[str, Any] = {}


class Cancel(msgspec.Struct, frozen=True):
    reason: Reason | None = None


class BulkCancel(msgspec.Struct, frozen=True, rename="camel"):
    run_ids: list[str]
    reason: Reason | None = None


class Pause(msgspec.Struct, frozen=True, rename="camel"):
    reason: Reason | None = None
    drain_policy: Literal["drain-current-node", "immediate"] = "drain-current-node"


class Overlay(msgspec.Struct, frozen=True):
    configurable: dict[str, Any] | None = None
    tags: Tags | None = None
    metadata: dict[str, Any] | None = None


class Fork(msgspec.Struct, frozen=True, rename="camel"):
    mode: Literal["replay", "branch"]
    from_seq: Annotated[int, Meta(ge=0)] | None = None
    run_options_overlay: Overlay | None = None


class Resolve(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    resume_value: Any


def create(body: CreateRun) -> CreateRun:
    """A create request with ``configurable`` in its canonical form.

    Raises:
        Rejected: naming the field. Submitted values are never echoed.
    """
    _check_metadata(body.metadata)
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
    check_options(workflow, options)


def check_options(workflow: Workflow, options: dict[str, Any]) -> None:
    """``configurable`` fits the workflow's schema. Raises ``Rejected``, naming the key."""
    if workflow.configurable_schema is None:
        return
    try:
        jsonschema.validate(options, workflow.configurable_schema)
    except jsonschema.ValidationError as error:
        known = workflow.configurable_schema.get("properties", {})
        key = str(error.absolute_path[0]) if error.absolute_path else None
        if key not in known:  # a name that the client made up is not repeated
            raise Rejected("configurable has a key that the workflow's schema does not know") from None
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
    details = {"requestedProvider": redact(str(wanted))[:64], "supportedProviders": list(MOCK_PROVIDERS)}
    if not test_key:
        raise Forbidden("mock providers need a test key", code="mock_provider_forbidden", details=details)
    if wanted not in MOCK_PROVIDERS:
        raise Rejected("there is no such mock provider", code="unsupported_mock_provider", details=details)


def check_engine(asked: str | None, *, test_key: bool) -> None:
    """``X-Force-Engine-Version`` is for test keys, and there is one version.

    Raises:
        Forbidden: the key is not a test key.
        Rejected: another version is asked for.
    """
    if asked is None:
        return
    if not test_key:
        raise Forbidden("forcing an engine version needs a test key", code="force_engine_version_forbidden")
    if asked != ENGINE_VERSION:
        raise Rejected(
            f"X-Force-Engine-Version must be {ENGINE_VERSION}",
            code="unsupported_force_engine_version",
            details={"supported": [ENGINE_VERSION]},
        )


def bulk(body: BulkCancel) -> BulkCancel:
    """Raises ``Rejected`` unless 1 to 100 run ids are named."""
    if not 1 <= len(body.run_ids) <= MOST_CANCELS:
        raise Rejected(f"runIds must name 1 to {MOST_CANCELS} runs", details={"maxRunIds": MOST_CANCELS})
    return body


def fork(body: Fork) -> tuple[str, int, dict[str, Any]]:
    """Mode, sequence and overlay.

    Raises:
        Rejected: naming the field.
    """
    if body.from_seq is None and body.mode == "branch":
        raise Rejected("fromSeq is required to branch")
    overlay = {
        name: value
        for name, value in msgspec.to_builtins(body.run_options_overlay or Overlay()).items()
        if value not in (None, {}, [])
    }
    if overlay and body.mode == "replay":
        raise Rejected("runOptionsOverlay is for branches; a replay repeats the run as it was")
    if "configurable" in overlay:
        overlay["configurable"] = configurable(overlay["configurable"])
    _check_metadata(overlay.get("metadata", {}))
    return body.mode, body.from_seq or 0, overlay


def poll(last_sequence: str | None, timeout: str | None) -> tuple[int, float]:
    """The exclusive cursor (-1: from the beginning) and the seconds to wait at most.

    Raises:
        Rejected: one of them is not an integer in its range.
    """
    cursor = integer("lastSequence", last_sequence, -1)
    seconds = integer("timeout", timeout, 30)
    if not 0 <= seconds <= LONGEST_POLL_ASKED_S:
        raise Rejected(f"timeout must be an integer from 0 to {LONGEST_POLL_ASKED_S}")
    return max(cursor, -1), float(min(seconds, LONGEST_POLL_S))


LONGEST_POLL_ASKED_S = 60
LONGEST_POLL_S = 25
"""Below the 30 s after which the protocol's reference client gives up."""


def most_events(given: str | None, default: int) -> int:
    """How many events a debug bundle is to have at most. Raises ``Rejected``."""
    found = integer("maxEvents", given, default)
    if found < 1:
        raise Rejected("maxEvents must be an integer of at least 1")
    return found


def integer(name: str, given: str | None, default: int) -> int:
    """A query's integer of at most 18 digits. Raises ``Rejected``."""
    if given is None or given == "":
        return default
    if not _INTEGER.fullmatch(given):
        raise Rejected(f"{name} must be an integer")
    return int(given)


def _check_metadata(metadata: dict[str, Any]) -> None:
    if _deeper(metadata, METADATA_DEPTH) or len(msgspec.json.encode(metadata)) > METADATA_BYTES:
        raise Rejected(f"metadata must be at most {METADATA_DEPTH} levels deep and {METADATA_BYTES} bytes of JSON")


def _deeper(value: Any, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return inner is not None and (levels == 0 or any(_deeper(one, levels - 1) for one in inner))


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
    "mockProvider": (
        lambda value: isinstance(value, dict) and isinstance(value.get("config") or {}, dict),
        "an object with an id",
    ),
}

_TYPES: dict[str, Any] = {
    "string": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
}
