"""``report.render``: a document's renditions, in the object store."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

import msgspec

from shared.document.blocks import Document
from shared.document.design import Design, chosen
from shared.domain.errors import Rejected
from shared.domain.outcome import ArtifactFile, Done, NodeFunction, Outcome, Retry, Work
from shared.storage.keys import MEDIA_TYPES, artifact_key
from shared.storage.store import Store

from .pool import Crashed, TooSlow
from .render import Bounds, Renditions, renditions
from .resources import Resources

TRIES = 2
"""How often one document may bring the browser down before it fails; others' steps are tried much more often."""


def node_functions(resources: Resources) -> dict[str, NodeFunction]:
    """What each node type of a renderer does."""
    settings = resources.settings
    bounds = Bounds(
        deadline_s=settings.render_deadline_s, max_pages=settings.max_pages, max_html_bytes=settings.max_html_bytes
    )

    async def render(work: Work) -> Outcome:
        # What a reviewer released stands before what was drafted.
        document = designed(decoded(work.inputs.get("approved") or work.inputs.get("document")), work)
        try:
            made = await renditions(document, pool=resources.pool, bounds=bounds, house=resources.house)
        except (Crashed, TooSlow) as error:
            return Retry(code=error.code, message=error.message, limit=TRIES)
        return await stored(made, resources.store)

    return {"report.render": render}


def decoded(value: Any) -> Document:
    """The node's input as a document.

    Raises:
        Rejected: it is none; with the field that is wrong.
    """
    try:
        return msgspec.convert(value, Document)
    except msgspec.ValidationError as error:
        message = f"the input `document` of the render node is not a document: {error}"
        raise Rejected(message, code="document_invalid") from error


def designed(document: Document, work: Work) -> Document:
    """The document with its design: a run's configuration before the request's parameters, then its own, then the
    template's.
    """
    parameters = work.inputs.get("parameters")
    asked = chosen(parameters) if isinstance(parameters, dict) else Design()
    template = chosen({"theme": work.inputs.get("theme")})
    design = chosen(work.configurable).over(asked).over(document.meta.design).over(template)
    return msgspec.structs.replace(document, meta=msgspec.structs.replace(document.meta, design=design))


async def stored(made: Renditions, store: Store) -> Done:
    """Put all renditions into the store under the hash of their content."""
    artifacts = [_artifact(format_, data, made.pages) for format_, data in made.files.items()]
    await asyncio.gather(*(store.put(one.key, made.files[one.format], one.media_type) for one in artifacts))
    outputs = {
        "formats": list(made.files),
        "pages": made.pages,
        "bytes": {one.format: one.size_bytes for one in artifacts},
    }
    return Done(outputs=outputs, artifacts=artifacts)


def _artifact(format_: str, data: bytes, pages: int) -> ArtifactFile:
    digest = hashlib.sha256(data).hexdigest()
    return ArtifactFile(
        format=format_,
        media_type=MEDIA_TYPES[format_],
        key=artifact_key(digest, format_),
        size_bytes=len(data),
        sha256=digest,
        pages=pages if format_ == "pdf" else None,
    )
