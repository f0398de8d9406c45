"""Send, list, look at and delete the documents of a knowledge base."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import structlog
from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from services.api.auth.caller import Caller, requires
from services.api.body import wrong
from services.api.idempotency import finalise
from services.api.reports.openapi import ERRORS
from services.api.reports.wire import Pagination
from services.api.resources import Resources
from shared.contracts.knowledge import Base, Document
from shared.db import garbage, knowledge, passages
from shared.domain.errors import Conflict, NotFound, Unavailable
from shared.domain.ids import new_id, run_id
from shared.pipeline.pipeline import Transaction
from shared.pipeline.start import start
from shared.storage.keys import document_key
from shared.templates.internal_workflows import KNOWLEDGE_INDEX

from . import wire
from .access import READ, WRITE, find, note, trace_id
from .jars import FARTHEST, TAGS
from .openapi import DocumentOperation
from .upload import Upload, read_upload

MOST_DOCUMENTS = 2000
"""Of one knowledge base."""

log = structlog.get_logger()


@post(
    "/{jar_id:str}/documents",
    status_code=201,
    guards=[requires(*WRITE)],
    summary="Add a document",
    tags=TAGS,
    responses=ERRORS,
    operation_class=DocumentOperation,
)
async def create(
    request: Request[Caller, Any, Any], resources: NamedDependency[Resources], jar_id: FromPath[str]
) -> Response[wire.DocumentAnswer]:
    """Add a document: a form with a `file` (and `title`, `language`), or JSON with `title` and `text`.

    It is read soon after; follow its `status`. The same content again is the same document: it is not read
    twice, but one that could not be read is tried again.
    """
    async with resources.pipeline.database.connect() as db:
        await _writable(db, request.user, jar_id)
    upload = await read_upload(request, resources.settings.upload_limit_bytes)
    sha256 = hashlib.sha256(upload.data).hexdigest()
    await resources.pipeline.store.put(document_key(sha256), upload.data, "application/octet-stream")
    async with resources.pipeline.transaction() as tx:
        base = await _writable(tx.db, request.user, jar_id, lock=True)
        known = await knowledge.same_content(tx.db, base.id, sha256)
        if known is not None and known.status != "failed":
            return Response(_answer(known), status_code=200)
        if known is not None:
            await knowledge.delete_document(tx.db, base.id, known.id)
        if upload.language and not await passages.known_language(tx.db, upload.language):
            raise wrong("language", "must be the name of a text search configuration, such as english or simple")
        document = await _add(tx, resources, request, base, upload, sha256)
        response = Response(_answer(document), status_code=201)
        await finalise(tx.db, request, response)
    log.info("document.accepted", base_id=str(base.id), document_id=str(document.id), kind=document.kind)
    return response


@get("/{jar_id:str}/documents", guards=[requires(*READ)], summary="List documents", tags=TAGS, responses=ERRORS)
async def index(
    request: Request[Caller, Any, Any],
    resources: NamedDependency[Resources],
    jar_id: FromPath[str],
    limit: Annotated[int, QueryParameter(description="1 to 100; outside of that it is moved to the nearest.")] = 50,
    offset: Annotated[int, QueryParameter(description="How many to skip.")] = 0,
) -> wire.DocumentsAnswer:
    """A knowledge base's documents, newest first."""
    if offset < 0:
        raise wrong("offset", "must not be negative")
    limit, offset = max(1, min(limit, 100)), min(offset, FARTHEST)
    async with resources.pipeline.database.connect() as db:
        base = await find(db, request.user, jar_id, "read")
        found, total = await knowledge.documents(db, base.id, limit=limit, offset=offset)
    pagination = Pagination(total=total, limit=limit, offset=offset, has_more=offset + len(found) < total)
    shown = [wire.document(one) for one in found]
    return wire.DocumentsAnswer(data=wire.DocumentsData(documents=shown, pagination=pagination))


@get(
    "/{jar_id:str}/documents/{document_id:str}",
    guards=[requires(*READ)],
    summary="Look at a document",
    tags=TAGS,
    responses=ERRORS,
)
async def show(
    request: Request[Caller, Any, Any],
    resources: NamedDependency[Resources],
    jar_id: FromPath[str],
    document_id: FromPath[str],
) -> wire.DocumentAnswer:
    """One document, and how far its reading is."""
    async with resources.pipeline.database.connect() as db:
        base = await find(db, request.user, jar_id, "read")
        found = await knowledge.document(db, base.id, _id(document_id))
    if found is None:
        raise NotFound("Document not found")
    return _answer(found)


@delete(
    "/{jar_id:str}/documents/{document_id:str}",
    status_code=200,
    guards=[requires(*WRITE)],
    summary="Delete a document",
    tags=TAGS,
    responses=ERRORS,
)
async def remove(
    request: Request[Caller, Any, Any],
    resources: NamedDependency[Resources],
    jar_id: FromPath[str],
    document_id: FromPath[str],
) -> wire.Said:
    """Delete a document: it is not found any more from now on, and its file is deleted soon after."""
    async with resources.pipeline.transaction() as tx:
        base = await find(tx.db, request.user, jar_id, "write")
        key = await knowledge.delete_document(tx.db, base.id, _id(document_id))
        if key is None:
            raise NotFound("Document not found")
        await garbage.add(tx.db, [key])
        await note(tx.db, request, "knowledge.document_delete", base.id, document=document_id)
    return wire.Said(message="Document deleted")


HANDLERS = [create, index, show, remove]


async def _writable(db: Any, caller: Caller, jar_id: str, *, lock: bool = False) -> Base:
    base = await find(db, caller, jar_id, "write", lock=lock)
    if base.status == "archived":
        raise Conflict("This honey jar is archived and takes no documents; set its status to active", code="archived")
    return base


async def _add(
    tx: Transaction, resources: Resources, request: Request[Caller, Any, Any], base: Base, upload: Upload, sha256: str
) -> Document:
    """Store the document and start the run that reads it."""
    _, count = await knowledge.documents(tx.db, base.id, limit=0, offset=0)
    if count >= MOST_DOCUMENTS:
        raise Conflict(f"This honey jar holds {count} documents; it takes no more", code="too_many_documents")
    found = await resources.pipeline.find_workflow(tx.db, KNOWLEDGE_INDEX)
    if found is None:
        raise Unavailable(f"the workflow '{KNOWLEDGE_INDEX}' is not deployed; start the api again")
    now = datetime.now(UTC)
    document = Document(
        id=new_id(),
        base_id=base.id,
        uploaded_by=request.user.id,
        title=upload.title,
        filename=upload.filename,
        kind=upload.kind,
        size_bytes=len(upload.data),
        sha256=sha256,
        key=document_key(sha256),
        run_id=run_id(),
        language=upload.language or None,
        created_at=now,
        updated_at=now,
    )
    await knowledge.add_document(tx.db, document)
    await start(
        tx,
        run_id=document.run_id,
        principal_id=request.user.id,
        workflow=found[0],
        digest=found[1],
        inputs={"documentId": str(document.id)},
        trace_id=trace_id(request),
    )
    await note(tx.db, request, "knowledge.document_add", base.id, document=str(document.id), sha256=sha256)
    return document


def _answer(found: Document) -> wire.DocumentAnswer:
    return wire.DocumentAnswer(data=wire.DocumentData(document=wire.document(found)))


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("Document not found") from None
