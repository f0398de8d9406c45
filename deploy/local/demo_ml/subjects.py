"""What each kind of demo pushes, and what is said on its page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from deploy.local.demo_ml import deployment, experiment, model, project, synthgen
from deploy.local.demo_ml.data import ident
from deploy.local.demo_ml.simulated import ROWS

Entity = tuple[str, dict[str, Any]]


class Subject(msgspec.Struct, frozen=True):
    """One demo."""

    entity_id: str
    doing: str
    """What takes the time before the report."""
    make: Callable[[], list[Entity]]
    """Entities in the order in which they are pushed."""
    comments: str = ""


def _everything() -> list[Entity]:
    happened = [(datetime.now(UTC), "Project begun")]
    made = experiment.experiment()
    entities: list[Entity] = [("experiment", made), ("model", made["best_model"])]
    happened.append((datetime.now(UTC), f"Eleven models tried; best is {made['best_model']['name']}"))
    for kind, event, make in (
        ("model", "Gradient boosting measured", model.model),
        ("deployment", "Requests simulated", deployment.deployment),
        ("synthgen", "Synthetic table made", synthgen.synthgen),
    ):
        entities.append((kind, make()))
        happened.append((datetime.now(UTC), event))
    return [("project", project.project(happened)), *entities]


def _alone(kind: str, make: Callable[[], dict[str, Any]]) -> Callable[[], list[Entity]]:
    """One entity in its project."""
    return lambda: [("project", project.project()), (kind, make())]


_SIMULATED = deployment.SIMULATED.format(rows=ROWS)
_SYNTHETIC = synthgen.SYNTHETIC.format(made=synthgen.ROWS, real=106)

SUBJECTS = {
    "model": Subject(ident("model"), "training and measuring a model", _alone("model", model.model)),
    "experiment": Subject(ident("experiment"), "training eleven models", _alone("experiment", experiment.experiment)),
    "deployment": Subject(
        ident("deployment"),
        "training a model and simulating its requests",
        _alone("deployment", deployment.deployment),
        _SIMULATED,
    ),
    "synthgen": Subject(
        ident("synthgen"), "making a synthetic table", _alone("synthgen", synthgen.synthgen), _SYNTHETIC
    ),
    "project": Subject(ident("project"), "making what belongs to a project", _everything, f"{_SIMULATED} {_SYNTHETIC}"),
}
