"""Where things lie in the bucket, and under what name a client saves them.

Keys are content-addressed: the same bytes have the same key, so storing them again is harmless
and two reports with the same content share one file.
"""

from __future__ import annotations

from urllib.parse import quote

EXTENSIONS = {"pdf": "pdf", "html": "html", "md": "md", "json": "json"}
"""File name extension of each artifact format."""

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "html": "text/html; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "json": "application/json",
}
"""What each artifact format is served as."""


def artifact_key(sha256: str, format: str) -> str:  # noqa: A002 - the word everywhere else
    """The key of a rendition with these bytes."""
    return f"artifacts/{sha256[:2]}/{sha256[2:4]}/{sha256}.{EXTENSIONS[format]}"


def document_key(sha256: str) -> str:
    """The key of a knowledge base's document with these bytes."""
    return f"documents/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def upload_key(sha256: str) -> str:
    """The key of an uploaded table with these bytes."""
    return f"uploads/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def attachment(filename: str) -> str:
    """A Content-Disposition that makes a client save the file under this name, in any script.

    Control characters, quotes and path separators cannot get out of the header or the folder.
    """
    safe = "".join("_" if char in '/\\"' or not char.isprintable() else char for char in filename).strip(" .")
    safe = safe or "report"
    plain = safe.encode("ascii", "replace").decode().replace("?", "_").replace("%", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"
