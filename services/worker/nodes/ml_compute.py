"""``ml.compute``: an entity's figures from the tables that its owner uploaded."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any, get_args
from uuid import UUID

import msgspec
import structlog

from services.worker.ml.computing.asking import Ask, Computed, File, Unfit
from services.worker.ml.computing.calculator import Calculator
from shared.contracts import entities as shapes
from shared.contracts.computing import ROLES, Asked
from shared.contracts.entities import Kind
from shared.db import entities, runs, uploads
from shared.db.pool import Connection, Database
from shared.domain.errors import NotFound, Rejected
from shared.domain.outcome import Done, Fail, Outcome, Wait, Work
from shared.storage.store import Store

_AGAIN = Wait(delay_s=0.5)
_PARTS = frozenset({"metrics", "intervals"})
"""Fields by split: splits that the tables do not have stay."""

log = structlog.get_logger()


class Computing:
    """The node function over its parts. One entity at a time: tables must not take every slot of the stage."""

    def __init__(self, database: Database, store: Store, calculator: Calculator, *, most_rows: int) -> None:
        self._database = database
        self._store = store
        self._calculator = calculator
        self._most_rows = most_rows
        self._working = asyncio.Semaphore(1)

    async def __call__(self, work: Work) -> Outcome:
        """Outputs: ``entity_id``, ``kind``, ``version``, ``fields`` and ``notices``. Tables that will not do fail the run."""
        if self._working.locked():
            return _AGAIN
        async with self._working:
            kind, entity_id, asked = _inputs(work)
            try:
                owner, files, known = await self._found(work, kind, entity_id, asked)
                data = b"".join([await self._data(upload) for upload in files.values()])
                drift = known.get("drift") or {}
                ask = Ask(
                    kind=kind,
                    asked=asked,
                    files=[File(role=role, kind=each.kind, size_bytes=each.size_bytes) for role, each in files.items()],
                    most_rows=self._most_rows,
                    thresholds=drift.get("thresholds") or {},
                )
                computed = await self._calculator.compute(ask, data)
                version = await self._stored(owner, kind, entity_id, computed)
            except Unfit as unfit:
                log.info("ml.not_computed", kind=kind, code=unfit.code)
                return Fail(unfit.code, unfit.message)
        log.info("ml.computed", kind=kind, entity_id=str(entity_id), fields=sorted(computed.fields))
        said = {"entity_id": str(entity_id), "kind": kind, "version": version}
        return Done(outputs=said | {"fields": sorted(computed.fields), "notices": computed.notices})

    async def _found(
        self, work: Work, kind: str, entity_id: UUID, asked: Asked
    ) -> tuple[UUID, dict[str, uploads.Upload], dict[str, Any]]:
        """The run's owner, its uploads by role, and the entity's body."""
        async with self._database.connect() as db:
            owner = await runs.owner(db, work.run_id)
            entity = await entities.get(db, owner, kind, entity_id) if owner else None
            if owner is None or entity is None:
                raise _gone(kind)
            found = {}
            for role, table in asked.tables().items():
                upload = await uploads.get(db, owner, table.upload_id)
                if upload is None:
                    raise Unfit(
                        "upload_gone", f"{role}: the upload {table.upload_id} is not there any more; send it again"
                    )
                found[role] = upload
        return owner, found, entity.body

    async def _data(self, upload: uploads.Upload) -> bytes:
        try:
            data = await self._store.get(upload.key)
        except NotFound:
            raise Unfit("upload_gone", f"the upload {upload.id} is not there any more; send it again") from None
        if hashlib.sha256(data).hexdigest() != upload.sha256:
            raise Unfit("upload_damaged", f"the upload {upload.id} is not what was sent; send it again")
        return data

    async def _stored(self, owner: UUID, kind: str, entity_id: UUID, computed: Computed) -> int:
        """The entity's version with the fields in it."""
        async with self._database.begin() as db:
            return await _put(db, owner, kind, entity_id, computed.fields)


async def _put(db: Connection, owner: UUID, kind: str, entity_id: UUID, fields: dict[str, Any]) -> int:
    known = await entities.get(db, owner, kind, entity_id, lock=True)
    if known is None:
        raise _gone(kind)
    body = merged(known.body, fields)
    if body == known.body:  # a step that was taken over computes the same again
        return known.version
    msgspec.convert(body, shapes.SHAPES[kind])
    size = len(msgspec.json.encode(body))
    return (await entities.put(db, owner, msgspec.structs.replace(known, body=body, size_bytes=size))).version


def merged(body: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """The body with the computed fields in it, each said to be computed; all others stay."""
    found = dict(body)
    for name, value in fields.items():
        old = found.get(name) or {}
        found[name] = old | value if name in _PARTS or name == "drift" else value
    return found | {"sources": (body.get("sources") or {}) | dict.fromkeys(fields, "computed")}


def _inputs(work: Work) -> tuple[str, UUID, Asked]:
    """What the run is there for; whoever starts one by the run API may name anything."""
    kind = str(work.inputs.get("kind"))
    if kind not in get_args(Kind) or kind not in ROLES:
        raise Rejected(f"kind: must be one of {', '.join(ROLES)}", details={"field": "kind"})
    try:
        asked = msgspec.convert(work.inputs.get("asked"), Asked, strict=False)
        entity_id = UUID(str(work.inputs.get("entityId")))
    except (msgspec.ValidationError, ValueError) as error:
        raise Rejected(f"asked: {error}", details={"field": "asked"}) from None
    if problem := asked.wrong(kind):
        raise Rejected(": ".join(problem), details={"field": problem[0]})
    return kind, entity_id, asked


def _gone(kind: str) -> Unfit:
    return Unfit("entity_gone", f"The {kind.replace('_', ' ')} was deleted before its figures were computed")
