"""What each kind of demo pushes, and what is said on its page."""

from __future__ import annotations

from collections.abc import Callable
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
    made = experiment.experiment()
    return [
        ("project", project.project()),
        ("experiment", made),
        ("model", made["best_model"]),
        ("model", model.model()),
        ("deployment", deployment.deployment()),
        ("synthgen", synthgen.synthgen()),
    ]


_SIMULATED = deployment.SIMULATED.format(rows=ROWS)
_SYNTHETIC = synthgen.SYNTHETIC.format(made=synthgen.ROWS, real=106)

SUBJECTS = {
    "model": Subject(ident("model"), "training and measuring a model", lambda: [("model", model.model())]),
    "experiment": Subject(
        ident("experiment"), "training eleven models", lambda: [("experiment", experiment.experiment())]
    ),
    "deployment": Subject(
        ident("deployment"),
        "training a model and simulating its requests",
        lambda: [("deployment", deployment.deployment())],
        _SIMULATED,
    ),
    "synthgen": Subject(
        ident("synthgen"), "making a synthetic table", lambda: [("synthgen", synthgen.synthgen())], _SYNTHETIC
    ),
    "project": Subject(ident("project"), "making what belongs to a project", _everything, f"{_SIMULATED} {_SYNTHETIC}"),
}
