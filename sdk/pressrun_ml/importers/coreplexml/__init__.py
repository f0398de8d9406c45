"""CorePlexML's projects, experiments, models, deployments and synthetic data jobs, through its own API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ...client import Client
from ...errors import InputError
from ..imported import Imported, as_uuid, push
from .reading import Upstream

KINDS = ("experiment", "model", "project", "deployment", "synthgen")
"""What CorePlexML's API tells enough of."""

__all__ = ["import_entity", "import_project", "read_entity", "read_project"]


def read_entity(url: str, key: str, kind: str, ident: str) -> dict[str, Any]:
    """One entity, with everything that its API tells of it.

    Args:
        url: where CorePlexML is, such as ``https://ml.example.org``.
        kind: experiment, model, project, deployment or synthgen; of the last the job's id is wanted.

    Raises:
        InputError: there is no such kind.
        UnreachableError: no CorePlexML at the address.
        RefusedError: it said no, or has no such entity.
    """
    if kind not in KINDS:
        raise InputError(f"kind {kind!r} is none of {', '.join(KINDS)}")
    with _upstream(url, key) as upstream:
        return upstream.read(kind, ident)


def read_project(url: str, key: str, project_id: str) -> list[tuple[str, dict[str, Any]]]:
    """A project and everything that belongs to it, by kind."""
    with _upstream(url, key) as upstream:
        return list(upstream.everything(project_id))


def import_entity(client: Client, url: str, key: str, kind: str, ident: str, *, project_id: str = "") -> Imported:
    """Read one entity and push it to Pressrun.

    Args:
        project_id: where it belongs; what CorePlexML says if it is empty.

    Raises:
        InputError: CorePlexML does not say which project it belongs to, and none is given.
    """
    entity = read_entity(url, key, kind, ident)
    project = project_id or (ident if kind == "project" else str(entity.get("project_id") or ""))
    if not project:
        raise InputError(f"CorePlexML does not say which project this {kind} belongs to: pass project_id")
    return push(client, as_uuid(project, url, "project"), [(kind, entity)])


def import_project(client: Client, url: str, key: str, project_id: str) -> Imported:
    """Read a project with everything in it and push it to Pressrun, to report on with ``client.report``."""
    return push(client, as_uuid(project_id, url, "project"), read_project(url, key, project_id))


@contextmanager
def _upstream(url: str, key: str) -> Iterator[Upstream]:
    headers: Mapping[str, str] = {"Authorization": f"Bearer {key}"}
    upstream = Upstream(url, headers)
    try:
        yield upstream
    finally:
        upstream.close()
