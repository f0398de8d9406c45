"""A tracking server over its REST API, version 2.0."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import InputError, RefusedError
from ...http import Server
from .source import Experiment, Run, chosen

_API = "/api/2.0/mlflow"
_PAGE = 200


class TrackingServer:
    """Needs no package of MLflow."""

    def __init__(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        self._server = Server(url, name="the MLflow tracking server", headers=headers)
        self.name = self._server.url

    def close(self) -> None:
        self._server.close()

    def experiment(self, wanted: str) -> Experiment:
        body = {"max_results": 1000, "view_type": "ACTIVE_ONLY"}
        listed = self._ask("POST", "experiments/search", json=body).get("experiments") or []
        known = [_experiment(one) for one in listed]
        if not wanted:
            known = [one for one in known if self._search(one.id, 1)] or known
        return chosen(known, wanted, self.name)

    def runs(self, experiment_id: str, most: int) -> list[Run]:
        return self._search(experiment_id, most)

    def run(self, wanted: str) -> Run:
        if not wanted:
            raise InputError(f"{self.name} has many runs: name the one to import by its id")
        try:
            return _run(self._ask("GET", "runs/get", params={"run_id": wanted})["run"])
        except RefusedError as error:
            if error.status != 404:
                raise
            raise InputError(f"{self.name} has no run “{wanted}”: an id has 32 hexadecimal digits") from None

    def history(self, run: Run, metric: str) -> list[tuple[int, float]]:
        found, token = [], ""
        while True:
            asked = {"run_id": run.id, "metric_key": metric, "max_results": 10_000} | ({"page_token": token} if token else {})  # fmt: skip
            page = self._ask("GET", "metrics/get-history", params=asked)
            found += [(int(one.get("step", 0)), float(one["value"])) for one in page.get("metrics") or []]
            token = page.get("next_page_token") or ""
            if not token:
                return found

    def artifacts(self, run: Run) -> list[str]:
        try:
            files = self._ask("GET", "artifacts/list", params={"run_id": run.id}).get("files") or []
        except RefusedError:
            return []  # its files lie where the server cannot reach them
        return [one["path"] for one in files if not one.get("is_dir")]

    def artifact(self, run: Run, name: str) -> bytes:
        return self._server.fetch("/get-artifact", params={"run_id": run.id, "path": name})

    def _search(self, experiment_id: str, most: int) -> list[Run]:
        found: list[Run] = []
        token = ""
        while len(found) < most:
            body: dict[str, Any] = {
                "experiment_ids": [experiment_id],
                "max_results": min(_PAGE, most - len(found)),
                "run_view_type": "ACTIVE_ONLY",
                "order_by": ["attributes.start_time DESC"],
            }
            page = self._ask("POST", "runs/search", json=body | ({"page_token": token} if token else {}))
            found += [_run(one) for one in page.get("runs") or []]
            token = page.get("next_page_token") or ""
            if not token:
                break
        return found

    def _ask(self, method: str, path: str, **more: Any) -> Any:
        return self._server.ask(method, f"{_API}/{path}", **more)


def _experiment(said: Mapping[str, Any]) -> Experiment:
    return Experiment(
        id=str(said["experiment_id"]),
        name=str(said.get("name") or ""),
        created_ms=_whole(said.get("creation_time")),
        tags=_pairs(said.get("tags")),
    )


def _run(said: Mapping[str, Any]) -> Run:
    info, data = said["info"], said.get("data") or {}
    inputs = (said.get("inputs") or {}).get("dataset_inputs") or []
    return Run(
        id=str(info.get("run_id") or info["run_uuid"]),
        name=str(info.get("run_name") or ""),
        experiment_id=str(info.get("experiment_id") or ""),
        status=str(info.get("status") or ""),
        start_ms=_whole(info.get("start_time")),
        end_ms=_whole(info.get("end_time")),
        params=_pairs(data.get("params")),
        metrics={one["key"]: float(one["value"]) for one in data.get("metrics") or []},
        tags=_pairs(data.get("tags")),
        datasets=[one["dataset"] for one in inputs if one.get("dataset")],
    )


def _pairs(listed: Any) -> dict[str, str]:
    return {one["key"]: str(one.get("value", "")) for one in listed or []}


def _whole(value: Any) -> int | None:
    return int(value) if value else None
