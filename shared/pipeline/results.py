"""Outputs of steps: small ones in the log, larger ones in Postgres, the largest in the object store."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import Any

import msgspec

from shared.contracts.workflow import ConnectionInput, Node
from shared.db import runs
from shared.db.pool import Connection
from shared.domain.errors import Unavailable
from shared.domain.values import REFERENCE, is_reference
from shared.storage.store import Store

INLINE_BYTES = 512
"""Up to here a value lies in the event itself."""
ROW_BYTES = 262_144
"""Up to here it lies in a row; beyond, in the object store."""


class Kept(msgspec.Struct, frozen=True):
    """Outputs as the log shows them, and the values that they refer to."""

    outputs: dict[str, Any]
    rows: list[tuple[str, Any, str | None, int]]
    """(digest, body, key, bytes) for ``runs.store_result``."""


async def keep(store: Store, outputs: dict[str, Any], private: Collection[str] = ()) -> Kept:
    """Replace large values by references. The largest are put into the store here, before any transaction.

    Args:
        private: outputs that become references however small they are.

    Raises:
        Unavailable: the store does not answer.
    """
    shown: dict[str, Any] = {}
    rows: list[tuple[str, Any, str | None, int]] = []
    for name, value in outputs.items():
        encoded = msgspec.json.encode(value)
        if name not in private and len(encoded) <= INLINE_BYTES and REFERENCE.encode() not in encoded:
            shown[name] = msgspec.json.decode(encoded)
            continue
        digest = hashlib.sha256(encoded).hexdigest()
        elements = len(value) if isinstance(value, list) else None
        shown[name] = {REFERENCE: digest, "bytes": len(encoded), "count": elements}
        if len(encoded) <= ROW_BYTES:
            rows.append((digest, msgspec.json.decode(encoded), None, len(encoded)))
        else:
            key = f"results/{digest[:2]}/{digest}.json"
            await store.put(key, encoded, "application/json")
            rows.append((digest, None, key, len(encoded)))
    return Kept(shown, rows)


async def load(db: Connection, store: Store, run_id: str, node: Node, inputs: dict[str, Any]) -> dict[str, Any]:
    """Inputs with every reference replaced by its value.

    Only what comes over a connection is looked at: a variable is the client's, whatever it looks like.

    Raises:
        Unavailable: a value is not there, or the store does not answer.
    """
    connected = {name: inputs[name] for name, source in node.inputs.items() if isinstance(source, ConnectionInput)}
    return inputs | await load_outputs(db, store, run_id, connected)


async def load_outputs(db: Connection, store: Store, run_id: str, outputs: dict[str, Any]) -> dict[str, Any]:
    """A node's outputs with every reference replaced by its value.

    Raises:
        Unavailable: a value is not there, or the store does not answer.
    """
    wanted = digests(outputs)
    if not wanted:
        return outputs
    found: dict[str, Any] = {}
    for digest, (body, key) in (await runs.results(db, run_id, wanted)).items():
        found[digest] = body if key is None else msgspec.json.decode(await store.get(key))
    if missing := set(wanted) - set(found):
        raise Unavailable(f"{len(missing)} stored outputs of {run_id} are missing")
    return {name: _filled(value, found) for name, value in outputs.items()}


def digests(outputs: dict[str, Any]) -> list[str]:
    """What outputs refer to. References stand at the top of an output, or inside the ``items`` of a sliced node."""
    values = list(outputs.values())
    nested = [inner for value in values if isinstance(value, list) for item in value for inner in _members(item)]
    return sorted({value[REFERENCE] for value in [*values, *nested] if is_reference(value)})


def _filled(value: Any, found: dict[str, Any]) -> Any:
    if is_reference(value):
        return found[value[REFERENCE]]
    if isinstance(value, list):
        return [
            {key: found[inner[REFERENCE]] if is_reference(inner) else inner for key, inner in item.items()}
            if isinstance(item, dict)
            else item
            for item in value
        ]
    return value


def _members(item: Any) -> list[Any]:
    return list(item.values()) if isinstance(item, dict) else []
