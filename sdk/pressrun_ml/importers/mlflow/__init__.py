"""MLflow's experiments and runs, from a tracking server's address, its SQLite file, or a folder of runs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...client import Client
from ..imported import Imported, identity, push
from .entities import experiment_entity, model_entity
from .source import opened

__all__ = ["import_experiment", "import_run", "read_experiment", "read_run"]


def read_experiment(
    source: str | Path,
    experiment: str = "",
    *,
    metric: str = "",
    most_runs: int = 500,
    headers: Mapping[str, str] | None = None,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """An experiment, and a model for each of its finished runs, the best first.

    Args:
        source: ``http://…`` of a tracking server, a file such as ``mlflow.db``, or a folder such as ``mlruns``.
        experiment: its name or id; may be empty where there is only one with runs.
        metric: to rank runs by, as MLflow calls it; the most telling one if it is empty.
        most_runs: the newest ones that are looked at.
        headers: for a server that wants them, such as ``Authorization``.

    Raises:
        InputError: there is no such folder or experiment.
        UnreachableError: no tracking server at the address.
        RefusedError: the tracking server said no.
    """
    with opened(source, headers) as store:
        found = store.experiment(experiment)
        runs = store.runs(found.id, most_runs)
        entity = experiment_entity(found, runs, store.name, metric)
        best = entity.get("best_model_id")
        models = [model_entity(run, store) | {"experiment_id": entity["id"]} for run in runs if run.finished]
        models.sort(key=lambda model: model["id"] != best)
        if models and best:
            entity["best_model"] = models[0]
        return entity, models


def read_run(source: str | Path, run: str = "", *, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """One run as a model.

    Args:
        run: its id; may be empty where the source is the folder of one run.
    """
    with opened(source, headers) as store:
        return model_entity(store.run(run), store)


def import_experiment(
    client: Client, source: str | Path, experiment: str = "", *, project_id: str = "", **reading: Any
) -> Imported:
    """Read an experiment with its models and push them to Pressrun, to report on with ``client.report``.

    Args:
        project_id: where they belong; a project named after the experiment if it is empty.
        reading: what ``read_experiment`` takes beside these.
    """
    entity, models = read_experiment(source, experiment, **reading)
    project = project_id or identity(entity["id"], "project")
    return push(client, project, [("experiment", entity), *(("model", model) for model in models)])


def import_run(client: Client, source: str | Path, run: str = "", *, project_id: str = "", **reading: Any) -> Imported:
    """Read one run and push it to Pressrun as a model."""
    model = read_run(source, run, **reading)
    return push(client, project_id or identity(model["id"], "project"), [("model", model)])
