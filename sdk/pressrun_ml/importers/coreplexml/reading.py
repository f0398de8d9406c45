"""Asks for entities and whatever else is known of each; what an upstream does not have is simply not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...errors import RefusedError
from ...http import Server
from . import shapes

_PAGE = 100
_PATHS = {
    "project": "/api/projects/{}",
    "experiment": "/api/experiments/{}",
    "model": "/api/models/{}",
    "deployment": "/api/mlops/deployments/{}",
    "synthgen": "/api/synthgen/jobs/{}",
}
_MORE = {
    "project": ("timeline", "members"),
    "experiment": ("explain",),
    "model": ("parameters", "explain"),
    "deployment": ("drift",),
    "synthgen": (),
}
"""What can be asked for below an entity's own path."""
_GONE = frozenset({403, 404, 405, 409, 422, 501})
"""How an upstream says that it has nothing to tell there."""


class Upstream:
    """One CorePlexML server."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self._server = Server(url, name="CorePlexML", headers=headers)

    def close(self) -> None:
        self._server.close()

    def read(self, kind: str, ident: str) -> dict[str, Any]:
        """One entity in the shape that it is pushed in."""
        path = _PATHS[kind].format(ident)
        said = self._server.ask("GET", path)
        more = {name: found for name in _MORE[kind] if (found := self._maybe(f"{path}/{name}")) is not None}
        if kind == "experiment":
            more["models"] = self._items("/api/models", experiment_id=ident)
        return shapes.MADE[kind](said, more, ident)

    def everything(self, project_id: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """A project and what belongs to it."""
        yield "project", self.read("project", project_id)
        places = {
            "experiment": "/api/experiments",
            "model": "/api/models",
            "deployment": f"/api/mlops/projects/{project_id}/deployments",
            "synthgen": "/api/synthgen/jobs",
        }
        for kind, path in places.items():
            for item in self._items(path, project_id=project_id):
                ident = item.get("job_id") or item.get("id")
                mine = item.get("project_id") in {None, project_id}
                if ident and mine:
                    yield kind, self.read(kind, str(ident))

    def _items(self, path: str, **asked: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            page = self._maybe(path, params={**asked, "limit": _PAGE, "offset": len(found)})
            items = page.get("items") if isinstance(page, dict) else page
            found += [one for one in items or [] if isinstance(one, dict)]
            total = page.get("total") if isinstance(page, dict) else None
            if not items or len(items) < _PAGE or (isinstance(total, int) and len(found) >= total):
                return found

    def _maybe(self, path: str, **more: Any) -> Any:
        """None for what there is not."""
        try:
            return self._server.ask("GET", path, **more)
        except RefusedError as error:
            if error.status in _GONE:
                return None
            raise
