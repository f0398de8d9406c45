"""Send, list, look at and delete tables that an entity's figures are computed from."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import structlog
from litestar import Request, Response, delete, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath

from services.api.auth.caller import Caller, requires
from services.api.body import wrong
from services.api.idempotency import finalise
from services.api.resources import Resources
from services.api.settings import Settings
from shared.db import audit, garbage, uploads
from shared.db.uploads import Upload
from shared.domain.errors import Conflict, NotFound, Rejected
from shared.domain.filenames import shown_name
from shared.domain.ids import new_id
from shared.observability.tracing import Trace
from shared.storage.keys import upload_key

from . import wire
from .access import READ, WRITE
from .openapi import ERRORS, UploadOperation
from .paging import part

TAGS = ["uploads"]
MOST_UPLOADS = 100
"""Of one owner at a time."""
_MEDIA = frozenset({"text/csv", "application/csv", "text/plain", "application/octet-stream", "application/vnd.apache.parquet", "application/x-parquet"})  # fmt: skip
_FORM = "multipart/form-data"
_PARQUET = b"PAR1"

log = structlog.get_logger()


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of an upload."""

    id: UUID
    filename: str
    kind: str
    size_bytes: int
    sha256: str
    created_at: datetime
    expires_at: datetime


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    ok: bool = True
    upload: About


@post("/", status_code=201, guards=[requires(*WRITE)], summary="Upload a table", tags=TAGS, responses=ERRORS, operation_class=UploadOperation)  # fmt: skip
async def create(request: Request[Caller, Any, Any], resources: NamedDependency[Resources]) -> Response[Sent]:
    """Send a CSV with a header or a Parquet file: as the body (`?filename=` names it), or as the one file of a form.

    It is kept for a day. `POST /api/ml/entities/{kind}/{id}/compute` computes an entity's figures from it.
    """
    filename, data = await _file(request)
    kind = await asyncio.to_thread(_kind, data, resources.settings)
    sha256 = await asyncio.to_thread(lambda: hashlib.sha256(data).hexdigest())
    key = upload_key(sha256)
    await resources.pipeline.store.put(key, data, "application/octet-stream")
    async with resources.pipeline.transaction() as tx:
        if await uploads.count(tx.db, request.user.id) >= MOST_UPLOADS:
            raise Conflict(f"There are {MOST_UPLOADS} uploads already; delete some", code="too_many_uploads")
        upload = await uploads.insert(
            tx.db, request.user.id, new_id(), filename=filename, kind=kind, size_bytes=len(data), sha256=sha256, key=key
        )
        await _note(tx.db, request, "upload.create", upload.id, sha256=sha256)
        response = Response(Sent(upload=about(upload)), status_code=201)
        await finalise(tx.db, request, response)
    log.info("upload.stored", upload_id=str(upload.id), kind=kind, bytes=len(data))
    return response


@get("/", guards=[requires(*READ)], summary="List uploads", tags=TAGS, responses=ERRORS)
async def index(request: Request[Caller, Any, Any], resources: NamedDependency[Resources]) -> wire.Page[About]:
    """The caller's uploads, newest first: `limit` (1 to 500), `offset`."""
    asked = part(request)
    async with resources.pipeline.database.connect() as db:
        total = await uploads.count(db, request.user.id)
        found = await uploads.page(db, request.user.id, limit=asked.limit, offset=asked.offset)
    return wire.Page(items=[about(one) for one in found], total=total, limit=asked.limit, offset=asked.offset)


@get("/{upload_id:str}", guards=[requires(*READ)], summary="Look at an upload", tags=TAGS, responses=ERRORS)
async def show(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], upload_id: FromPath[str]
) -> Sent:
    """One upload, and until when it is kept."""
    async with resources.pipeline.database.connect() as db:
        found = await uploads.get(db, request.user.id, _id(upload_id))
    if found is None:
        raise NotFound("Upload not found")
    return Sent(upload=about(found))


@delete("/{upload_id:str}", status_code=200, guards=[requires(*WRITE)], summary="Delete an upload", tags=TAGS, responses=ERRORS)  # fmt: skip
async def remove(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], upload_id: FromPath[str]
) -> wire.Deleted:
    """Delete an upload. What was computed from it stays."""
    async with resources.pipeline.transaction() as tx:
        key = await uploads.delete(tx.db, request.user.id, _id(upload_id))
        if key is None:
            raise NotFound("Upload not found")
        await garbage.add(tx.db, [key])
        await _note(tx.db, request, "upload.delete", _id(upload_id))
    return wire.Deleted()


HANDLERS = [create, index, show, remove]


def about(upload: Upload) -> About:
    return msgspec.convert(upload, About, from_attributes=True)


async def _file(request: Request[Any, Any, Any]) -> tuple[str, bytes]:
    """The file's name and bytes.

    Raises:
        Rejected: no form and no table, or a form with no file or several.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media == _FORM:
        form = await request.form()
        files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
        if len(files) != 1:
            raise wrong("file", f"the form must have one file; it has {len(files)}")
        return shown_name(files[0].filename), await files[0].read()
    if media not in _MEDIA:
        raise Rejected(
            f"Content-Type is {media or 'missing'}; send text/csv, application/vnd.apache.parquet, or {_FORM} with a file",
            code="upload_type",
            details={"field": "Content-Type"},
        )
    return shown_name(request.query_params.get("filename", "")), await request.body()


def _kind(data: bytes, settings: Settings) -> str:
    """CSV or Parquet, by the bytes.

    Raises:
        Rejected: neither, empty, or too large.
    """
    if not data.strip():
        raise wrong("file", "is empty; send a CSV with a header, or a Parquet file")
    if len(data) > settings.ml_upload_bytes:
        raise Rejected(
            f"file: has {len(data):,} bytes; at most {settings.ml_upload_bytes:,} are taken (PRESSRUN_ML_UPLOAD_BYTES). "
            "Send a sample of the rows, or Parquet",
            code="upload_too_large",
            details={"field": "file"},
        )
    if data.startswith(_PARQUET):
        return "parquet"
    try:
        text = b"\0" not in data and bool(data.decode("utf-8"))
    except UnicodeDecodeError:
        text = False
    if not text:
        raise Rejected("file: is neither CSV in UTF-8 nor Parquet", code="upload_type", details={"field": "file"})
    if (rows := _rows(data)) > settings.ml_upload_rows:
        raise Rejected(
            f"file: has {rows:,} rows; at most {settings.ml_upload_rows:,} are taken (PRESSRUN_ML_UPLOAD_ROWS). "
            "Send a sample of them",
            code="upload_too_long",
            details={"field": "file"},
        )
    return "csv"


def _rows(data: bytes) -> int:
    """Lines below the header; those inside quotes are none."""
    return sum(piece.count(b"\n") for piece in data.strip().split(b'"')[::2])


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("Upload not found") from None


async def _note(db: Any, request: Request[Caller, Any, Any], action: str, upload_id: UUID, **details: Any) -> None:
    trace: Trace = request.scope["state"]["trace"]
    await audit.append(
        db,
        actor=str(request.user.id),
        action=action,
        object_kind="upload",
        object_id=str(upload_id),
        trace_id=trace.trace_id,
        details=details,
    )
