"""A finished report's files on their way to a client."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping

from litestar.response import Stream

from services.api.body import wrong
from services.api.resources import Resources
from shared.contracts.records import Artifact, Report
from shared.contracts.states import RunStatus
from shared.db import artifacts
from shared.db.pool import Connection
from shared.db.reports import ReportView
from shared.domain.errors import Conflict, NotFound
from shared.storage.keys import EXTENSIONS

LONGEST_NAME = 100


async def of_view(db: Connection, view: ReportView, wanted: str, purpose: str = "download") -> Artifact:
    """A finished report's file of this format.

    Args:
        purpose: what it is wanted for, for the refusal.

    Raises:
        Conflict: the report is not finished (code ``not_ready``), or never will be.
        NotFound: it has no such file.
    """
    if view.report.family == "ml" and view.run.status in {RunStatus.FAILED, RunStatus.CANCELLED}:
        said = (view.run.error or {}).get("message") or "it was cancelled"
        raise Conflict(f"There will be no file, for the report failed: {said}", code="report_failed")
    if view.run.status is not RunStatus.COMPLETED:
        raise Conflict(f"Report not ready for {purpose}", code="not_ready")
    artifact = await artifacts.find(db, view.report.run_id, wanted)
    if artifact is None:
        raise NotFound("Report file not found")
    return artifact


def check_format(wanted: str | None, among: Mapping[str, str] = EXTENSIONS) -> None:
    """Raises ``Rejected`` for a format that is not among these."""
    if wanted is not None and wanted not in among:
        raise wrong("format", f"must be one of {', '.join(among)}")


def file_name(report: Report, format: str) -> str:  # noqa: A002 - the word everywhere else
    """The title reduced to letters, digits, spaces, ``-`` and ``_``, then a piece of the id."""
    title = "".join(char for char in report.title if char.isalnum() or char in " -_")
    title = " ".join(title.split())[:LONGEST_NAME].strip() or "report"
    return f"{title}_{str(report.id)[:8]}.{EXTENSIONS[format]}"


class Opened:
    """A file of which the first bytes are there: a store that is down, or a lost file, is known by now."""

    def __init__(self, artifact: Artifact, first: bytes, rest: AsyncIterator[bytes]) -> None:
        self._artifact = artifact
        self._first = first
        self._rest = rest

    def response(self, headers: Mapping[str, str]) -> Stream:
        """
        Args:
            headers: beside length and tag; ``Content-Type`` and ``Content-Disposition`` among them.
        """
        artifact = self._artifact
        always = {
            "Content-Length": str(artifact.size_bytes),
            "Cache-Control": "private, no-store",
            "ETag": f'"{artifact.sha256}"',
            "Referrer-Policy": "no-referrer",  # the address may hold a token
        }
        return Stream(self._body(), headers={**always, **headers})

    async def close(self) -> None:
        """Read no further: the file is not handed out after all."""
        if isinstance(self._rest, AsyncGenerator):
            await self._rest.aclose()

    async def _body(self) -> AsyncIterator[bytes]:
        yield self._first
        async for chunk in self._rest:
            yield chunk


async def open_file(resources: Resources, artifact: Artifact) -> Opened:
    """Begin to read a file.

    Raises:
        NotFound: it is not in the store any more.
        Unavailable: the store does not answer.
    """
    chunks = resources.pipeline.store.stream(artifact.key)
    return Opened(artifact, await anext(chunks, b""), chunks)
