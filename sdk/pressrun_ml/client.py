"""Pushes entities to Pressrun, has reports made of them and fetches what was made."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import msgspec

from .errors import InputError, ReportFailedError
from .http import Server

KINDS = ("experiment", "model", "project", "deployment", "synthgen", "privacy_session")
FORMATS = ("pdf", "html", "md")
_ID = {"synthgen": "job_id", "privacy_session": "session_id"}
_LOOK_EVERY_S = 0.3


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A finished report."""

    id: str
    kind: str
    entity_id: str
    project_id: str
    title: str
    view_url: str
    """Where a browser shows it, for whoever is logged in."""
    download_url: str
    """Where it is fetched with the key."""
    files: dict[str, Path] = {}
    """What was downloaded, by format."""
    summary: dict[str, Any] = {}
    """Headline figures, and how it was made."""


class Client:
    """A Pressrun server and a key for it. Close it, or use it in a ``with`` block."""

    def __init__(self, url: str, key: str, *, timeout_s: float = 60) -> None:
        """
        Args:
            url: where Pressrun is, such as ``http://127.0.0.1:8600``; a mount's prefix may follow.
            key: an API key; ``make key`` prints one.
        """
        if not key:
            raise InputError("a key is needed: `make key` prints one while the stack is up")
        self._server = Server(url, name="Pressrun", headers={"Authorization": f"Bearer {key}"}, timeout_s=timeout_s)

    @property
    def url(self) -> str:
        return self._server.url

    def close(self) -> None:
        self._server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:  # fmt: skip
        self.close()

    def push(self, kind: str, entity: Mapping[str, Any]) -> dict[str, Any]:
        """Store what reports are to describe; what was there under its id is replaced. What the server says of it.

        Raises:
            InputError: there is no such kind, or the entity has no id.
            RefusedError: the server names the field that is wrong.
        """
        if kind not in KINDS:
            raise InputError(f"kind {kind!r} is none of {', '.join(KINDS)}")
        name = _ID.get(kind, "id")
        if not entity.get(name):
            raise InputError(f"the {kind} has no “{name}”: give it a UUID")
        body = msgspec.json.encode(entity)
        headers = {"Content-Type": "application/json"}
        said: dict[str, Any] = self._server.ask(
            "PUT", f"/api/ml/entities/{kind}/{entity[name]}", content=body, headers=headers
        )
        return said

    def report(
        self,
        kind: str,
        entity_id: str,
        *,
        project_id: str | None = None,
        options: Mapping[str, Any] | None = None,
        out: str | Path | None = None,
        formats: Iterable[str] = FORMATS,
        wait_s: float = 300,
        meanwhile: Callable[[Mapping[str, Any]], None] = lambda _report: None,
    ) -> Report:
        """Have a report made of what was pushed, wait for it, and download it into a folder if one is given.

        Args:
            project_id: the entity's, if that is not asked for.
            options: ``llm_insights``, ``title``, ``comments``, ``include_…`` and so on.
            meanwhile: called with the report each time it is looked at.

        Raises:
            RefusedError: it was not accepted.
            ReportFailedError: it could not be made, or not in time.
        """
        project = project_id or self._project_of(kind, entity_id)
        body = {"project_id": project, "kind": kind, "entity_id": entity_id, "options": dict(options or {})}
        asked = self._server.ask("POST", "/api/reports", json=body, headers={"Idempotency-Key": uuid4().hex})
        made = self._wait(str(asked["report_id"]), wait_s, meanwhile)
        address = f"{self.url}/api/reports/{made['id']}"
        return Report(
            id=str(made["id"]),
            kind=kind,
            entity_id=entity_id,
            project_id=project,
            title=str(made.get("title") or ""),
            view_url=f"{address}/view",
            download_url=f"{address}/download",
            files=self.download(str(made["id"]), out, formats=formats) if out is not None else {},
            summary=dict(made.get("summary") or {}),
        )

    def download(
        self, report_id: str, out: str | Path, *, formats: Iterable[str] = FORMATS, name: str = ""
    ) -> dict[str, Path]:
        """A finished report's files, by format.

        Args:
            name: of the files, without their ends; the report's id if it is empty.
        """
        folder, files = Path(out), {}
        folder.mkdir(parents=True, exist_ok=True)
        for form in formats:
            content = self._server.fetch(f"/api/reports/{report_id}/download", params={"format": form})
            files[form] = folder / f"{name or report_id}.{form}"
            files[form].write_bytes(content)
        return files

    def _project_of(self, kind: str, entity_id: str) -> str:
        if kind == "project":
            return entity_id
        about = self._server.ask("GET", f"/api/ml/entities/{kind}/{entity_id}")["about"]
        if not about.get("project_id"):
            raise InputError(f"this {kind} belongs to no project: pass project_id, or name it in the entity")
        return str(about["project_id"])

    def _wait(self, report_id: str, wait_s: float, meanwhile: Callable[[Mapping[str, Any]], None]) -> dict[str, Any]:
        deadline = time.monotonic() + wait_s
        while True:
            report: dict[str, Any] = self._server.ask("GET", f"/api/reports/{report_id}")["report"]
            meanwhile(report)
            if report["status"] == "succeeded":
                return report
            if report["status"] == "failed":
                raise ReportFailedError(
                    f"report {report_id} could not be made: {report.get('error') or 'no reason given'}"
                )
            if time.monotonic() > deadline:
                raise ReportFailedError(
                    f"report {report_id} is still {report['status']} after {wait_s:.0f} s: "
                    f"look at {self.url}/api/reports/{report_id}, or wait longer with wait_s"
                )
            time.sleep(_LOOK_EVERY_S)
