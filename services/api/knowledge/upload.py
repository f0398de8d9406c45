"""A document on its way in: from a form or from JSON to bytes of a known kind."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request
from litestar.datastructures import UploadFile

from services.api.body import json_object, wrong
from shared.domain.errors import Rejected
from shared.domain.filenames import shown_name
from shared.domain.filetypes import Kind, sniff

from .request import TextDocument, converted

_TYPES = {
    "": "",
    "text": "text/plain",
    "markdown": "text/markdown",
    "html": "text/html",
    "csv": "text/csv",
    "json": "application/json",
}
_EXTENSIONS = {"text": "txt", "markdown": "md"}


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    filename: str
    kind: Kind
    data: bytes
    language: str = ""


async def read_upload(request: Request[Any, Any, Any], most: int) -> Upload:
    """What was sent.

    Raises:
        Rejected: it is too large, empty, of a kind that is not read, or no form and no JSON.
    """
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media == "multipart/form-data":
        return await _form(request, most)
    if media == "application/json" or media.endswith("+json"):
        return _text(await json_object(request), most)
    raise Rejected(
        f"Content-Type is {media or 'missing'}; send multipart/form-data with a 'file', or JSON with 'title' and 'text'",
        code="document_type",
        details={"field": "Content-Type"},
    )


async def _form(request: Request[Any, Any, Any], most: int) -> Upload:
    form = await request.form()
    files = [value for _, value in form.multi_items() if isinstance(value, UploadFile)]
    if len(files) != 1:
        raise wrong("file", f"the form must have one file; it has {len(files)}")
    data = await files[0].read()
    filename = shown_name(files[0].filename)
    title = " ".join(str(form.get("title") or "").split()) or filename or "Document"
    asked = converted({"title": title[:300], "text": "-", "language": str(form.get("language") or "")}, TextDocument)
    _check_size(data, most)
    kind = sniff(data, declared=files[0].content_type or "", filename=filename)
    return Upload(title=asked.title, filename=filename, kind=kind, data=data, language=asked.language)


def _text(body: dict[str, Any], most: int) -> Upload:
    asked = converted(body, TextDocument)
    if asked.type not in _TYPES:
        raise wrong("type", f"must be one of {', '.join(filter(None, _TYPES))}")
    data = asked.text.encode("utf-8", "replace")
    _check_size(data, most)
    if not data.strip():
        raise wrong("text", "must be text, and not empty")
    extension = _EXTENSIONS.get(asked.type, asked.type) or "txt"
    kind = sniff(data, declared=_TYPES[asked.type], filename=f"text.{extension}" if asked.type else "")
    return Upload(title=asked.title, filename="", kind=kind, data=data, language=asked.language)


def _check_size(data: bytes, most: int) -> None:
    if not data:
        raise wrong("file", "is empty")
    if len(data) > most:
        raise Rejected(
            f"file: has {len(data):,} bytes; at most {most:,} are taken. Send it in parts",
            code="document_too_large",
            details={"field": "file"},
        )
